'use client';

import { useEffect, useState } from 'react';
import { barFrom, useBarSelection } from '@/components/chart/bar-selection';
import { barWords, spokenWords } from '@/components/chart/bar-words';
import type { Bar } from '@/components/chart/bars';
import { Chart } from '@/components/chart/chart';
import { useChartData } from '@/components/chart/chart-data';
import { ChartTwin } from '@/components/chart/chart-twin';
import { ClosingMarks } from '@/components/chart/closing-marks';
import { ChartFlags, DeedMarks } from '@/components/chart/flag-signs';
import { ChartLegend } from '@/components/chart/legend';
import { LimitHandle } from '@/components/chart/limit-handle';
import { PaceSentence, paceWords } from '@/components/chart/pace';
import { across, beside, PLOT } from '@/components/chart/plot';
import { usePlotPointer } from '@/components/chart/plot-pointer';
import { ChartTooltip } from '@/components/chart/tooltip';
import { useDeeds } from '@/components/live/deed-store';
import type { UrlState } from '@/components/live/url-state';
import type { Format } from '@/components/ui/format';
import { onKeysOf } from '@/components/ui/key-table';
import { stateSentence } from '@/components/ui/state-words';
import { useNarrow } from '@/components/ui/use-narrow';
import type { WindowsAnswer } from '@/lib/contract/answers';

const PAGE = 10;

interface ChartPanelProps {
  readonly answer: WindowsAnswer;
  readonly previous: WindowsAnswer | null;
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

/** The hatches that are on screen. */
function waitingWords(bars: readonly Bar[]): ('so far' | 'late')[] {
  const has = (isOne: (bar: Bar) => boolean) => bars.some((bar) => bar.value !== null && isOne(bar));
  return [
    ...(has(({ state }) => state === 'open' || state === 'closing') ? (['so far'] as const) : []),
    ...(has(({ state }) => state === 'late') ? (['late'] as const) : []),
  ];
}

/** The plot with what lies over it, its legend and its table. Only bars, scale and words reach the chart itself. */
export function ChartPanel(props: ChartPanelProps) {
  const { answer, previous, paused, url, format, onChange, onZoom, onBack, onReading } = props;
  const isNarrow = useNarrow();
  const data = useChartData({ answer, previous, url, format, isNarrow });
  const { bars, scale, flags, limitCents } = data;
  const [from, to] = [bars[0]?.slot.startMs ?? 0, bars.at(-1)?.slot.endMs ?? 0];
  const deeds = useDeeds().filter(({ atMs }) => from <= atMs && atMs < to);
  const selection = useBarSelection(bars);
  const { bar, isPinned, select, clear } = selection;
  const [spoken, setSpoken] = useState('');
  const isGrouped = answer.stepSeconds > answer.windowSeconds;

  const openBar = ({ slot }: Bar) => {
    clear();
    if (isGrouped) onZoom(slot.startMs, slot.endMs);
    else onChange({ w: slot.startMs });
  };
  const pointer = usePlotPointer({
    bars,
    selection,
    onBar: (pressed) => {
      if (isGrouped && !isNarrow) return openBar(pressed);
      select(pressed.index, 'pointer');
      selection.setIsPinned(!(isPinned && bar === pressed));
    },
    onBars: (first, last) => {
      clear();
      onZoom(first.slot.startMs, last.slot.endMs);
    },
  });
  const isReading = pointer.isInside || isPinned || pointer.drag !== null;
  useEffect(() => onReading(isReading), [isReading, onReading]);
  useEffect(() => () => onReading(false), [onReading]);

  const wordsOf = (each: Bar) =>
    barWords(each, bars[each.index - 1], data.measure, url.mode, format, url.split, flags?.get(each.startMs));
  const walk = (steps: number) => () => {
    const next = select(barFrom(bars, bar?.index ?? null, steps), 'keys');
    if (next !== undefined)
      setSpoken(`${spokenWords(wordsOf(next))} ${paused ? '' : paceWords(next, format)}`);
  };
  const openSelected = () => bar !== undefined && openBar(bar);
  const onKeyDown = onKeysOf({
    ArrowLeft: walk(-1),
    ArrowRight: walk(1),
    Home: walk(-Infinity),
    End: walk(Infinity),
    PageUp: walk(-PAGE),
    PageDown: walk(PAGE),
    Enter: openSelected,
    Escape: bar === undefined ? onBack : clear,
  });

  const tooltip = bar !== undefined && pointer.drag === null && (
    <ChartTooltip
      words={wordsOf(bar)}
      sentence={stateSentence(bar.slot, format)}
      pace={!paused && <PaceSentence bar={bar} format={format} />}
      isPinned={isPinned}
      action={isGrouped ? 'Zoom in' : 'Inspect window'}
      onAct={() => openBar(bar)}
      onClose={clear}
      className={
        isNarrow ? 'mt-2 border-line border-t pt-3' : 'w-72 rounded-lg border border-line bg-bg p-3 shadow-lg'
      }
    />
  );
  const marked =
    pointer.drag ?? (bar === undefined ? null : { from: bar.index, to: bar.index + bar.span - 1 });
  return (
    <div>
      <div className="relative h-(--chart-height) select-none" {...pointer.aroundProps}>
        <div
          role="application"
          aria-roledescription="chart"
          aria-label={`${data.title}. ${data.summary} Arrow keys walk the bars, Enter opens one, Escape goes back.`}
          data-testid="chart"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the plot takes the keys
          tabIndex={0}
          onKeyDown={onKeyDown}
          {...pointer.plotProps}
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
            looks={data.looks}
            scale={scale}
            ticks={data.ticks}
            measure={data.measure}
            limitCents={limitCents}
            title={data.title}
            summary={data.summary}
            isCumulative={url.mode === 'total'}
            format={format}
          />
        </div>
        <ClosingMarks bars={bars} scale={scale} />
        {flags !== null && <ChartFlags bars={bars} flags={flags} />}
        <DeedMarks bars={bars} deeds={deeds} />
        {limitCents !== null && (
          <LimitHandle
            cents={limitCents}
            scale={scale}
            format={format}
            onChange={(next) => onChange({ limitCents: next })}
          />
        )}
        {data.blank !== '' && (
          <p className="pointer-events-none absolute inset-x-16 top-1/3 text-center text-muted">
            {data.blank}
          </p>
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
        names={data.names}
        looks={data.looks}
        waiting={waitingWords(bars)}
        isCompared={url.cmp && previous !== null}
        over={bars.filter((each) => each.isOver).length}
        limit={limitCents === null ? null : format.money(limitCents)}
        flags={flags === null ? null : [...flags.values()]}
        deeds={deeds.map(({ atMs, words }) => `${format.clock(atMs)}: ${words}`)}
      />
      {isNarrow && tooltip}
      <ChartTwin slots={data.slots} caption={data.title} format={format} />
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  );
}
