import type { ClickFlag } from '@/components/chart/click-flags';
import { BoltSign, CrossSign, PennantSign } from '@/components/chart/flag-signs';
import { PartSwatch } from '@/components/ui/part-looks';

const MOST_DEEDS = 2;
const WAITING_COLORS = { 'so far': 'settled', late: 'doubt' } as const;

/** Names only what the plot does not say itself. */
export function ChartLegend({
  names,
  looks,
  waiting,
  isCompared,
  over,
  limit,
  flags,
  deeds,
}: {
  /** Of the parts that bars are split into, and how each looks. */
  names: readonly string[];
  looks: readonly number[];
  /** Of the windows on screen that are not final yet, how each kind looks. */
  waiting: readonly ('so far' | 'late')[];
  isCompared: boolean;
  over: number;
  /** The limit in words; null when there is none. */
  limit: string | null;
  /** Null when they are not shown. */
  flags: readonly ClickFlag[] | null;
  /** What was done on purpose while the bars on screen grew, newest first. */
  deeds: readonly string[];
}) {
  // What waits comes and goes with each window: its line is kept, so that nothing below moves with it.
  const isPlain = names.length + waiting.length + deeds.length === 0;
  if (isPlain && !isCompared && limit === null && flags === null) return <div className="h-6" />;
  const sum = (which: keyof ClickFlag) => (flags ?? []).reduce((all, flag) => all + flag[which], 0);
  return (
    <ul data-testid="chart-legend" className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-muted text-xs">
      {names.map((name, index) => (
        <li key={name} className="flex items-center gap-2">
          <PartSwatch look={looks[index] ?? 0} />
          {name}
        </li>
      ))}
      {waiting.map((word) => (
        <li key={word} className="flex items-center gap-2">
          <svg className="size-3 shrink-0" aria-hidden="true">
            <rect
              width="12"
              height="12"
              fill={`url(#waiting-${WAITING_COLORS[word]})`}
              stroke={`var(--${WAITING_COLORS[word]})`}
            />
          </svg>
          {word === 'late' ? 'late: still no total' : 'so far, not final'}
        </li>
      ))}
      {isCompared && (
        <li className="flex items-center gap-2">
          <span aria-hidden="true" className="h-0.5 w-4 bg-muted" />
          the day before, at the same time
        </li>
      )}
      {limit !== null && (
        <li>
          <span aria-hidden="true">▾ </span>
          {over === 0 ? 'None' : over} of the bars {over === 1 ? 'has' : 'have'} reached {limit}
        </li>
      )}
      {flags !== null && (
        <>
          <li className="flex items-center gap-2">
            <PennantSign />
            clicks from here: {sum('clicks') - sum('failed')}
          </li>
          <li className="flex items-center gap-2">
            <CrossSign />
            failed clicks: {sum('failed')}
          </li>
        </>
      )}
      {deeds.slice(0, MOST_DEEDS).map((words) => (
        <li key={words} className="flex items-center gap-2">
          <BoltSign />
          {words}
        </li>
      ))}
    </ul>
  );
}
