'use client';

import type { PageData } from '@/components/live/page-data';
import { useServerNow } from '@/components/live/server-clock';
import type { Format } from '@/components/ui/format';
import type { Slot } from '@/lib/core/slot';

/** Best, median and worst of fewer are one amount said again. */
const LEAST_COMPARED = 3;

/** How fast it goes now, and how the windows of the day that are over compare: each leads to its window. */
export function RateNow({
  answer: { dayTotal, daySpread, open },
  format,
  change,
}: Pick<PageData, 'answer' | 'format' | 'change'>) {
  const isCompared = daySpread !== null && dayTotal.closedWindows >= LEAST_COMPARED;
  const windows = isCompared
    ? ([
        ['Day’s best', daySpread.best],
        ['Median', daySpread.median],
        ['Worst', daySpread.worst],
      ] as const)
    : [];
  return (
    <dl
      aria-label="Rate now"
      className="grid grid-cols-4 gap-x-3 border-line lg:border-t lg:pt-3"
      data-testid="rate-now"
    >
      <div>
        <dt className="text-muted text-xs">Rate now</dt>
        <dd data-ticks className="font-medium">
          <Rate open={open} format={format} />
        </dd>
        <dd className="text-muted text-xs">records/s</dd>
      </div>
      {windows.map(([name, { startMs, salesCents }]) => (
        <div key={name} className="min-w-0">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="truncate font-medium">{format.money(salesCents)}</dd>
          <dd className="text-xs">
            <button
              type="button"
              aria-label={`${name} window of the day, at ${format.time(startMs)}: inspect`}
              className="min-h-6 text-muted underline decoration-line underline-offset-4 hover:decoration-text"
              onClick={() => change({ w: startMs })}
            >
              {format.time(startMs)}
            </button>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Of the window so far; it falls while nothing comes. */
function Rate({ open, format }: { open: Slot; format: Format }) {
  const seconds = Math.max(1, (useServerNow() - open.startMs) / 1000);
  return format.count(open.recordCount === null ? null : Math.round((open.recordCount / seconds) * 10) / 10);
}
