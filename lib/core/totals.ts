import { sumCents } from './cents.ts';
import { type Lack, lackOf, type WindowLack } from './lack.ts';
import { countClosed, sum, sumCounts } from './part-sums.ts';
import type { WindowPart } from './window-part.ts';

/** What closed windows sum up to. */
export interface Totals {
  /** Null when it is beyond what cents say exactly (`MAX_CENTS`). */
  readonly salesCents: number | null;
  /** Null when an original result leaves it open. */
  readonly recordCount: number | null;
  readonly rejected: number;
  readonly closedWindows: number;
  /** What they are known to lack: objects that cannot be read, records that were given up. Null when that is nothing. */
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
): Totals {
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

/** A window and what was sold in it. */
export interface WindowSales {
  readonly startMs: number;
  readonly salesCents: number;
}

/** Of windows that have sold the most, as much as the one in the middle, and the least: of two in the middle the lesser. */
export interface WindowSpread {
  readonly best: WindowSales;
  readonly median: WindowSales;
  readonly worst: WindowSales;
}

/** Of the windows that `totalsOf` sums up; null when there is none, or one is beyond what cents say exactly. */
export function spreadOf(
  results: readonly WindowPart[],
  fromMs: number,
  toMs: number,
  byMs: number,
): WindowSpread | null {
  const sales = new Map<number, number>();
  for (const { window, salesCents } of results) {
    const { startMs, endMs } = window;
    if (startMs < fromMs || startMs >= toMs || endMs > byMs) continue;
    const sum = sumCents([sales.get(startMs) ?? 0, salesCents]);
    if (sum === null) return null;
    sales.set(startMs, sum);
  }
  const windows = Array.from(sales, ([startMs, salesCents]): WindowSales => ({ startMs, salesCents }));
  windows.sort((a, b) => a.salesCents - b.salesCents || a.startMs - b.startMs);
  const [worst, median, best] = [windows[0], windows[(windows.length - 1) >> 1], windows.at(-1)];
  return worst && median && best ? { best, median, worst } : null;
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
