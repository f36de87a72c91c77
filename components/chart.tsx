'use client';

import { memo } from 'react';
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { ChartBar } from '@/components/chart-bar';
import type { Bar as Datum } from '@/lib/chart-bars';
import type { Format } from '@/lib/format';

export interface ChartProps {
  readonly bars: readonly Datum[];
  readonly format: Format;
  readonly limitCents: number | null;
  readonly selected: number | null;
  readonly summary: string;
  readonly onSelect: (index: number) => void;
  readonly onOpen: (index: number) => void;
}

/** Memoised: the clock's seconds pass outside it. A category axis, for bars on a time scale get wrong widths. */
export const Chart = memo(function Chart({
  bars,
  format,
  limitCents,
  selected,
  summary,
  onSelect,
  onOpen,
}: ChartProps) {
  const comparing = bars.some((bar) => bar.previousCents !== null);
  const every = Math.max(1, Math.ceil(bars.length / 6));
  const ticks = bars.filter((bar) => bar.index % every === 0).map((bar) => bar.startMs);
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart
        data={[...bars]}
        title="Sales per window"
        desc={summary}
        accessibilityLayer={false}
        margin={{ top: 20, right: 12, bottom: 0, left: 0 }}
      >
        <defs>
          <pattern
            id="so-far"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="2.5" height="6" fill="var(--settled)" />
          </pattern>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="startMs"
          ticks={ticks}
          interval={0}
          tickFormatter={format.time}
          tickLine={false}
          stroke="var(--muted)"
          fontSize={12}
        />
        <XAxis xAxisId="before" dataKey="startMs" hide />
        <YAxis
          width={56}
          tickCount={5}
          tickFormatter={format.moneyShort}
          axisLine={false}
          tickLine={false}
          stroke="var(--muted)"
          fontSize={12}
        />
        <Bar
          // Unknown amounts must take part in the layout: left out, they would shift the states of the bars after them.
          dataKey={(bar: Datum) => bar.cents ?? 0}
          maxBarSize={28}
          isAnimationActive={false}
          background={{ fill: 'transparent' }}
          shape={(props) => (
            <ChartBar
              box={{ x: props.x, y: props.y, width: props.width, height: props.height }}
              plot={{ y: props.background?.y ?? 0, height: props.background?.height ?? 0 }}
              bar={bars[props.index]}
              selected={selected === props.index}
              onSelect={onSelect}
              onOpen={onOpen}
            />
          )}
        />
        {comparing && (
          <Bar
            xAxisId="before"
            dataKey="previousCents"
            maxBarSize={28}
            isAnimationActive={false}
            shape={(props) =>
              props.height === 0 ? (
                <g />
              ) : (
                <rect x={props.x} y={props.y} width={props.width} height={2} fill="var(--muted)" />
              )
            }
          />
        )}
        {limitCents !== null && (
          <ReferenceLine
            y={limitCents}
            stroke="var(--doubt)"
            label={{ value: format.money(limitCents), fill: 'var(--doubt)', fontSize: 12 }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
});
