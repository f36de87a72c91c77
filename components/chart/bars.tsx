'use client';

import { memo, useRef } from 'react';
import { usePlotArea, useYAxisScale } from 'recharts';
import type { ChartProps } from '@/components/chart/chart';
import type { Bar } from '@/components/chart/chart-bars';
import { BAR_SHARE, MAX_BAR_PX } from '@/components/chart/plot';
import { type SoFarPlace, soFarPlace } from '@/components/chart/so-far-place';
import { shardFill } from '@/components/ui/shard-patterns';

/** The height of the stump of a missing result. */
const STUMP_PX = 26;
/** The height of a word over a bar. */
const WORD_PX = 16;
const WAITING_STATES = new Set(['open', 'closing', 'late']);

/** All bars, and the day before's as pale marks behind them. */
export function ChartBars({ bars, over, cumulative }: ChartProps) {
  const plot = usePlotArea();
  const toY = useYAxisScale();
  const closing = useClosings(bars);
  if (plot === undefined || toY === undefined || bars.length === 0) return null;
  const each = plot.width / bars.length;
  const width = Math.min(MAX_BAR_PX, Math.max(1, each * BAR_SHARE));
  const base = toY(0) ?? plot.y + plot.height;
  const middle = (index: number) => plot.x + (index + 0.5) * each;
  const toTop = (bar: Bar) => {
    if (bar.state === 'missing') return base - STUMP_PX;
    const top = Math.min(base, bar.cents === null ? base : (toY(bar.cents) ?? base));
    return bar.state === 'late' ? top - WORD_PX : top;
  };
  const open = bars.find((bar) => bar.state === 'open');
  return (
    <g>
      {bars.map((bar) => (
        <OneBar
          key={bar.startMs}
          x={middle(bar.index) - width / 2}
          width={width}
          base={base}
          y={bar.cents === null ? base : (toY(bar.cents) ?? base)}
          bar={bar}
          isOver={over.has(bar.index)}
          justClosed={closing.has(bar.startMs)}
          toY={bar.stack.length === 0 ? null : toY}
        />
      ))}
      {open !== undefined && (
        <SoFar
          middle={middle(open.index)}
          width={width}
          place={soFarPlace(open.index, { tops: bars.map(toTop), base, each, width })}
        />
      )}
      {cumulative ? (
        <polyline
          points={bars
            .flatMap((bar) =>
              bar.previousCents === null ? [] : [`${middle(bar.index)},${toY(bar.previousCents)}`],
            )
            .join(' ')}
          fill="none"
          stroke="var(--muted)"
          strokeWidth={1.5}
          strokeDasharray="4 3"
        />
      ) : (
        bars.map(
          (bar) =>
            bar.previousCents !== null && (
              <line
                key={bar.startMs}
                x1={middle(bar.index) - Math.max(1.5, each / 2 - 0.5)}
                x2={middle(bar.index) + Math.max(1.5, each / 2 - 0.5)}
                y1={toY(bar.previousCents)}
                y2={toY(bar.previousCents)}
                stroke="var(--muted)"
                strokeWidth={2}
              />
            ),
        )
      )}
    </g>
  );
}

/** The windows that were seen waiting and are closed now: their moment of closing is shown once. */
function useClosings(bars: readonly Bar[]): ReadonlySet<number> {
  const waiting = useRef(new Set<number>());
  const closed = useRef(new Set<number>());
  for (const { startMs, state } of bars) {
    if (WAITING_STATES.has(state)) waiting.current.add(startMs);
    else if (state === 'closed' && waiting.current.delete(startMs)) closed.current.add(startMs);
  }
  return closed.current;
}

interface OneBarProps {
  readonly x: number;
  readonly width: number;
  readonly base: number;
  readonly y: number;
  readonly bar: Bar;
  readonly isOver: boolean;
  readonly justClosed: boolean;
  /** Given when the bar is split by shard. */
  readonly toY: ((cents: number) => number | undefined) | null;
}

