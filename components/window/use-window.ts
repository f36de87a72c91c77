import useSWR from 'swr';
import { getJson, type RequestError } from '@/components/live/request';
import { windowsUrl } from '@/components/live/use-windows';
import type { Problem, WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';
import { DETAILS } from '@/lib/core/slot';
import { utcDate, windowAt } from '@/lib/core/window';

const POLL_MS = 5000;

/**
 * The window that holds a moment, with all that is told of it; without a moment (null) none. What the page shows of it
 * comes first, and news of that is asked for at once.
 */
export function useWindow(
  atMs: number | null,
  answer: WindowsAnswer,
): { readonly slot: Slot | null; readonly problem: Problem | null } {
  const { windowSeconds, stepSeconds, slots } = answer;
  const at = atMs === null ? null : windowAt(atMs, windowSeconds);
  const isOne = ({ startMs }: Slot) => startMs === at?.startMs;
  // A window beyond what is on screen, or within one of its bars, is asked for by itself.
  const shown = (stepSeconds === windowSeconds && slots.find(isOne)) || null;
  const news = [shown?.state, shown?.salesCents, shown?.recordCount, shown?.rejected].join(' ');
  const { data, error } = useSWR<WindowsAnswer, RequestError, [string, string] | null>(
    at === null
      ? null
      : [windowsUrl(utcDate(at.startMs), { fromMs: at.startMs, toMs: at.endMs }, DETAILS.join()), news],
    ([url]) => getJson(url),
    { keepPreviousData: true, refreshInterval: shown === null ? untilSettled : 0 },
  );
  // Only this browser knows that something is missing.
  const found = shown?.state === 'missing' ? shown : data?.slots.find(isOne);
  return { slot: found ?? shown, problem: error?.problem ?? null };
}

function untilSettled(found: WindowsAnswer | undefined): number {
  const state = found?.slots[0]?.state ?? 'open';
  return ['closed', 'empty', 'before'].includes(state) ? 0 : POLL_MS;
}
