'use client';

import { type KeyboardEvent, memo, type PointerEvent, useMemo, useRef, useState } from 'react';
import useSWR from 'swr';
import { PLOT } from '@/components/chart/plot';
import { type Grip, moved, surroundings } from '@/components/chart/span';
import { timeTicks } from '@/components/chart/time-ticks';
import { getJson } from '@/components/live/request';
import { serverNow } from '@/components/live/server-clock';
import { spanQuery, type UrlState } from '@/components/live/url-state';
import { isSameNews, windowsUrl } from '@/components/live/use-windows';
import type { Format } from '@/components/ui/format';
import { onKeysOf } from '@/components/ui/key-table';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Span } from '@/lib/core/range';
import { DAY_MS } from '@/lib/core/window';

const POLL_MS = 60_000;
const PAGE = 6;

interface OverviewStripProps {
  /** Of the address: the strip shows where in its day a range between two times lies. */
  readonly span: Span;
  readonly format: Format;
  readonly onChange: (change: Partial<UrlState>) => void;
}

/**
 * The whole day under a part of it, which two travellers narrow and widen and a drag moves along. Memoised, and with data
 * of its own that comes once a minute at most: what is live renders nothing here. Not Recharts' Brush (4 kB gzip more),
 * whose travellers share one name, tell their place in pixels, and choose among the rows of the chart that is shown.
 */
export const OverviewStrip = memo(function OverviewStrip({ span, format, onChange }: OverviewStripProps) {
  const around = surroundings(span);
  const { data } = useSWR<WindowsAnswer>(
    around === null ? null : windowsUrl(around.day, around.range),
    getJson,
    {
      compare: isSameNews,
      revalidateOnFocus: false,
      refreshInterval: (answer) => (answer === undefined || answer.toMs > serverNow() ? POLL_MS : 0),
    },
  );
  if (around === null) return null;
  return (
    <div className="mt-2 hidden h-13 md:block print:hidden" data-testid="overview">
      {data !== undefined && <Strip answer={data} span={span} format={format} onChange={onChange} />}
    </div>
  );
});

function Strip({
  answer: { slots, fromMs, toMs },
  span,
  format,
  onChange,
}: OverviewStripProps & { answer: WindowsAnswer }) {
  /** Where the grip is while it is held: the chart follows when it is let go. */
  const [draft, setDraft] = useState<Span | null>(null);
  const press = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const shown = draft ?? span;
  const edges = useMemo(() => [...slots.map((slot) => slot.startMs), toMs], [slots, toMs]);
  const stepMs = (toMs - fromMs) / slots.length;
  const isDays = toMs - fromMs > DAY_MS;
  const words = (ms: number) => (isDays ? `${format.day(ms)} ${format.time(ms)}` : format.time(ms));
  const share = (ms: number) =>
    `${(Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs))) * 100).toFixed(3)}%`;

  const commit = () => {
    setDraft(null);
    if (draft !== null && (draft.fromMs !== span.fromMs || draft.toMs !== span.toMs))
      onChange(spanQuery(draft));
  };
  const held = (grip: Grip) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const width = event.currentTarget.parentElement?.getBoundingClientRect().width ?? 0;
      if (event.button !== 0 || width === 0) return;
      press.current = { x: event.clientX, width };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (press.current === null) return;
      const byMs = ((event.clientX - press.current.x) / press.current.width) * (toMs - fromMs);
      setDraft(moved(span, grip, byMs, edges));
    },
    onPointerUp: () => {
      press.current = null;
      commit();
    },
    onPointerCancel: () => {
      press.current = null;
      setDraft(null);
    },
  });
  const traveller = (grip: 'from' | 'to') => {
    const ms = grip === 'from' ? shown.fromMs : shown.toMs;
    const move = (steps: number) => (event: KeyboardEvent) =>
      setDraft(moved(shown, event.shiftKey ? 'whole' : grip, steps * stepMs, edges));
    const onKeyDown = onKeysOf({
      ArrowLeft: move(-1),
      ArrowDown: move(-1),
      ArrowRight: move(1),
      ArrowUp: move(1),
      PageDown: move(-PAGE),
      PageUp: move(PAGE),
      Home: move(-Infinity),
      End: move(Infinity),
    });
    return (
      <button
        type="button"
        role="slider"
        aria-label={
          grip === 'from'
            ? 'Shown from; with Shift, all of it moves'
            : 'Shown until; with Shift, all of it moves'
        }
        aria-valuemin={0}
        aria-valuemax={(toMs - fromMs) / 60_000}
        aria-valuenow={(ms - fromMs) / 60_000}
        aria-valuetext={words(ms)}
        {...held(grip)}
        onKeyDown={onKeyDown}
        onKeyUp={commit}
        onBlur={commit}
        className={`absolute inset-y-0 flex w-6 cursor-ew-resize touch-none ${grip === 'from' ? 'justify-end' : 'justify-start'}`}
        style={grip === 'from' ? { right: `calc(100% - ${share(ms)})` } : { left: share(ms) }}
      >
        <span className="mt-1.5 h-5 w-1.5 rounded-full bg-focus" />
      </button>
    );
  };
  return (
    <fieldset
      aria-label="Where this lies in its day"
      className="relative h-8 border-control border-b"
      style={{ marginLeft: PLOT.left, marginRight: PLOT.right }}
    >
      <DayShape slots={slots} />
      <div
        className="absolute inset-y-0 cursor-grab touch-none border-focus border-x bg-focus/10"
        style={{ left: share(shown.fromMs), right: `calc(100% - ${share(shown.toMs)})` }}
        {...held('whole')}
      />
      {traveller('from')}
      {traveller('to')}
      {timeTicks(slots, format.offsetMs, 8).map((tick) => (
        <span
          key={tick.startMs}
          aria-hidden="true"
          className="absolute top-full -translate-x-1/2 whitespace-nowrap pt-0.5 text-muted text-xs"
          style={{ left: share(tick.startMs) }}
        >
          {isDays && tick.dated ? format.day(tick.startMs) : format.time(tick.startMs)}
        </span>
      ))}
      {draft !== null && (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute bottom-full z-10 mb-1 -translate-x-1/2 whitespace-nowrap forced-color-adjust-none rounded bg-text px-2 text-bg text-xs"
          style={{ left: share((shown.fromMs + shown.toMs) / 2) }}
        >
          {words(shown.fromMs)}–{words(shown.toMs)}
        </span>
      )}
    </fieldset>
  );
}

/** The bars of all slots in one path, for there is nothing to point at. */
const DayShape = memo(function DayShape({ slots }: Pick<WindowsAnswer, 'slots'>) {
  const most = Math.max(1, ...slots.map((slot) => slot.salesCents ?? 0));
  const bars = slots.flatMap(({ salesCents }, index) =>
    salesCents === null || salesCents <= 0 ? [] : [`M${index} 1v${(-salesCents / most).toFixed(3)}h.8V1z`],
  );
  return (
    <svg
      viewBox={`0 0 ${slots.length} 1`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full"
      aria-hidden="true"
    >
      <path d={bars.join('')} fill="var(--control)" opacity="0.7" />
    </svg>
  );
});
