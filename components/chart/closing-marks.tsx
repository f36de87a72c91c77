import { useState } from 'react';
import { type Bar, isWaiting } from '@/components/chart/bars';
import { across, PLOT } from '@/components/chart/plot';
import type { Scale } from '@/components/chart/scale';

/** By the starts of the windows on screen: those that wait, and those that were seen to close. */
export interface Closings {
  readonly waiting: ReadonlySet<number>;
  readonly closed: ReadonlySet<number>;
}

const NONE: Closings = { waiting: new Set(), closed: new Set() };

/** What leaves the screen is forgotten: a window that comes back into sight does not close before one's eyes. */
export function closingsOf(before: Closings, bars: readonly Bar[]): Closings {
  const starts = (isOne: (bar: Bar) => boolean) => new Set(bars.filter(isOne).map((bar) => bar.startMs));
  return {
    waiting: starts(({ state }) => isWaiting(state)),
    closed: starts(
      ({ state, startMs }) =>
        state === 'closed' && (before.waiting.has(startMs) || before.closed.has(startMs)),
    ),
  };
}

/**
 * The moment of closing, shown once: the hatch fades from the bar and a check stands over it for a while. Not in the chart,
 * whose bars are other elements after every refresh, and would show it with each.
 */
export function ClosingMarks({ bars, scale }: { bars: readonly Bar[]; scale: Scale }) {
  const [known, setKnown] = useState({ bars, closings: closingsOf(NONE, bars) });
  if (known.bars !== bars) setKnown({ bars, closings: closingsOf(known.closings, bars) });
  const share = (amount: number) => (amount - scale.bottom) / (scale.top - scale.bottom);
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-0">
      {bars.map(({ index, count, span, startMs, value }) =>
        known.closings.closed.has(startMs) && value !== null ? (
          <div
            key={startMs}
            data-closing={startMs}
            className="absolute flex justify-center"
            style={{ top: PLOT.top, bottom: PLOT.bottom, ...across(index, index + span - 1, count) }}
          >
            <span
              className="settles hatched absolute w-4/5 max-w-7"
              style={{
                top: `${(1 - share(Math.max(0, value))) * 100}%`,
                bottom: `${share(Math.min(0, value)) * 100}%`,
              }}
            />
            <svg
              aria-hidden="true"
              viewBox="0 0 12 10"
              className="checked absolute w-3 -translate-y-full pb-0.5"
              style={{ top: `${(1 - share(Math.max(0, value))) * 100}%` }}
            >
              <path d="M1 5l3.5 3.5L11 1.5" fill="none" stroke="var(--settled)" strokeWidth="2" />
            </svg>
          </div>
        ) : null,
      )}
    </div>
  );
}
