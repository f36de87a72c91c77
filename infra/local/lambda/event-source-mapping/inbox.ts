import type { Clock } from '../../clock.ts';
import type { ShardPosition, StreamReader, StreamRecord } from '../../kinesis/stream-reader.ts';
import type { ShardView } from '../window-tracker.ts';
import type { InboxRecord } from './event-text.ts';
import type { RecordFilter } from './record-filter.ts';

/** As much as AWS gives in one GetRecords call. */
const PAGE = { maxRecords: 10_000, maxBytes: 10 * 1024 * 1024 };

/** What has been read from a shard and is not settled yet. Holds two pages at most: it is read from before it grows. */
export class Inbox {
  readonly #reader: StreamReader;
  readonly #clock: Clock;
  readonly #streamArn: string;
  readonly #shardId: string;
  readonly #write: (record: StreamRecord) => InboxRecord;
  readonly #filter: RecordFilter;
  #next: ShardPosition;
  #records: readonly InboxRecord[] = [];
  #waitingSinceMs = 0;
  #caughtUpMs: number | null = null;
  #ended = false;
  #passedOver: string | null = null;
  #millisBehindLatest: number | null = null;

  constructor(options: {
    readonly reader: StreamReader;
    readonly clock: Clock;
    readonly streamArn: string;
    readonly shardId: string;
    readonly position: ShardPosition;
    readonly write: (record: StreamRecord) => InboxRecord;
    /** What does not pass is passed over for good: its place in the shard is settled with the record before it. */
    readonly filter: RecordFilter;
  }) {
    this.#reader = options.reader;
    this.#clock = options.clock;
    this.#streamArn = options.streamArn;
    this.#shardId = options.shardId;
    this.#next = options.position;
    this.#write = options.write;
    this.#filter = options.filter;
  }

  get records(): readonly InboxRecord[] {
    return this.#records;
  }

  /** The last of the records that were passed over before the first that is left; null when there is none. */
  get passedOver(): string | null {
    return this.#passedOver;
  }

  /** How far the last read was behind the shard's newest record; null before the first. */
  get millisBehindLatest(): number | null {
    return this.#millisBehindLatest;
  }

  view(roomBytes: number, pieceSize: number | null): ShardView {
    return {
      records: this.#records,
      waitingSinceMs: this.#waitingSinceMs,
      caughtUpMs: this.#caughtUpMs,
      ended: this.#ended,
      roomBytes,
      pieceSize,
    };
  }

  /** Reads one page. Throws what the reader throws; what was read before is kept. */
  async read(): Promise<void> {
    if (this.#ended) return;
    const begunMs = this.#clock.now();
    const page = await this.#reader.read(this.#streamArn, this.#shardId, this.#next, PAGE);
    const records = [...this.#records];
    for (const record of page.records) {
      const last = records.at(-1);
      if (this.#filter(record)) records.push(this.#write(record));
      else if (last === undefined) this.#passedOver = record.sequenceNumber;
      else records[records.length - 1] = { ...last, settles: record.sequenceNumber };
    }
    if (this.#records.length === 0) this.#waitingSinceMs = this.#clock.now();
    this.#records = records;
    this.#next = page.next;
    this.#millisBehindLatest = page.millisBehindLatest;
    this.#ended = page.ended;
    // Only a read that began after a moment proves that nothing of before that moment was left.
    this.#caughtUpMs = page.ended || page.millisBehindLatest === 0 ? begunMs : null;
  }

  /** Their place is stored. */
  forgetPassedOver(): void {
    this.#passedOver = null;
  }

  /** The first records are settled. */
  take(count: number): void {
    this.#records = this.#records.slice(count);
    this.#waitingSinceMs = this.#clock.now();
  }

  /** The shard is gone from the stream, its unread records with it. */
  end(): void {
    this.#ended = true;
  }
}
