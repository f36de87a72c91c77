import { useSyncExternalStore } from 'react';

/**
 * The server's time on this machine, whatever the client's clock says, and when the server was last heard. It is kept
 * outside the answers, so that a refresh without news changes nothing but this.
 */
let skewMs = 0;
let heardMs: number | null = null;

/** Notes an answer that has just come, saying the server's time in epoch ms. */
export function hear(serverNowMs: number): void {
  skewMs = serverNowMs - Date.now();
  heardMs = Date.now();
}

/** The server's time now, in epoch ms. */
export function serverNow(): number {
  return Date.now() + skewMs;
}

/** Milliseconds since the server last answered; null before its first answer. */
export function silenceMs(): number | null {
  return heardMs === null ? null : Math.max(0, Date.now() - heardMs);
}

/** What turns overdue need not be seen to the second: a step for parts that would render in vain. */
export const OVERDUE_STEP_MS = 5000;

function subscribe(tick: () => void): () => void {
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

/** The server's time in epoch ms, in whole steps, renewed when one is over; 0 while rendered on the server. */
export function useServerNow(stepMs = 1000): number {
  return useSyncExternalStore(
    subscribe,
    () => Math.floor(serverNow() / stepMs) * stepMs,
    () => 0,
  );
}
