import 'server-only';
import type { Problem } from '../contract/answers.ts';
import { HELD_RECORDS, type RecordsAnswer, type StreamedRecord } from '../contract/records-answer.ts';
import { excerptOfError } from '../core/excerpt.ts';
import { isProblem, problem } from './problem.ts';
import { type RawRecord, type ShardPage, ShardReader } from './shard-reader.ts';
import { StreamGoneError, type StreamReader } from './stream-calls.ts';
import { streamedRecord } from './streamed-record.ts';
import type { Clock } from './window-store/store-clock.ts';

/** AWS allows five reads a second and shard in all, and the consumer's mapping makes some of them. */
const ROUND_MS = 1000;
/** Whoever clicks and then looks finds what has just come. */
const LOOK_BACK_MS = 5000;
/** A tail that is further behind is none. */
const MAX_BEHIND_MS = 10_000;
/** After a longer rest it begins anew: nobody asks for the records of an hour. */
const MAX_REST_MS = 60_000;
const RETRY_MS = 2000;

/** What an answer's `cursor` says: how many records of which run had been read, over how many gaps. */
export interface Cursor {
  readonly run: number;
  readonly count: number;
  readonly gaps: number;
}

/**
 * The newest records of all shards of the stream, read once for all who watch. Whatever is not held is counted; where
 * records were not even read, that is known too.
 */
export class RecordTail {
  readonly #reader: StreamReader;
  readonly #clock: Clock;
  /** A run is one stream, read by one process; it is named by the moment at which it began. */
  #run: number;
  #shards = new Map<string, ShardReader>();
  #isOpened = false;
  #held: readonly StreamedRecord[] = [];
  #count = 0;
  /** Of children of a merge, how many of their parents have ended. */
  readonly #told = new Map<string, number>();
  /** How often reading went on elsewhere than where it had stopped, and where the last time. */
  #gaps = 0;
  #gapUntilMs = 0;
  #problem: Problem | null = null;
  #dueMs = Number.NEGATIVE_INFINITY;
  #readMs: number | null = null;

  constructor(reader: StreamReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
    this.#run = clock.now();
  }

  /** When the next round may begin, by the clock that only goes forward. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** What came after the cursor; without one, what is held. */
  answer(after: Cursor | null): RecordsAnswer {
    const restarted = after !== null && after.run !== this.#run;
    const from = after === null || restarted ? 0 : Math.min(after.count, this.#count);
    const fresh = this.#count - from;
    const records = fresh === 0 ? [] : this.#held.slice(-fresh);
    const hasGap = after !== null && !restarted && after.gaps < this.#gaps;
    return {
      cursor: `${this.#run}-${this.#count}-${this.#gaps}`,
      restarted,
      records,
      dropped: after === null ? 0 : fresh - records.length,
      unreadUntilMs: hasGap ? this.#gapUntilMs : null,
      problem: this.#problem,
    };
  }

  /** The stream was deleted: what is known of it is forgotten, and a new run begins. */
  forget(): void {
    this.#run = Math.max(this.#clock.now(), this.#run + 1);
    this.#shards.clear();
    this.#isOpened = false;
    this.#held = [];
    this.#count = 0;
    this.#gaps = 0;
    this.#problem = null;
  }

  /** One round: at most one GetRecords call for each shard, and none when the last round was less than a second ago. */
  async read(): Promise<void> {
    const elapsedMs = this.#clock.elapsed();
    if (elapsedMs < this.#dueMs) return;
    this.#dueMs = elapsedMs + ROUND_MS;
    if (this.#readMs !== null && elapsedMs - this.#readMs > MAX_REST_MS) this.#shards.clear();
    this.#readMs = elapsedMs;
    const run = this.#run;
    try {
      if (this.#shards.size === 0) await this.#open(this.#clock.now());
      const shards = [...this.#shards.values()];
      const pages = await Promise.all(shards.map((shard) => shard.read(elapsedMs)));
      if (run !== this.#run) return;
      this.#hold(shards.map(({ shardId }, index) => ({ shardId, records: pages[index]?.records ?? [] })));
      for (const [index, shard] of shards.entries()) {
        const page = pages[index];
        if (page !== undefined) this.#goOn(shard, page);
      }
      this.#problem = pages.find(({ problem }) => problem !== null)?.problem ?? null;
    } catch (error) {
      if (run !== this.#run) return;
      if (error instanceof StreamGoneError) this.forget();
      // What nobody foresaw is said, too, and must not end the tail: it goes on behind it.
      if (!isProblem(error)) console.error(error);
      this.#problem = isProblem(error)
        ? error.problem
        : problem('unknown', `The records could not be read: ${excerptOfError(error)}`);
      this.#dueMs = elapsedMs + RETRY_MS;
    }
  }

  /** Begins with the shards that take records now, a little while ago. */
  async #open(nowMs: number): Promise<void> {
    const timeMs = nowMs - LOOK_BACK_MS;
    const run = this.#run;
    const shardIds = await this.#reader.openShards();
    if (run !== this.#run) return;
    this.#told.clear();
    for (const shardId of shardIds) {
      const shard = { shardId };
      this.#shards.set(shardId, new ShardReader(this.#reader, shard, { type: 'AT_TIMESTAMP', timeMs }));
    }
    if (this.#isOpened) this.#noteGap(timeMs);
    this.#isOpened = true;
  }

  #hold(read: readonly { readonly shardId: string; readonly records: readonly RawRecord[] }[]): void {
    const merged = mergeByArrival(read);
    this.#count += merged.length;
    // What will not be held need not be parsed.
    const newest = merged.slice(-HELD_RECORDS).map(({ shardId, record }) => streamedRecord(shardId, record));
    if (newest.length > 0) this.#held = [...this.#held, ...newest].slice(-HELD_RECORDS);
  }

  #goOn(shard: ShardReader, { records, behindMs, children }: ShardPage): void {
    const last = records.at(-1);
    if (children !== null) {
      this.#shards.delete(shard.shardId);
      for (const child of children) {
        // The other parent of a merge tells of it, too, be it one that is not known yet: until then it is waited for.
        const told = (this.#told.get(child.shardId) ?? 0) + 1;
        this.#told.set(child.shardId, told);
        if (told < child.parents.length) continue;
        this.#told.delete(child.shardId);
        this.#shards.set(child.shardId, new ShardReader(this.#reader, child, { type: 'TRIM_HORIZON' }));
      }
    } else if (behindMs > MAX_BEHIND_MS && last !== undefined) {
      // By the stream's own clock, so that it never leads back.
      const timeMs = last.arrivalMs + behindMs - LOOK_BACK_MS;
      shard.leapTo(timeMs);
      this.#noteGap(timeMs);
    }
  }

  #noteGap(untilMs: number): void {
    this.#gaps += 1;
    this.#gapUntilMs = untilMs;
  }
}

interface Merged {
  readonly shardId: string;
  readonly record: RawRecord;
}

/** By time of arrival, yet never against the order of a shard, which promises no order of times. */
function mergeByArrival(
  read: readonly { readonly shardId: string; readonly records: readonly RawRecord[] }[],
): Merged[] {
  const timed = read.flatMap(({ shardId, records }) => {
    let latestMs = Number.NEGATIVE_INFINITY;
    return records.map((record) => {
      latestMs = Math.max(latestMs, record.arrivalMs);
      return { shardId, record, latestMs };
    });
  });
  return timed.sort((a, b) => a.latestMs - b.latestMs);
}
