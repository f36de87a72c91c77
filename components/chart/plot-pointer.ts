import { type PointerEvent, useRef, useState } from 'react';
import type { BarSelection } from '@/components/chart/bar-selection';
import type { Bar } from '@/components/chart/bars';
import { barAt, nearestBar } from '@/components/chart/plot';

/** From here on a press that moves is a drag. */
const DRAG_PX = 6;

type BoxEvent = PointerEvent<HTMLDivElement>;

/**
 * What the pointer does to the plot: over a bar it reads it, a press takes it, a drag takes all it goes over. Beside Recharts,
 * whose pointer is its tooltip's (what that costs: tooltip.tsx) and knows no drag.
 */
export function usePlotPointer({
  bars,
  selection,
  onBar,
  onBars,
}: {
  bars: readonly Bar[];
  selection: BarSelection;
  onBar: (bar: Bar) => void;
  onBars: (first: Bar, last: Bar) => void;
}) {
  const [isInside, setIsInside] = useState(false);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const press = useRef<{ readonly x: number; readonly index: number } | null>(null);
  const pointAt = (event: BoxEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, width };
  };
  const ownerAt = (index: number) => bars[bars[index]?.owner ?? index];
  const letGo = () => {
    press.current = null;
    setDrag(null);
  };
  return {
    isInside,
    drag,
    /** For the box that the tooltip lies in, too. */
    aroundProps: {
      onPointerEnter: (event: BoxEvent) => {
        setIsInside(event.pointerType === 'mouse');
        selection.mayChoose(event);
      },
      onPointerLeave: (event: BoxEvent) => {
        setIsInside(false);
        if (selection.mayChoose(event) && !selection.isPinned && press.current === null)
          selection.select(null, 'pointer');
      },
    },
    plotProps: {
      onPointerDown: (event: BoxEvent) => {
        const { x, width } = pointAt(event);
        const index = barAt(x, width, bars.length);
        if (index === null || event.button !== 0) return;
        press.current = { x, index };
        if (event.pointerType === 'mouse') event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: BoxEvent) => {
        if (event.pointerType !== 'mouse') return;
        const { x, width } = pointAt(event);
        const from = press.current;
        if (from !== null && Math.abs(x - from.x) > DRAG_PX) {
          setDrag({ from: from.index, to: nearestBar(x, width, bars.length) });
        } else if (selection.mayChoose(event) && !selection.isPinned) {
          selection.select(barAt(x, width, bars.length), 'pointer');
        }
      },
      onPointerUp: () => {
        const from = press.current;
        letGo();
        const first = ownerAt(drag === null ? (from?.index ?? -1) : Math.min(drag.from, drag.to));
        const last = drag === null ? undefined : bars[Math.max(drag.from, drag.to)];
        if (from === null || first === undefined) return;
        if (last === undefined) onBar(first);
        else onBars(first, last);
      },
      onPointerCancel: letGo,
    },
  };
}
