import type { Bar } from '@/components/chart/bars';
import type { ClickFlag } from '@/components/chart/click-flags';
import { PLOT } from '@/components/chart/plot';
import type { Deed } from '@/components/live/deed-store';

/** Small signs that stand on the axis: a pennant where this browser clicked, above it a cross where a click failed. */
export function ChartFlags({ bars, flags }: { bars: readonly Bar[]; flags: ReadonlyMap<number, ClickFlag> }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0"
      style={{ left: PLOT.left, right: PLOT.right, bottom: PLOT.bottom }}
      data-testid="flags"
    >
      {bars.flatMap(({ index, startMs }) => {
        const flag = flags.get(startMs);
        return flag === undefined
          ? []
          : [
              <span
                key={startMs}
                data-start={startMs}
                className="absolute bottom-0 flex -translate-x-1/2 flex-col items-center"
                style={{ left: `${((index + 0.5) / bars.length) * 100}%` }}
              >
                {flag.failed > 0 && <CrossSign />}
                {flag.clicks > flag.failed && <PennantSign />}
              </span>,
            ];
      })}
    </div>
  );
}

/** A line at the very moment of what was done on purpose. */
export function DeedMarks({ bars, deeds }: { bars: readonly Bar[]; deeds: readonly Deed[] }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute"
      style={{ left: PLOT.left, right: PLOT.right, top: PLOT.top, bottom: PLOT.bottom }}
    >
      {deeds.flatMap(({ atMs }) => {
        const bar = bars.find(({ slot }) => slot.startMs <= atMs && atMs < slot.endMs);
        if (bar === undefined) return [];
        const { startMs, endMs } = bar.slot;
        const place = bar.index + (bar.span * (atMs - startMs)) / (endMs - startMs);
        return [
          <span
            key={atMs}
            data-testid="deed"
            className="absolute inset-y-0 flex w-3 -translate-x-1/2 flex-col items-center"
            style={{ left: `${(place / bars.length) * 100}%` }}
          >
            <span className="flex-1 border-doubt border-l border-dashed" />
            <BoltSign />
          </span>,
        ];
      })}
    </div>
  );
}

export function BoltSign() {
  return (
    <svg width="12" height="14" aria-hidden="true" className="shrink-0">
      <path d="M7.5 .5L2 8h3.5L4 13.5L10 5.5H6.5z" stroke="var(--bg)" strokeWidth="2" fill="var(--bg)" />
      <path d="M7.5 .5L2 8h3.5L4 13.5L10 5.5H6.5z" fill="var(--doubt)" />
    </svg>
  );
}

/** With a rim in the colour of the page, so that it is seen on a bar and beside one. */
export function PennantSign() {
  return (
    <svg width="12" height="14" aria-hidden="true" data-sign="click">
      <path d="M3 14V1.5L10.5 4.75L3 8z" stroke="var(--bg)" strokeWidth="3" fill="var(--bg)" />
      <path d="M3 14V1.5L10.5 4.75L3 8z" stroke="var(--text)" strokeWidth="1.5" fill="var(--text)" />
    </svg>
  );
}

export function CrossSign() {
  return (
    <svg width="12" height="12" aria-hidden="true" data-sign="failed">
      <path d="M2.5 2.5l7 7m0-7l-7 7" stroke="var(--bg)" strokeWidth="4.5" />
      <path d="M2.5 2.5l7 7m0-7l-7 7" stroke="var(--error)" strokeWidth="2" />
    </svg>
  );
}
