import { sumCents } from './cents.ts';
import { isRolled } from './rolled-part.ts';
import type { ShardShare } from './slot.ts';
import type { WindowPart } from './window-part.ts';
import type { RequestResult } from './window-result.ts';

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

/** Who sent what is in parts, summed up by producer invocation. */
export function requestsOf(parts: readonly WindowPart[]): RequestResult[] {
  const requests = new Map<string, RequestResult>();
  for (const { requestId, ...share } of parts.flatMap((part) => part.requests)) {
    const known = requests.get(requestId);
    requests.set(requestId, {
      requestId,
      recordCount: share.recordCount + (known?.recordCount ?? 0),
      salesCents: share.salesCents + (known?.salesCents ?? 0),
    });
  }
  return [...requests.values()];
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
