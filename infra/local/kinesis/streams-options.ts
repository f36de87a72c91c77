import type { Clock } from '../clock.ts';

export interface StreamsOptions {
  /** The streams live in `<dataDir>/kinesis/<stream>/<shard>/`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  /** Refuse what is over 1 MiB or 1,000 records a second and shard. Default: no. */
  readonly enforceShardLimits?: boolean;
  /** Open shards in the account. Default: 500. */
  readonly shardLimit?: number;
  /** How long a stream is CREATING, UPDATING or DELETING. Default: 250 ms. */
  readonly transitionMs?: number;
  /** When a file of a shard's log is full. Default: 32 MiB. */
  readonly segmentBytes?: number;
}

export const DEFAULT_SHARD_LIMIT = 500;
export const DEFAULT_TRANSITION_MS = 250;
