'use client';

import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { barByKey } from '@/components/chart/bar-keys';
import { barRows, spokenWords } from '@/components/chart/bar-rows';
import { Chart } from '@/components/chart/chart';
import { type Bar, barsOver, chartBars, shardsOf } from '@/components/chart/chart-bars';
import { ChartTwin } from '@/components/chart/chart-twin';
import { blankWords, chartSummary, chartTitle } from '@/components/chart/chart-words';
import { clickFlags } from '@/components/chart/click-flags';
import { ChartFlags } from '@/components/chart/flags';
import { ChartLegend } from '@/components/chart/legend';
import { ChartLimit } from '@/components/chart/limit';
import { niceScale } from '@/components/chart/nice-scale';
import { PaceSentence, paceWords } from '@/components/chart/pace-mark';
import { across, barAt, beside, nearestBar, PLOT } from '@/components/chart/plot';
import { timeTicks } from '@/components/chart/time-ticks';
import { ChartTooltip } from '@/components/chart/tooltip';
import { useGrowingScale } from '@/components/chart/use-growing-scale';
import { useSelection } from '@/components/chart/use-selection';
import { useClicks } from '@/components/live/click-store';
import type { UrlState } from '@/components/live/url-state';
import { usePlace } from '@/components/live/use-place';
import type { Format } from '@/components/ui/format';
import { ChartPatterns } from '@/components/ui/shard-patterns';
import { stateSentence } from '@/components/ui/state-words';
import { useNarrow } from '@/components/ui/use-narrow';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** A phone shows the newest windows only: bars that a finger can hit. */
const NARROW_BARS = 15;
/** From here on a press that moves is a drag. */
const DRAG_PX = 6;

interface ChartPanelProps {
  readonly answer: WindowsAnswer;
  readonly previous: WindowsAnswer | undefined;
  /** Of what stands still while the clock goes on, nothing can be foretold. */
  readonly paused: boolean;
  readonly url: UrlState;
  readonly format: Format;
  readonly onChange: (change: Partial<UrlState>) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onBack: () => void;
  /** While someone reads, the range stands still. */
  readonly onReading: (isReading: boolean) => void;
}

