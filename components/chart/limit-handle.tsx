'use client';

import { clsx } from 'clsx';
import { type PointerEvent, useState } from 'react';
import { centsAt, PLOT } from '@/components/chart/plot';
import { type Scale, settingStep } from '@/components/chart/scale';
import type { Format } from '@/components/ui/format';
import { onKeysOf } from '@/components/ui/key-table';

/** The handle of the limit's line: dragged, or moved by the arrow keys; Delete takes the line away. */
export function LimitHandle({
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
  const step = settingStep(scale);
  const to = (next: number | null) => () => onChange(next);
  const onKeyDown = onKeysOf({
    ArrowUp: to((Math.floor(cents / step) + 1) * step),
    ArrowDown: to(Math.max(0, (Math.ceil(cents / step) - 1) * step)),
    Delete: to(null),
    Backspace: to(null),
  });
  const onMove = (event: PointerEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || box === undefined) return;
    setDragged(centsAt(event.clientY - box.top, box.height, scale));
  };
  return (
    <div
      className={clsx('pointer-events-none absolute border-text', dragged !== null && 'border-t')}
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
