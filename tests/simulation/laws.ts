import type { MemoryStream } from '../../infra/local/testing/memory-stream.ts';
import { parseWindowTime, windowStartMs } from '../../lib/core/window.ts';
import { parseResult } from '../../lib/core/window-result.ts';
import type { WindowEvent } from './folding-function.ts';
import {
  type Arrival,
  afterCall,
  afterGivingUp,
  afterResize,
  BEGINNING,
  breachOf,
  type Call,
  isAtRest,
  type Law,
  type Rules,
  type Standing,
} from './shadow.ts';

export class BrokenLaw extends Error {
  override name = 'BrokenLaw' as const;

  constructor(
    readonly law: Law,
    readonly what: string,
  ) {
    super(`${law}: ${what}`);
  }
}

const EVENT_KEYS =
  'Records,shardId,eventSourceARN,window,state,isFinalInvokeForWindow,isWindowTerminatedEarly';

export interface LawRules extends Rules {
  readonly maximumRetryAttempts: number;
}

/** What is known of one shard from outside of the mapping. */
interface ShardMemory {
  readonly arrivals: Arrival[];
  /** The call under way. */
  running: Call | null;
  /** Where the shard stands; several, while nobody outside knows what the mapping has stored. The likeliest first. */
  standings: readonly Standing[];
  /** Where it may have stood, as stored, when the last call was made: what a mapping goes back to that dies before it stores the answer. */
  before: readonly Standing[];
  /** Since the last call something succeeded or was given up. */
  moved: boolean;
  /** Since the last call the mapping began again from what it had stored: the last answer is in that, or not. */
  interrupted: boolean;
  /** By what a final invocation is about: the state that it was first made with. */
  readonly finals: Map<string, string>;
}

/** Watches every call as it is made, and the results when all has come to rest. Throws BrokenLaw. */
export class Laws {
  readonly #stream: MemoryStream;
  #rules: LawRules;
  readonly #shards = new Map<string, ShardMemory>();

  constructor(stream: MemoryStream, rules: LawRules) {
    this.#stream = stream;
    this.#rules = rules;
  }

  arrived(shardId: string, sequenceNumber: string, arrivalMs: number, nowMs: number): void {
    this.#shard(shardId).arrivals.push({ sequenceNumber, arrivalMs, putMs: nowMs });
  }

