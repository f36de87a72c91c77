import 'server-only';

export interface Clock {
  /** The time of day, epoch milliseconds; it is set at any moment, forward and back. */
  now(): number;
  /** Milliseconds since whenever, which only go forward: by these things are done again. */
  elapsed(): number;
  /** Resolves after so many milliseconds, and keeps no process alive. */
  sleep(ms: number): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref()),
};
