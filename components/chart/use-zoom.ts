import { useCallback, useRef } from 'react';
import { spanQuery, type UrlState } from '@/components/live/url-state';
import { isSpan } from '@/lib/core/range';

type Shown = Pick<UrlState, 'day' | 'range'>;

/** Into a part of the range, and step by step back out; from an address that begins zoomed, out to its day. */
export function useZoom({ day, range }: Shown, change: (change: Partial<UrlState>) => void) {
  const stack = useRef<Shown[]>([]);
  const zoomTo = useCallback(
    (fromMs: number, toMs: number) => {
      stack.current.push({ day, range });
      change(spanQuery({ fromMs, toMs }));
    },
    [day, range, change],
  );
  const back = useCallback(() => {
    if (!isSpan(range)) return;
    change(stack.current.pop() ?? { day, range: 'day' });
  }, [day, range, change]);
  return { zoomTo, back, isZoomed: isSpan(range) };
}
