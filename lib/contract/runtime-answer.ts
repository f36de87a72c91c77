/** What the local runtime can be told to do. */
export const RUNTIME_ACTIONS = [
  'late-record',
  'poison-record',
  'consumer-error',
  'consumer-crash',
  'duplicate-delivery',
  'split-shard',
  'merge-shards',
  'stop-consumer',
  'start-consumer',
  'time-lapse',
  'real-time',
  'reset',
  'demo-day',
  'redrive',
] as const;
export type RuntimeAction = (typeof RUNTIME_ACTIONS)[number];

/**
 * `GET /api/runtime`: what the local runtime offers beyond AWS (its control API), or `{ "available": false }` where the
 * endpoint has none. `POST /api/runtime` with `{"action": …}` does one of the actions.
 */
export interface RuntimeAnswer {
  readonly available: boolean;
  readonly actions: readonly RuntimeAction[];
  readonly consumerStopped: boolean;
  readonly shards: readonly {
    readonly shardId: string;
    readonly closed: boolean;
    readonly recordsWaiting: number | null;
    readonly millisBehindLatest: number | null;
    readonly lastError: string | null;
  }[];
  readonly dataDir: string | null;
  /** The lengths of windows as set and 20 times as fast, and which it is now; null where they cannot be changed. */
  readonly timeLapse: {
    readonly isOn: boolean;
    readonly usualSeconds: number;
    readonly lapseSeconds: number;
  } | null;
}