  /** A process died: what it had under way is under way no more. */
  crashed(windowSeconds: number): void {
    for (const shard of this.#shards.values()) shard.running = null;
    this.restarted(windowSeconds);
  }

  /** The mapping begins again from what it stored, with windows of this length. */
  restarted(windowSeconds: number): void {
    this.#rules = { ...this.#rules, windowSeconds };
    for (const shard of this.#shards.values()) shard.interrupted = true;
  }

  called(text: string, nowMs: number): WindowEvent {
    const event: WindowEvent = JSON.parse(text);
    const { shardId, Records, isFinalInvokeForWindow: final, isWindowTerminatedEarly: early } = event;
    const shard = this.#shard(shardId);
    const startMs = parseWindowTime(event.window.start) ?? Number.NaN;
    const endMs = parseWindowTime(event.window.end) ?? Number.NaN;
    const seconds = (endMs - startMs) / 1000;
    expect(Object.keys(event).join() === EVENT_KEYS, 'seven keys', () => Object.keys(event).join());
    expect(shard.running === null, 'at most one invocation a shard', () => `${shardId} got a second one`);
    expect(
      seconds > 0 && windowStartMs(startMs, seconds) === startMs,
      'windows are aligned and disjoint',
      () => JSON.stringify(event.window),
    );
    expect(
      final ? Records.length === 0 : Records.length > 0 && !early,
      'only the final invocation is empty',
      () => text,
    );

    const call: Call = {
      sequenceNumbers: Records.map(({ kinesis }) => kinesis.sequenceNumber),
      startMs,
      seconds,
      state: JSON.stringify(event.state),
      final,
      early,
    };
    const source = this.#stream.shards.find((candidate) => candidate.shardId === shardId);
    const closed = source?.closed === true;
    const possible = possibleStandings(shard, this.#rules.windowSeconds);
    const breaches = possible.map(({ standing }) =>
      breachOf(call, standing, { arrivals: shard.arrivals, closed }, nowMs, this.#rules),
    );
    const matching = possible.filter((_, index) => breaches[index] === null);
    if (matching.length === 0) {
      const [law, what] = breaches[0] ?? ['at most one invocation a shard', 'it stands nowhere'];
      throw new BrokenLaw(law, `${what}, and then ${text.slice(0, 2_000)}`);
    }
    for (const parent of [source?.parentShardId, source?.adjacentParentShardId]) {
      expect(
        !parent || this.#mayBeAtRest(parent),
        'parents before children',
        () => `${shardId} before the end of ${parent}`,
      );
    }
    const standings = matching.map(({ standing }) => standing);
    if (final) sameAgain(shard, standings, call);
    const stored = matching.map((one) => one.stored);
    shard.before = distinct(shard.moved ? stored : [...shard.before, ...stored]);
    shard.moved = false;
    shard.running = call;
    shard.interrupted = false;
    shard.standings = distinct(standings);
    return event;
  }

  /** The mapping has heard what came of the call: so many of its records are taken, and this state was returned. */
  succeeded(shardId: string, count: number, state: object): void {
    const shard = this.#shard(shardId);
    const { running, standings } = shard;
    if (running === null) return;
    const text = JSON.stringify(state);
    shard.standings = standings.map((standing) => afterCall(standing, running, count, text));
    shard.moved = true;
    shard.running = null;
  }

  /** The mapping has heard that the call failed. */
  failed(shardId: string): void {
    this.#shard(shardId).running = null;
  }

  /** The failure destination was told. */
  gaveUp(body: string): void {
    const { KinesisBatchInfo: batch, requestContext: request } = JSON.parse(body);
    const { maximumRetryAttempts } = this.#rules;
    expect(
      request.condition === 'RetryAttemptsExhausted' &&
        maximumRetryAttempts >= 0 &&
        request.approximateInvokeCount === maximumRetryAttempts + 1,
      'nothing is given up before the retry policy says so',
      () => JSON.stringify(request),
    );
    const shard = this.#shard(batch.shardId);
    shard.standings = [
      ...shard.standings.map((standing) => afterGivingUp(standing, batch.batchSize ?? 0)),
      ...shard.standings,
    ];
    shard.moved = true;
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
    for (const [shardId, { arrivals, running }] of this.#shards) {
      expect(running === null && this.#mayBeAtRest(shardId), 'everything is done in the end', () => {
        return `${shardId} has ${arrivals.length} records`;
      });
    }
  }

  #mayBeAtRest(shardId: string): boolean {
    const shard = this.#shard(shardId);
    return possibleStandings(shard, this.#rules.windowSeconds).some(({ standing }) =>
      isAtRest(standing, shard.arrivals),
    );
  }

  #shard(shardId: string): ShardMemory {
    let memory = this.#shards.get(shardId);
    if (memory === undefined) {
      memory = {
        arrivals: [],
        running: null,
        standings: [BEGINNING],
        before: [BEGINNING],
        moved: false,
        interrupted: false,
        finals: new Map(),
      };
      this.#shards.set(shardId, memory);
    }
    return memory;
  }
}

/** Where a shard may stand, and what is stored of that: another length of the windows shows in what is stored only later. */
function possibleStandings({ before, interrupted, standings }: ShardMemory, windowSeconds: number) {
  const stored = interrupted ? [...standings, ...before] : standings;
  return stored.flatMap((one) => {
    const asStored = { standing: one, stored: one };
    const isResized = interrupted && one.open !== null && one.open.seconds !== windowSeconds;
    return isResized ? [asStored, { standing: afterResize(one), stored: one }] : [asStored];
  });
}

function distinct(standings: readonly Standing[]): Standing[] {
  if (standings.length === 1) return [...standings];
  return [...new Map(standings.map((standing) => [JSON.stringify(standing), standing])).values()];
}

/** A final invocation is repeated with the state of its first attempt: a function that writes, writes the same again. */
function sameAgain(shard: ShardMemory, [standing]: readonly Standing[], call: Call): void {
  const part = `${call.startMs} ${standing?.open?.first}`;
  const first = shard.finals.get(part) ?? call.state;
  expect(first === call.state, 'a final invocation is repeated unchanged', () => `${first}, ${call.state}`);
  shard.finals.set(part, first);
}

function expect(holds: boolean, law: Law, what: () => string): void {
  if (!holds) throw new BrokenLaw(law, what());
}
