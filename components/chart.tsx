'use client';

import { memo } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import { ChartBars } from '@/components/chart-bars';
import type { Bar } from '@/lib/chart-bars';
import type { Format } from '@/lib/format';
import type { Scale } from '@/lib/nice-scale';
import { PLOT } from '@/lib/plot';
import type { TimeTick } from '@/lib/time-ticks';

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
          <text x={x} y={Number(y) + 8} textAnchor="middle" fontSize={12} fill="var(--muted)">
            {format.time(payload.value)}
            {dated.has(payload.value) && (
              <tspan x={x} dy={15}>
                {format.day(payload.value)}
              </tspan>
            )}
          </text>
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

interface TickProps {
  readonly x: number | string;
  readonly y: number | string;
  readonly payload: { readonly value: number };
}
