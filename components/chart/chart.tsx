'use client';

import { memo } from 'react';
import { Bar, CartesianGrid, ComposedChart, Line, ReferenceLine, usePlotArea, XAxis, YAxis } from 'recharts';
import { DayBeforeMark, PlaceMarks, WaitingPatterns, WindowBar } from '@/components/chart/bar-shape';
import type { Bar as BarData } from '@/components/chart/bars';
import type { ChartData } from '@/components/chart/chart-data';
import { MAX_BAR_PX, PLOT, withinBox } from '@/components/chart/plot';
import type { Format } from '@/components/ui/format';
import type { Measure } from '@/components/ui/measures';
import { PartPatterns, partFill } from '@/components/ui/part-looks';

interface ChartProps extends Pick<ChartData, 'bars' | 'looks' | 'scale' | 'ticks' | 'title' | 'summary'> {
  readonly measure: Measure;
  readonly isCumulative: boolean;
  /** Drawn where it is given. */
  readonly limitCents: number | null;
  readonly format: Format;
}

// Recharts reads its data anew for every other function: these are the same from render to render.
const wholeOf = ({ value, parts }: BarData) => (parts.length > 0 ? 0 : value);
const nothing = () => 0;
const STILL = { stackId: 'place', shape: WindowBar, isAnimationActive: false } as const;

/**
 * Memoised: clock, selection and tooltip pass outside it. A category axis, for bars on a time scale get wrong widths. A
 * place is a stack of bars: its parts or its whole, and its marks on top.
 * Nothing is animated, for Recharts draws all bars anew with every refresh, and with every frame of an animation.
 */
export const Chart = memo(function Chart(props: ChartProps) {
  const { bars, looks, scale, ticks, measure, isCumulative, limitCents, format, title, summary } = props;
  // Around the parts of wide bars: of narrow ones it would leave little.
  const rim = bars.length > 60 ? 'none' : 'var(--bg)';
  const dated = new Set(ticks.filter((tick) => tick.dated).map((tick) => tick.startMs));
  return (
    <ComposedChart
      responsive
      data={[...bars]}
      title={title}
      desc={summary}
      accessibilityLayer={false}
      barCategoryGap="10%"
      maxBarSize={MAX_BAR_PX}
      margin={{ top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 }}
      style={{ width: '100%', height: '100%' }}
    >
      <defs>
        <WaitingPatterns />
        <PartPatterns looks={looks} />
      </defs>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="startMs"
        scale="band"
        height={PLOT.bottom}
        ticks={ticks.map((tick) => tick.startMs)}
        interval={0}
        tickLine={{ stroke: 'var(--control)' }}
        axisLine={{ stroke: 'var(--control)' }}
        tick={({ x, y, payload }: TickProps) => (
          <TimeLabel
            x={Number(x)}
            y={Number(y) + 8}
            time={format.time(payload.value)}
            day={dated.has(payload.value) ? format.day(payload.value) : null}
          />
        )}
      />
      <YAxis
        width={PLOT.left}
        domain={[scale.bottom, scale.top]}
        ticks={[...scale.ticks]}
        interval={0}
        tickFormatter={measure.isMoney ? format.moneyShort : format.count}
        axisLine={false}
        tickLine={false}
        tick={{ fill: 'var(--muted)', fontSize: 12 }}
      />
      {looks.map((look, index) => (
        <Bar key={look} dataKey={`parts[${index}]`} fill={partFill(look)} stroke={rim} {...STILL} />
      ))}
      <Bar dataKey={wholeOf} fill="var(--settled)" {...STILL} />
      <Bar dataKey={nothing} {...STILL} shape={PlaceMarks} />
      {bars.some(({ previous }) => previous !== null) && (
        <Line
          dataKey="previous"
          stroke={isCumulative ? 'var(--muted)' : 'none'}
          strokeWidth={1.5}
          strokeDasharray="4 3"
          dot={isCumulative ? false : DayBeforeMark}
          isAnimationActive={false}
        />
      )}
      {limitCents !== null && <ReferenceLine y={limitCents} stroke="var(--text)" />}
    </ComposedChart>
  );
});

/** Under its tick, or as near to it as the chart's edge allows: never cut. */
function TimeLabel({ x, y, time, day }: { x: number; y: number; time: string; day: string | null }) {
  const plot = usePlotArea();
  const boxWidth = plot === undefined ? Infinity : plot.x + plot.width + PLOT.right;
  return (
    <text y={y} textAnchor="middle" fontSize={12} fill="var(--muted)">
      <tspan x={withinBox(x, time, boxWidth)}>{time}</tspan>
      {day !== null && (
        <tspan x={withinBox(x, day, boxWidth)} dy={15}>
          {day}
        </tspan>
      )}
    </text>
  );
}

interface TickProps {
  readonly x: number | string;
  readonly y: number | string;
  readonly payload: { readonly value: number };
}