/** Each state has a shape of its own, so that colour is never the only sign. */
const OneBar = memo(function OneBar({ x, width, base, y, bar, isOver, justClosed, toY }: OneBarProps) {
  const middle = x + width / 2;
  const top = Math.min(y, base);
  const height = Math.abs(base - y);
  const waits = WAITING_STATES.has(bar.state);
  const isDoubt = bar.state === 'late';
  const box = { x, y: top, width, height, rx: Math.min(2, width / 4) };
  return (
    <g data-state={bar.state} data-start={bar.startMs} data-cents={bar.cents ?? ''}>
      {bar.cents !== null && !waits && toY === null && <rect {...box} fill="var(--settled)" />}
      {bar.cents !== null && !waits && toY !== null && <Stack {...{ x, width, base, bar, toY }} />}
      {bar.cents !== null && waits && (
        <g className={bar.state === 'closing' ? 'waiting' : undefined}>
          <rect
            {...box}
            className="grows"
            fill={isDoubt ? 'url(#overdue)' : 'url(#so-far)'}
            stroke={isDoubt ? 'var(--doubt)' : 'var(--settled)'}
            strokeWidth={1.5}
            strokeDasharray="3 2"
          />
        </g>
      )}
      {justClosed && bar.cents !== null && (
        <>
          <rect {...box} className="settles" fill="url(#so-far)" stroke="var(--bg)" pointerEvents="none" />
          <path
            className="checked"
            d={`M${middle - 5} ${top - 9}l3.5 3.5 6.5 -7`}
            fill="none"
            stroke="var(--settled)"
            strokeWidth={2}
          />
        </>
      )}
      {isDoubt && <Label x={middle} y={top - 8} anchor="middle" text="late" color="var(--doubt)" />}
      {waits && bar.cents === null && (
        <path
          d={`M${x} ${base - 2}h${width}`}
          stroke="var(--settled)"
          strokeWidth={2}
          strokeDasharray="3 2"
        />
      )}
      {bar.state === 'missing' && (
        <>
          <rect
            x={x}
            y={base - STUMP_PX}
            width={width}
            height={STUMP_PX}
            fill="none"
            stroke="var(--doubt)"
            strokeWidth={1.5}
            strokeDasharray="3 2"
          />
          <Label x={middle} y={base - 9} anchor="middle" text="?" color="var(--doubt)" />
        </>
      )}
      {bar.state === 'empty' && <circle cx={middle} cy={base - 3} r={1} fill="var(--control)" />}
      {isOver && <path d={`M${middle - 4} ${top - 9}h8l-4 5z`} fill="var(--text)" data-testid="over-limit" />}
    </g>
  );
});

function Stack({
  x,
  width,
  base,
  bar,
  toY,
}: Pick<OneBarProps, 'x' | 'width' | 'base' | 'bar'> & { toY: NonNullable<OneBarProps['toY']> }) {
  let sum = 0;
  return bar.stack.map(({ shard, cents }) => {
    const from = toY(sum) ?? base;
    sum += cents;
    const to = toY(sum) ?? base;
    return (
      <rect
        key={shard}
        x={x}
        y={Math.min(from, to)}
        width={width}
        height={Math.max(0, Math.abs(from - to) - 1)}
        fill={shardFill(shard)}
      />
    );
  });
}

/** Which bar it belongs to is seen: it lies over it, or a line leads to it. */
function SoFar({ middle, width, place }: { middle: number; width: number; place: SoFarPlace }) {
  const { y, anchor, leader } = place;
  const x = { start: middle - width / 2, middle, end: middle + width / 2 }[anchor];
  return (
    <>
      {leader !== null && (
        <path
          d={`M${middle} ${leader.fromY}V${leader.toY}`}
          stroke="var(--control)"
          data-testid="so-far-leader"
        />
      )}
      <Label x={x} y={y} anchor={anchor} text="so far" color="var(--text)" />
    </>
  );
}

function Label({
  x,
  y,
  anchor,
  text,
  color,
}: {
  x: number;
  y: number;
  anchor: 'start' | 'end' | 'middle';
  text: string;
  color: string;
}) {
  return (
    <text x={x} y={y} textAnchor={anchor} fontSize={12} fill={color}>
      {text}
    </text>
  );
}
