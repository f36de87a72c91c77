import type { Stream } from './stream.ts';

/** What the start found in a shard's log. */
export interface ShardRecovery {
  readonly streamName: string;
  readonly shardId: string;
  /** Records that can be read. */
  readonly recordCount: number;
  /** Half-written bytes that a crash had left and that were cut off: nobody was told they were stored. */
  readonly cutBytes: number;
}

export function recoveredShards(stream: Stream): ShardRecovery[] {
  return stream.shards.map(({ shardId, log }) => ({
    streamName: stream.name,
    shardId,
    recordCount: log.recordCount,
    cutBytes: log.cutBytes,
  }));
}
