import { useSyncExternalStore } from 'react';

/**
 * The server's time on this machine, whatever the client's clock says, and how old what is shown is. It is kept outside
 * the answers, so that a refresh without news changes nothing but this.
 */
let skewMs = 0;
/** By this machine's clock. */
let heardMs: number | null = null;
/** By the server's clock. */
let readMs: number | null = null;
let retryMs: number | null = null;

/** A clock that stands in for the server's: of a replay. */
export interface TimeSource {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back when there is another time to show, until the answer is called. */
  readonly subscribe: (tick: () => void) => () => void;
}

let source: TimeSource | null = null;

/** Lets another clock tell the time of everything that is mounted from now on; null gives it back to the server. */
export function setTimeSource(next: TimeSource | null): void {
  source = next;
}

/** Well under 15 s, and more than two polls: one slow answer is no alarm. */
const STALE_MS = 12_000;
/** Less is no error of a clock but the way of an answer. */
const SKEW_MS = 2000;

/** Notes an answer that has just come: the server's time, and when the server last heard from S3, in epoch ms. */
export function hear(serverNowMs: number, serverReadMs: number | null = null): void {
  skewMs = serverNowMs - Date.now();
  heardMs = Date.now();
  retryMs = null;
  if (serverReadMs !== null && serverReadMs > 0) readMs = serverReadMs;
}

/** Notes when the next try is due, in milliseconds from now. */
export function willRetry(inMs: number): void {
  retryMs = Date.now() + inMs;
}

/** The server's time now, in epoch ms. */
export function serverNow(): number {
  return source?.now() ?? Date.now() + skewMs;
}

/** How old what is shown is, in ms: since the server last answered, or since it last heard from S3; null before. */
export function ageMs(): number | null {
  if (heardMs === null) return null;
  const sinceRead = readMs === null ? 0 : serverNow() - readMs;
  return Math.max(0, Date.now() - heardMs, sinceRead);
}

/** Milliseconds until the next try; null when none is due. */
export function retryInMs(): number | null {
  return retryMs === null ? null : Math.max(0, retryMs - Date.now());
}

/** How far this machine's clock is ahead of the server's, in whole seconds; 0 when it is about right. */
export function clockSkewSeconds(): number {
  return Math.abs(skewMs) <= SKEW_MS ? 0 : Math.round(-skewMs / 1000);
}

function subscribe(tick: () => void): () => void {
  if (source !== null) return source.subscribe(tick);
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

/** The server's time in epoch ms, in whole steps, renewed when one is over; 0 while rendered on the server. */
export function useServerNow(stepMs = 1000): number {
  return useTicking(() => Math.floor(serverNow() / stepMs) * stepMs, 0);
}

/** A reading of the clock, renewed once a second; who uses it renders only when the reading is another one. */
export function useTicking<T extends string | number | boolean | null>(read: () => T, onServer: T): T {
  return useSyncExternalStore(subscribe, read, () => onServer);
}

/** The age in whole seconds once it is alarming, else null. */
export function staleSeconds(): number | null {
  const age = ageMs();
  return age !== null && age > STALE_MS ? Math.round(age / 1000) : null;
}
