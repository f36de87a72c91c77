import { compareSequenceNumbers } from '../../lib/core/sequence-number.ts';
import { parseWindowTime, windowStartMs } from '../../lib/core/window.ts';
import { parseResult } from '../../lib/core/window-result.ts';
import type { WindowEvent } from './folding-function.ts';
import type { MemoryStream } from './memory-stream.ts';

export class BrokenLaw extends Error {
  override name = 'BrokenLaw' as const;

  constructor(
    readonly law: string,
    readonly what: string,
  ) {
    super(`${law}: ${what}`);
  }
}

const EVENT_KEYS =
  'Records,shardId,eventSourceARN,window,state,isFinalInvokeForWindow,isWindowTerminatedEarly';

interface ShardMemory {
  /** The request that is under way. */
  running: string | null;
  /** Of the last batch that the mapping heard to have succeeded, since the process began. */
  acceptedUpTo: string | null;
  /** Of the last window of which an invocation was accepted, since the process began. */
  windowStartMs: number;
}

/** Watches every call as it is made, and the results when all has come to rest. Throws BrokenLaw. */
export class Laws {
  readonly #stream: MemoryStream;
  readonly #windowSeconds: number;
  readonly #shards = new Map<string, ShardMemory>();
  /** Shards of which a child has been seen. */
  readonly #finished = new Set<string>();

  constructor(stream: MemoryStream, windowSeconds: number) {
    this.#stream = stream;
    this.#windowSeconds = windowSeconds;
  }

  /** A process died: what it had under way is under way no more, and it may send again what was not stored. */
  crashed(): void {
    this.#shards.clear();
  }

  called(text: string, requestId: string, nowMs: number): WindowEvent {
    const event: WindowEvent = JSON.parse(text);
    const { shardId, Records, isFinalInvokeForWindow: final, isWindowTerminatedEarly: early } = event;
    const shard = this.#shard(shardId);
    expect(Object.keys(event).join() === EVENT_KEYS, 'seven keys', () => Object.keys(event).join());
    expect(shard.running === null, 'at most one invocation a shard', () => `${shardId} got a second one`);
    shard.running = requestId;

    const startMs = parseWindowTime(event.window.start) ?? Number.NaN;
    const endMs = parseWindowTime(event.window.end) ?? Number.NaN;
    expect(
      windowStartMs(startMs, this.#windowSeconds) === startMs &&
        endMs - startMs === this.#windowSeconds * 1000,
      'windows are aligned and disjoint',
      () => JSON.stringify(event.window),
    );
    expect(
      final ? Records.length === 0 : Records.length > 0 && !early,
      'only the final invocation is empty',
      () => text,
    );
    for (const { kinesis } of Records) {
      const arrivalMs = kinesis.approximateArrivalTimestamp * 1000;
      expect(arrivalMs < endMs, 'no record before its window', () => `${arrivalMs} in ${text}`);
    }

    const source = this.#stream.shards.find((candidate) => candidate.shardId === shardId);
    if (final && !early) {
      expect(
        nowMs >= endMs || source?.closed === true,
        'no final invocation before its window ends',
        () => text,
      );
    }
    if (final) {
      expect(
        Object.keys(event.state).length > 0,
        'no final invocation of a window without records',
        () => text,
      );
    }

    let previous = shard.acceptedUpTo;
    for (const { kinesis } of Records) {
      expect(
        previous === null || compareSequenceNumbers(kinesis.sequenceNumber, previous) > 0,
        'order within a shard',
        () => `${kinesis.sequenceNumber} after ${previous}`,
      );
      previous = kinesis.sequenceNumber;
    }
    expect(startMs >= shard.windowStartMs || final === false, 'windows never go back', () => text);

    expect(!this.#finished.has(shardId), 'parents before children', () => `${shardId} after its children`);
    for (const parent of [source?.parentShardId, source?.adjacentParentShardId]) {
      if (parent) this.#finished.add(parent);
    }
    return event;
  }

  /** The mapping has heard what came of the call. `count`: how many records it has to take as processed. */
  answered(event: WindowEvent, count: number): void {
    const shard = this.#shard(event.shardId);
    shard.running = null;
    const last = event.Records[count - 1];
    if (last !== undefined) shard.acceptedUpTo = last.kinesis.sequenceNumber;
  }

  /** Every record is in exactly one result; one that was given up is with the failure destination, at least. */
  atRest(results: ReadonlyMap<string, string>, failures: readonly string[]): void {
    const counted = new Map<string, string>();
    for (const [key, body] of results) {
      for (const { requestId, recordCount } of parseResult(body).requests) {
        const other = counted.get(requestId);
        expect(recordCount === 1 && other === undefined, 'no record in two results', () => {
          return `${requestId} is ${recordCount} times in ${key}${other === undefined ? '' : `, and in ${other}`}`;
        });
        counted.set(requestId, key);
      }
    }
    const givenUp = failures.join();
    for (const { shardId, records } of this.#stream.shards) {
      for (const { data } of records) {
        const id: string = JSON.parse(Buffer.from(data, 'base64').toString()).request_id;
        expect(
          counted.has(id) || givenUp.includes(data) || givenUp.includes(`[\\"${id}\\",`),
          'every record in a result',
          () => `${id} of ${shardId} is lost`,
        );
      }
    }
  }

  #shard(shardId: string): ShardMemory {
    let memory = this.#shards.get(shardId);
    if (memory === undefined) {
      memory = { running: null, acceptedUpTo: null, windowStartMs: 0 };
      this.#shards.set(shardId, memory);
    }
    return memory;
  }
}

function expect(holds: boolean, law: string, what: () => string): void {
  if (!holds) throw new BrokenLaw(law, what());
}
