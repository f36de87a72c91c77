import 'server-only';

export interface Clock {
  /** The time of day, epoch milliseconds; it is set at any moment, forward and back. */
  now(): number;
  /** Milliseconds since whenever, which only go forward: by these things are done again. */
  elapsed(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
