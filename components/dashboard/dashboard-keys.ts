import { useEffect, useMemo } from 'react';
import type { UrlState } from '@/components/live/url-state';
import { useDays } from '@/components/live/use-days';
import { usePageKeys } from '@/components/live/use-page-keys';
import { daysBeside } from '@/components/toolbar/days-beside';
import { utcDate } from '@/lib/core/window';

/** What single keys do wherever one is on the page. */
export function useDashboardKeys({
  url,
  change,
  pause,
  showSheet,
  back,
}: {
  url: UrlState;
  change: (change: Partial<UrlState>) => void;
  pause: () => void;
  showSheet: () => void;
  back: () => void;
}): void {
  const days = useDays();
  usePageKeys(
    useMemo(() => {
      const today = utcDate(days?.serverNowMs ?? 0);
      const names = (days?.days ?? []).map((each) => (each.day === today ? 'today' : each.day));
      const { earlier, later } = daysBeside(names, url.day === today ? 'today' : url.day);
      const go = (to: string | null) => {
        if (to !== null) change({ day: to, range: to === 'today' ? '1h' : 'day' });
      };
      return {
        ' ': pause,
        '?': showSheet,
        '[': () => go(earlier),
        ']': () => go(later),
        t: () => change({ view: url.view === 'table' ? 'chart' : 'table' }),
        escape: () => (url.w === null ? back() : change({ w: null })),
      };
    }, [days, url, change, pause, showSheet, back]),
  );
  // Now there is someone to hear the keys, those of the parts included.
  useEffect(() => window.doEarlyPresses?.(), []);
}
