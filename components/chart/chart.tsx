'use client';

import { memo } from 'react';
import { CartesianGrid, ComposedChart, usePlotArea, XAxis, YAxis } from 'recharts';
import { ChartBars } from '@/components/chart/bars';
import type { Bar } from '@/components/chart/chart-bars';
import type { Scale } from '@/components/chart/nice-scale';
import { PLOT, withinBox } from '@/components/chart/plot';
import type { TimeTick } from '@/components/chart/time-ticks';
import type { Format } from '@/components/ui/format';

export interface ChartProps {
  readonly bars: readonly Bar[];
  readonly scale: Scale;
  readonly ticks: readonly TimeTick[];
  readonly over: ReadonlySet<number>;
  readonly cumulative: boolean;
  readonly format: Format;
  readonly title: string;
  readonly summary: string;
}

/**
 * Memoised: clock, selection and tooltip pass outside it. A category axis, for bars on a time scale get wrong widths;
 * the bars are drawn by one layer of ours, for Recharts takes long over many.
 */
export const Chart = memo(function Chart(props: ChartProps) {
  const { bars, scale, ticks, format, title, summary } = props;
  const dated = new Set(ticks.filter((tick) => tick.dated).map((tick) => tick.startMs));
  return (
    <ComposedChart
      responsive
      data={[...bars]}
      title={title}
      desc={summary}
      accessibilityLayer={false}
      margin={{ top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 }}
      style={{ width: '100%', height: '100%' }}
    >
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
        // Else the axis waits for bars of the library's own.
        allowDataOverflow
        ticks={[...scale.ticks]}
        interval={0}
        tickFormatter={format.moneyShort}
        axisLine={false}
        tickLine={false}
        tick={{ fill: 'var(--muted)', fontSize: 12 }}
      />
      <ChartBars {...props} />
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
