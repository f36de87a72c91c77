/**
 * How the event source mapping reads a stream. The Kinesis store implements it on files, the simulation in memory.
 */
export interface StreamRecord {
  /** Decimal; rises within a shard. Compare as numbers (BigInt), never as text. */
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Standard base64 with padding, as it came and as Lambda passes it on. */
  readonly data: string;
  /** Approximate arrival timestamp, epoch milliseconds. */
  readonly arrivalMs: number;
}

export interface ShardDescription {
  readonly shardId: string;
  readonly parentShardId: string | null;
  readonly adjacentParentShardId: string | null;
  /** Closed by a split or a merge: takes no more records, can still be read. */
  readonly closed: boolean;
}

/** Where the next read begins. A position is data: it is stored in the checkpoint. */
export type ShardPosition =
  | { readonly type: 'TRIM_HORIZON' }
  | { readonly type: 'LATEST' }
  | { readonly type: 'AT_TIMESTAMP'; readonly timestampMs: number }
  | { readonly type: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

export interface ShardPage {
  readonly records: readonly StreamRecord[];
  /** Continues after the last record of this page (LATEST is resolved to a concrete position on the first read). */
  readonly next: ShardPosition;
  /** 0 when nothing was left to read at that moment. */
  readonly millisBehindLatest: number;
  /** True when the shard is closed and everything in it has been read. */
  readonly ended: boolean;
}

export interface StreamReader {
  /** All shards that still exist, parents before children. Throws ResourceNotFoundException when the stream is gone. */
  shards(streamArn: string): Promise<readonly ShardDescription[]>;
  read(
    streamArn: string,
    shardId: string,
    position: ShardPosition,
    limits: { readonly maxRecords: number; readonly maxBytes: number },
  ): Promise<ShardPage>;
  /** For the start: throws StorageError where a shard is there and ends before a position that was read to. */
  requirePosition(streamArn: string, shardId: string, position: ShardPosition): void;
  /** Resolves when a failure of the machine takes no record back that can be read now. */
  keep(streamArn: string, shardId: string): Promise<void>;
  /** Calls back after records were appended to the stream or its shards changed. Returns the unsubscribe function. */
  onChange(streamArn: string, listener: () => void): () => void;
}
