import type { Sale } from '../core/sale.ts';
import type { Problem } from './answers.ts';

/** What server and page hold of the stream: more than one reads, and as little as shows without effort. */
export const HELD_RECORDS = 200;

/**
 * `GET /api/records[?after=<cursor>]`: what flows through the stream, all shards: the newest records, at most 200, that were
 * read after what an earlier answer's `cursor` stands for. The stream is read only while somebody asks.
 */
export interface RecordsAnswer {
  /** To be asked with next. */
  readonly cursor: string;
  /** True when the cursor asked with is of another stream or server: what came with it is over. */
  readonly restarted: boolean;
  /** Oldest first; those of a shard in the shard's order. */
  readonly records: readonly StreamedRecord[];
  /** Were read after the cursor too, and are no longer held: newer ones took their place. */
  readonly dropped: number;
  /** Set when, since the cursor, records before this moment may not have been read: the reader was not there, or too slow. */
  readonly unreadUntilMs: number | null;
  /** Set when the stream, or a shard of it, cannot be read right now. It is tried again by itself. */
  readonly problem: Problem | null;
}

/** One record, cut to what is shown of it. */
export interface StreamedRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly arrivalMs: number;
  /** Null when it is no sale. */
  readonly sale: Pick<Sale, 'custName' | 'salesCents' | 'requestId'> | null;
  /** Why it is no sale, in the consumer's words; null when it is one. */
  readonly reason: string | null;
}
