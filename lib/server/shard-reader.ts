import 'server-only';
import type { GetRecordsOutput } from '@aws-sdk/client-kinesis';
import type { Problem } from '../contract/answers.ts';
import { isProblem } from './problem.ts';
import { type Position, StreamGoneError, type StreamReader } from './stream-calls.ts';

export interface RawRecord {
  readonly sequenceNumber: string;
  readonly arrivalMs: number;
  readonly data: Uint8Array;
}

export interface ShardPage {
  readonly records: readonly RawRecord[];
  /** How far the end of the page is behind the shard's newest record. */
  readonly behindMs: number;
  /** The shards that go on where this one, closed and read to its end, has ended; null while it goes on itself. */
  readonly children: readonly Child[] | null;
  readonly problem: Problem | null;
}

export interface Child {
  readonly shardId: string;
  readonly parents: readonly string[];
}

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 8000;

/** One shard, read page by page; each record comes once. A failure makes it wait longer with every repetition. */
export class ShardReader {
  readonly shardId: string;
  /** Shards whose records come before this one's. */
  readonly #reader: StreamReader;
  #position: Position;
  #iterator: string | null = null;
  #failure: { readonly problem: Problem; readonly waitMs: number; readonly untilMs: number } | null = null;

  constructor(reader: StreamReader, { shardId }: Pick<Child, 'shardId'>, position: Position) {
    this.#reader = reader;
    this.shardId = shardId;
    this.#position = position;
  }

  /** Goes on at a moment, without what lies between. */
  leapTo(timeMs: number): void {
    this.#position = { type: 'AT_TIMESTAMP', timeMs };
    this.#iterator = null;
  }

  /** The next page, by at most one GetRecords call. What fails is in the page. Throws StreamGoneError. */
  async read(nowMs: number): Promise<ShardPage> {
    const failure = this.#failure;
    if (failure !== null && nowMs < failure.untilMs) return pageWithout(failure.problem);
    try {
      this.#iterator ??= await this.#reader.iterator(this.shardId, this.#position);
      const output = await this.#reader.records(this.#iterator);
      this.#failure = null;
      this.#iterator = output?.NextShardIterator ?? null;
      return output === null ? pageWithout(null) : this.#pageOf(output);
    } catch (error) {
      if (!isProblem(error) || error instanceof StreamGoneError) throw error;
      const { problem } = error;
      const waitMs = Math.min(MAX_BACKOFF_MS, failure === null ? FIRST_BACKOFF_MS : failure.waitMs * 2);
      this.#failure = { problem, waitMs, untilMs: nowMs + waitMs };
      return pageWithout(problem);
    }
  }

  #pageOf({ Records = [], MillisBehindLatest = 0, NextShardIterator, ChildShards = [] }: GetRecordsOutput) {
    const records = Records.map(
      ({ SequenceNumber = '', ApproximateArrivalTimestamp, Data = new Uint8Array() }): RawRecord => ({
        sequenceNumber: SequenceNumber,
        arrivalMs: ApproximateArrivalTimestamp?.getTime() ?? 0,
        data: Data,
      }),
    );
    const last = records.at(-1);
    if (last !== undefined) {
      this.#position = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last.sequenceNumber };
    }
    const children = ChildShards.map(({ ShardId = '', ParentShards = [] }) => ({
      shardId: ShardId,
      parents: ParentShards,
    }));
    const hasEnded = NextShardIterator === undefined;
    return { records, behindMs: MillisBehindLatest, children: hasEnded ? children : null, problem: null };
  }
}

function pageWithout(problem: Problem | null): ShardPage {
  return { records: [], behindMs: 0, children: null, problem };
}
