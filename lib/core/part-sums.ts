import { sumCents } from './cents.ts';
import { isRolled } from './rolled-part.ts';
import type { RequestTrace, ShardShare } from './slot.ts';
import type { WindowPart } from './window-part.ts';

/** None when one of them is beyond what cents say exactly. */
export function sharesOf(parts: readonly WindowPart[]): ShardShare[] {
  const shares = new Map<string | null, WindowPart[]>();
  for (const part of parts) {
    const share = shares.get(part.shardId);
    if (share === undefined) shares.set(part.shardId, [part]);
    else share.push(part);
  }
  const exact: ShardShare[] = [];
  for (const [shardId, own] of [...shares].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))) {
    const salesCents = sumCents(own.map((part) => part.salesCents));
    if (salesCents === null) return [];
    const rejected = sum(own, (part) => part.rejected);
    exact.push({ shardId, salesCents, recordCount: sumCounts(own), rejected });
  }
  return exact;
}

/** A request with shares in results and in snapshots has one trace of each: counted, and so far. */
export function tracesOf(results: readonly WindowPart[], snapshots: readonly WindowPart[]): RequestTrace[] {
  const trace = (parts: readonly WindowPart[], counted: boolean): RequestTrace[] => {
    const traces = new Map<string, { recordCount: number; salesCents: number; keys: string[] }>();
    for (const part of [...parts].sort(byKey)) {
      for (const { requestId, recordCount, salesCents } of part.requests) {
        const known = traces.get(requestId) ?? { recordCount: 0, salesCents: 0, keys: [] };
        known.recordCount += recordCount;
        known.salesCents += salesCents;
        known.keys.push(part.key);
        traces.set(requestId, known);
      }
    }
    return Array.from(traces, ([requestId, known]) => ({ requestId, ...known, counted }));
  };
  return [...trace(results, true), ...trace(snapshots, false)];
}

/** Windows that have ended and have a result. */
export function countClosed(results: readonly WindowPart[], nowMs: number): number {
  const single = new Set<number>();
  const rolled = new Set<Float64Array>();
  for (const part of results) {
    if (isRolled(part)) rolled.add(part.starts);
    else if (part.window.endMs <= nowMs) single.add(part.window.startMs);
  }
  let count = single.size;
  for (const starts of rolled) {
    count += starts.length;
    for (const startMs of single) if (starts.includes(startMs)) count -= 1;
  }
  return count;
}

/** Null as soon as one part does not say. */
export function sumCounts(parts: readonly WindowPart[]): number | null {
  let total = 0;
  for (const { recordCount } of parts) {
    if (recordCount === null) return null;
    total += recordCount;
  }
  return total;
}

export function sum(parts: readonly WindowPart[], amount: (part: WindowPart) => number): number {
  return parts.reduce((total, part) => total + amount(part), 0);
}

/** Of the parts that sold something; null when there is none, and when an original result leaves it open. */
export function extreme(
  parts: readonly WindowPart[],
  choose: (a: number, b: number) => number,
  of: (part: WindowPart) => number | null,
): number | null {
  if (parts.some((part) => part.inferred)) return null;
  return parts.reduce<number | null>((best, part) => {
    const cents = of(part);
    return cents === null ? best : best === null ? cents : choose(best, cents);
  }, null);
}

export function byKey(a: WindowPart, b: WindowPart): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
