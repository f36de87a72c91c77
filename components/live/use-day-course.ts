import useSWR from 'swr';
import { getJson } from '@/components/live/request';
import { isSameNews, windowsUrl } from '@/components/live/use-windows';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** A moment of the day, as a share of it from 0 to 1, and what had been sold by then. */
export interface CoursePoint {
  readonly at: number;
  readonly cents: number;
}

const POLL_MS = 60_000;

/** How the day's total came to be, and the day before's. Slow on purpose: it is a sketch beside an exact number. */
export function useDayCourse(day: string) {
  const options = { compare: isSameNews, revalidateOnFocus: false, keepPreviousData: true };
  const url = windowsUrl(day, 'day');
  const today = useSWR<WindowsAnswer>(url, getJson, {
    ...options,
    refreshInterval: day === 'today' ? POLL_MS : 0,
  });
  const before = useSWR<WindowsAnswer>(`${url}&shift=1`, getJson, options);
  return {
    course: today.data === undefined ? [] : courseOf(today.data),
    before: before.data === undefined ? [] : courseOf(before.data),
  };
}

/** The running total at the end of each slot that has ended or has begun to fill; it starts at zero. */
export function courseOf({
  slots,
  fromMs,
  toMs,
}: Pick<WindowsAnswer, 'fromMs' | 'toMs'> & { readonly slots: readonly Slot[] }): CoursePoint[] {
  let cents = 0;
  const points: CoursePoint[] = [];
  for (const slot of slots) {
    if (slot.state === 'future') break;
    if (slot.state === 'before') continue;
    const at = (ms: number) => (ms - fromMs) / (toMs - fromMs);
    if (points.length === 0) points.push({ at: at(slot.startMs), cents: 0 });
    cents += slot.closedWindows > 0 ? (slot.salesCents ?? 0) : 0;
    points.push({ at: at(slot.endMs), cents });
  }
  return points;
}
