import useSWR from 'swr';
import { getJson } from '@/components/live/request';
import { serverNow } from '@/components/live/server-clock';
import { isSameNews } from '@/components/live/use-windows';
import type { DaysAnswer } from '@/lib/contract/answers';
import { DAY_MS } from '@/lib/core/window';

/** The UTC days that exist, today first, each past one with its total. */
export function useDays(): DaysAnswer | undefined {
  return useSWR<DaysAnswer>('/api/days', getJson, {
    compare: isSameNews,
    focusThrottleInterval: 1000,
    refreshInterval: nextLookMs,
  }).data;
}

const POLL_MS = 60_000;
const SOON_MS = 3000;

/** Once a minute, just after midnight, and soon when the newest totals are still being read. */
function nextLookMs(answer: DaysAnswer | undefined): number {
  const newest = answer?.days.slice(0, 3) ?? [];
  if (newest.some((each) => each.total === null)) return SOON_MS;
  return Math.min(POLL_MS, DAY_MS - (serverNow() % DAY_MS) + 1000);
}
