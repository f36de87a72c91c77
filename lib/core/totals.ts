import { sumCents } from './cents.ts';
import { type Lack, lackOf, type WindowLack } from './lack.ts';
import { countClosed, sum, sumCounts } from './part-sums.ts';
import type { WindowPart } from './window-part.ts';

/** What closed windows sum up to. */
export interface WindowTotals {
  /** Null when it is beyond what cents say exactly. */
  readonly salesCents: number | null;
  readonly recordCount: number | null;
  readonly rejected: number;
  readonly closedWindows: number;
  /** What the sums are known to lack; null when that is nothing. */
  readonly lack: Lack | null;
}

/**
 * Of the windows that start in [fromMs, toMs) and have ended by `byMs`; parts that ended early in a window that is still
 * open are not final yet.
 */
export function totalsOf(
  results: readonly WindowPart[],
  fromMs: number,
  toMs: number,
  byMs: number,
  lacks: readonly WindowLack[] = [],
): WindowTotals {
  const closed = results.filter(
    ({ window }) => window.startMs >= fromMs && window.startMs < toMs && window.endMs <= byMs,
  );
  return {
    salesCents: sumCents(closed.map((part) => part.salesCents)),
    recordCount: sumCounts(closed),
    rejected: sum(closed, (part) => part.rejected),
    closedWindows: countClosed(closed, byMs),
    lack: lackOf(lacks.filter(({ startMs }) => startMs >= fromMs && startMs < toMs && startMs < byMs)),
  };
}

/**
 * The newest closed window, and how long after its end its results were written: of each shard the first part, since
 * what a late record adds afterwards says nothing of the pipeline. LastModified has whole seconds in AWS, so it may seem
 * to lie before the window's end by less than one.
 */
export function newestOf(
  results: readonly WindowPart[],
  nowMs: number,
): { readonly startMs: number; readonly endMs: number; readonly lagMs: number } | null {
  let newest: WindowPart | null = null;
  for (const part of results) {
    if (part.window.endMs > nowMs) continue;
    if (newest === null || part.window.startMs > newest.window.startMs) newest = part;
  }
  if (newest === null) return null;
  const { startMs, endMs } = newest.window;
  const firstWrites = new Map<string | null, number>();
  for (const { window, shardId, lastModifiedMs } of results) {
    if (window.startMs !== startMs) continue;
    firstWrites.set(shardId, Math.min(firstWrites.get(shardId) ?? Infinity, lastModifiedMs));
  }
  return { startMs, endMs, lagMs: Math.max(0, Math.max(...firstWrites.values()) - endMs) };
}
