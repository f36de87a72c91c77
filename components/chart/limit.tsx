'use client';

import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import type { Scale } from '@/components/chart/nice-scale';
import { centsAt, PLOT } from '@/components/chart/plot';
import type { Format } from '@/components/ui/format';

/** A line to watch: dragged by its chip, or moved by the arrow keys; Delete takes it away. */
export function ChartLimit({
  cents,
  scale,
  format,
  onChange,
}: {
  cents: number;
  scale: Scale;
  format: Format;
  onChange: (cents: number | null) => void;
}) {
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? cents;
  const share = 1 - (shown - scale.bottom) / (scale.top - scale.bottom);
  const step = Math.max(100, Math.round((scale.top - scale.bottom) / 4000) * 100);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowUp: cents + step,
      ArrowDown: Math.max(0, cents - step),
      Delete: null,
      Backspace: null,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next);
  };
  const onMove = (event: PointerEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || box === undefined) return;
    setDragged(centsAt(event.clientY - box.top, box.height, scale));
  };
  return (
    <div
      className="pointer-events-none absolute border-text border-t"
      style={{
        left: PLOT.left,
        right: PLOT.right,
        top: `calc(${PLOT.top}px + (100% - ${PLOT.top + PLOT.bottom}px) * ${share})`,
      }}
    >
      <button
        type="button"
        role="slider"
        aria-label="Limit"
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={scale.top / 100}
        aria-valuenow={shown / 100}
        aria-valuetext={format.money(shown)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onMove}
        onPointerUp={() => {
          if (dragged !== null) onChange(dragged);
          setDragged(null);
        }}
        className="pointer-events-auto absolute left-0 min-h-6 -translate-y-1/2 cursor-ns-resize touch-none forced-color-adjust-none rounded bg-text px-2 text-bg text-xs"
      >
        {format.money(shown)}
      </button>
    </div>
  );
}
