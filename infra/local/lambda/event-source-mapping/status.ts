import type { Window } from '../../../../lib/core/window.ts';
import type { ShardPosition } from '../../kinesis/stream-reader.ts';
import type { EventSourceMappingConfiguration } from '../event-source-mappings.ts';

/** Where a mapping stands, for whoever watches: the control API, the pipeline diagram. */
export interface MappingStatus {
  readonly configuration: EventSourceMappingConfiguration;
  /** Why the stream cannot be read at all; null when it can. */
  readonly problem: string | null;
  /** Those that are being read, and those that are done with and still listed; parents before children. */
  readonly shards: readonly ShardStatus[];
}

export interface ShardStatus {
  readonly shardId: string;
  readonly position: ShardPosition;
  /** The open window; null when none is. */
  readonly window: Window | null;
  /** Records folded into the open window's state. */
  readonly foldedRecords: number;
  /** Records read and not yet settled. */
  readonly waitingRecords: number;
  readonly lateRecords: number;
  readonly droppedRecords: number;
  /** Failed attempts at the batch that blocks the shard; 0 when none does. */
  readonly failedAttempts: number;
  readonly lastError: string | null;
  /** As of the last read; null before the first. */
  readonly millisBehindLatest: number | null;
  readonly invocationInFlight: boolean;
  /** Closed, and read to its end. */
  readonly ended: boolean;
}