/** The plot with its keys, its pointer and its tooltip. Only bars, scale and words reach the chart itself. */
export function ChartPanel(props: ChartPanelProps) {
  const { answer, previous, paused, url, format, onChange, onZoom, onBack, onReading } = props;
  const isNarrow = useNarrow();
  const [isInside, setIsInside] = useState(false);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const [spoken, setSpoken] = useState('');
  const press = useRef<{ readonly x: number; readonly index: number } | null>(null);

  const slots = useMemo(() => {
    return isNarrow && url.range === '1h' ? answer.slots.slice(-NARROW_BARS) : answer.slots;
  }, [answer.slots, isNarrow, url.range]);
  const shards = useMemo(() => (url.shards ? shardsOf(slots) : []), [slots, url.shards]);
  const bars = useMemo(
    () => chartBars(slots, { mode: url.mode, previous, shards }),
    [slots, previous, url.mode, shards],
  );
  const over = useMemo(() => new Set(barsOver(bars, url.limitCents)), [bars, url.limitCents]);
  const ticks = useMemo(() => timeTicks(slots, format.offsetMs, isNarrow ? 4 : 8), [slots, format, isNarrow]);
  const scale = useGrowingScale(
    useMemo(() => {
      const amounts = bars.flatMap((bar) => [bar.cents ?? 0, bar.previousCents ?? 0]);
      return niceScale([...amounts, url.limitCents ?? 0]);
    }, [bars, url.limitCents]),
    `${url.day} ${url.range} ${url.mode} ${url.cmp} ${url.limitCents}`,
  );
  const clicks = useClicks(usePlace());
  const flags = useMemo(() => (url.flags ? clickFlags(slots, clicks) : null), [url.flags, slots, clicks]);
  const summary = chartSummary(slots, format);
  const title = chartTitle(answer, url, format);
  const isGrouped = answer.stepSeconds > answer.windowSeconds;
  const { selected, isPinned, setIsPinned, select, clear, mayChoose } = useSelection(bars);
  const bar = selected === null ? undefined : bars[selected];

  const isReading = isInside || isPinned || drag !== null;
  useEffect(() => onReading(isReading), [isReading, onReading]);
  useEffect(() => () => onReading(false), [onReading]);

  const openBar = (slot: Slot) => {
    if (!isGrouped) return onChange({ w: slot.startMs });
    clear();
    onZoom(slot.startMs, slot.endMs);
  };

  const rowsOf = (bar: Bar) => barRows(bar, bars[bar.index - 1], url.mode, format, flags?.get(bar.startMs));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const index = barByKey(event.key, selected, bars.length);
    if (index !== undefined) {
      select(index, 'keys');
      const next = bars[index];
      if (next !== undefined) {
        setSpoken(`${spokenWords(rowsOf(next))} ${paused ? '' : paceWords(next, format)}`);
      }
    } else if (event.key === 'Enter' && bar !== undefined) openBar(bar.slot);
    else if (event.key === 'Escape' && (isPinned || selected !== null)) clear();
    else if (event.key === 'Escape') onBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const pointAt = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, width };
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const { x, width } = pointAt(event);
    const index = barAt(x, width, bars.length);
    if (index === null || event.button !== 0) return;
    press.current = { x, index };
    if (event.pointerType === 'mouse') event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const { x, width } = pointAt(event);
    const from = press.current;
    if (event.pointerType !== 'mouse') return;
    if (from !== null && Math.abs(x - from.x) > DRAG_PX) {
      setDrag({ from: from.index, to: nearestBar(x, width, bars.length) });
    } else if (mayChoose(event) && !isPinned) select(barAt(x, width, bars.length), 'pointer');
  };
  const onPointerUp = () => {
    const from = press.current;
    press.current = null;
    if (from === null) return;
    if (drag !== null) {
      setDrag(null);
      const first = bars[Math.min(drag.from, drag.to)];
      const last = bars[Math.max(drag.from, drag.to)];
      clear();
      if (first !== undefined && last !== undefined) onZoom(first.slot.startMs, last.slot.endMs);
      return;
    }
    const pressed = bars[from.index];
    if (pressed === undefined) return;
    if (isGrouped && !isNarrow) return openBar(pressed.slot);
    select(from.index, 'pointer');
    setIsPinned(!(isPinned && selected === from.index));
  };

  const tooltip = bar !== undefined && drag === null && (
    <ChartTooltip
      rows={rowsOf(bar)}
      sentence={stateSentence(bar.slot, format)}
      pace={!paused && <PaceSentence bar={bar} format={format} />}
      pinned={isPinned}
      action={isGrouped ? 'Zoom in' : 'Inspect window'}
      onAct={() => openBar(bar.slot)}
      onClose={clear}
      className={
        isNarrow ? 'mt-2 border-line border-t pt-3' : 'w-72 rounded-lg border border-line bg-bg p-3 shadow-lg'
      }
    />
  );
  const blank = blankWords(answer, format);
  const marked = drag ?? (selected === null ? null : { from: selected, to: selected });
  return (
    <div>
      <ChartPatterns />
      <div
        className="relative h-60 select-none sm:h-75"
        onPointerEnter={(event) => {
          setIsInside(event.pointerType === 'mouse');
          mayChoose(event);
        }}
        onPointerLeave={(event) => {
          setIsInside(false);
          if (mayChoose(event) && !isPinned && press.current === null) select(null, 'pointer');
        }}
      >
        <div
          role="application"
          aria-roledescription="chart"
          aria-label={`${title}. ${summary} Arrow keys walk the bars, Enter opens one, Escape goes back.`}
          data-testid="chart"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the plot takes the keys
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          className="absolute inset-0 cursor-crosshair touch-pan-y rounded"
        >
          {marked !== null && (
            <div
              aria-hidden="true"
              className="pointer-events-none absolute rounded-sm border border-focus bg-focus/10"
              style={{ top: PLOT.top, bottom: PLOT.bottom, ...across(marked.from, marked.to, bars.length) }}
            />
          )}
          <Chart
            bars={bars}
            scale={scale}
            ticks={ticks}
            over={over}
            cumulative={url.mode === 'total'}
            format={format}
            title={title}
            summary={summary}
          />
        </div>
        {flags !== null && <ChartFlags bars={bars} flags={flags} />}
        {url.limitCents !== null && (
          <ChartLimit
            cents={url.limitCents}
            scale={scale}
            format={format}
            onChange={(limitCents) => onChange({ limitCents })}
          />
        )}
        {blank !== '' && (
          <p className="pointer-events-none absolute inset-x-16 top-1/3 text-center text-muted">{blank}</p>
        )}
        {!isNarrow && bar !== undefined && (
          <div
            className={isPinned ? 'absolute top-2 z-10' : 'pointer-events-none absolute top-2 z-10'}
            style={beside(bar.index, bars.length)}
          >
            {tooltip}
          </div>
        )}
      </div>
      <ChartLegend
        shards={shards}
        compared={url.cmp && previous !== undefined}
        over={over.size}
        limit={url.limitCents === null ? null : format.money(url.limitCents)}
        flags={flags === null ? null : [...flags.values()]}
      />
      {isNarrow && tooltip}
      <ChartTwin slots={slots} caption={title} format={format} />
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  );
}
