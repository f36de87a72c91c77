/** Time is passed in, so that a test or a simulation can turn it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: CutShort): Promise<void>;
}

/** What a sleeper needs of an AbortSignal. */
export interface CutShort {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * The wall clock's time as it passes: never back, and never standing still. Where the wall clock was set back, it goes on
 * at half speed until that has caught up, so that windows close, and no arrival is before the one before it.
 */
export function steadyTime(
  wallMs: () => number = () => Date.now(),
  elapsedMs: () => number = () => performance.now(),
): () => number {
  let timeMs = Number.NEGATIVE_INFINITY;
  let atMs = 0;
  return () => {
    const nowMs = elapsedMs();
    timeMs = Math.max(wallMs(), timeMs + (nowMs - atMs) / 2);
    atMs = nowMs;
    return Math.floor(timeMs);
  };
}

export const systemClock: Clock = {
  now: steadyTime(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};
