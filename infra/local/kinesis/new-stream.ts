import { evenShards } from './reshard.ts';
import type { StreamMetadata, StreamSettings } from './stream-metadata.ts';

export interface NewStream {
  readonly streamName: string;
  readonly shardCount: number;
  readonly settings?: StreamSettings;
  readonly tags?: Readonly<Record<string, string>>;
}

const DEFAULT_RETENTION_HOURS = 24;
/** Kinesis dates a new stream's shards a little back: a first record is never older than its shard. */
const CREATION_LEEWAY_SECONDS = 3;

/**
 * A stream that is CREATING until it is due. `afterSeconds`: when the newest shard of a deleted stream was created. One of
 * the same name may be made again at once, and issues no number that the other one has.
 */
export function newStream(
  request: NewStream,
  nowMs: number,
  dueMs: number,
  afterSeconds: number,
): StreamMetadata {
  const createdSeconds = Math.floor(nowMs / 1000) - CREATION_LEEWAY_SECONDS;
  return {
    version: 1,
    streamName: request.streamName,
    createdMs: nowMs,
    retentionHours: DEFAULT_RETENTION_HOURS,
    mode: null,
    ...request.settings,
    tags: request.tags ?? {},
    ...evenShards(request.shardCount, Math.max(createdSeconds, afterSeconds + 1)),
    transition: { kind: 'create', dueMs },
  };
}
