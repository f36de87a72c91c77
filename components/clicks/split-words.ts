import type { Format } from '@/components/ui/format';
import { type Click, progressOf } from '@/lib/contract/click';

/**
 * What a click that fell into two windows shows of them, once all of its records have been seen; null for any other.
 * A window may end while records are being sent, and each belongs to the window that it arrived in.
 */
export function splitWords(
  click: Pick<Click, 'receipt' | 'shares'>,
  format: Pick<Format, 'count' | 'time'>,
): string | null {
  const { sent, counted, soFar } = progressOf(click);
  if (counted.recordCount + soFar.recordCount !== sent.recordCount) return null;
  const byStart = new Map<number, number>();
  for (const { startMs, recordCount } of click.shares) {
    byStart.set(startMs, (byStart.get(startMs) ?? 0) + recordCount);
  }
  const [first, second, ...more] = [...byStart].sort(([a], [b]) => a - b);
  if (first === undefined || second === undefined || more.length > 0) return null;
  return `Your ${format.count(sent.recordCount)} records fall into two windows: ${format.count(first[1])} before ${format.time(second[0])} and ${format.count(second[1])} after.`;
}
