import { useCallback } from 'react';
import { spanQuery, type UrlState } from '@/components/live/url-state';
import { leaveStep, stepsBack } from '@/components/live/use-url-state';
import { isSpan } from '@/lib/core/range';

/** Into a part of the range, and step by step back out, as by the browser's Back; from an address that begins zoomed, out to its day. */
export function useZoom(url: UrlState, change: (change: Partial<UrlState>) => void) {
  const zoomTo = useCallback(
    (fromMs: number, toMs: number) => {
      leaveStep();
      change(spanQuery({ fromMs, toMs }));
    },
    [change],
  );
  const back = useCallback(() => {
    const { day, range, ...rest } = url;
    if (!isSpan(range)) return;
    if (stepsBack() === 0) return change({ day, range: 'day' });
    // Only the range goes back: how it is shown stays as it is now.
    window.addEventListener('popstate', () => change(rest), { once: true });
    window.history.back();
  }, [url, change]);
  return { zoomTo, back, isZoomed: isSpan(url.range) };
}
