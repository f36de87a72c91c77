import { spanQuery } from '@/components/live/url-state';
import { MAX_RANGE_DAYS, type NamedRange, type Span } from '@/lib/core/range';
import { DAY_MS, dayStartMs, utcDate } from '@/lib/core/window';

/** What of a span is moved: one of its ends, or the whole of it. */
export type Grip = 'from' | 'to' | 'whole';

/** What surrounds a span: the whole UTC days that it touches; null when these are more than can be asked for. */
export function surroundings({ fromMs, toMs }: Span): { day: string; range: NamedRange } | null {
  const firstMs = dayStartMs(fromMs);
  const endMs = Math.ceil(toMs / DAY_MS) * DAY_MS;
  const days = (endMs - firstMs) / DAY_MS;
  if (days > MAX_RANGE_DAYS) return null;
  return days === 1 ? { day: utcDate(firstMs), range: 'day' } : spanQuery({ fromMs: firstMs, toMs: endMs });
}

/**
 * A span after a move by some milliseconds, at infinity to the very end. An end goes to the nearest of `edges` (ascending,
 * evenly spaced, the first and the last around the span) and stops before the other end; the whole keeps its length.
 */
export function moved(span: Span, grip: Grip, byMs: number, edges: readonly number[]): Span {
  const { fromMs, toMs } = span;
  const first = edges[0];
  const last = edges.at(-1);
  if (first === undefined || last === undefined) return span;
  if (grip === 'from') {
    return {
      fromMs:
        nearest(
          fromMs + byMs,
          edges.filter((edge) => edge < toMs),
        ) ?? fromMs,
      toMs,
    };
  }
  if (grip === 'to') {
    return {
      fromMs,
      toMs:
        nearest(
          toMs + byMs,
          edges.filter((edge) => edge > fromMs),
        ) ?? toMs,
    };
  }
  const stepMs = (last - first) / (edges.length - 1);
  const steps = Math.round(Math.max(first - fromMs, Math.min(last - toMs, byMs)) / stepMs);
  return { fromMs: fromMs + steps * stepMs, toMs: toMs + steps * stepMs };
}

/** The later one of two that are equally near. */
function nearest(ms: number, edges: readonly number[]): number | null {
  const after = edges.find((edge) => edge >= ms) ?? edges.at(-1);
  const before = edges.findLast((edge) => edge < ms) ?? after;
  return after !== undefined && before !== undefined && after - ms > ms - before ? before : (after ?? null);
}
