import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { BarWords } from '@/components/chart/bar-words';
import { Button } from '@/components/ui/button';

/**
 * The bar's words. Pinned it stays, takes the pointer, and offers what to do with the bar. Not Recharts' tooltip: that
 * follows the pointer by index, while this one keeps to its window as the range moves on, is walked by keys, can be pinned,
 * and lies under the plot on a phone. Measured over a day's 144 bars: Recharts' own adds 7 kB gzip to the chart's 111, and
 * 7 ms to each of 120 pointer moves (19 ms against 12), for each renders every bar.
 */
export function ChartTooltip({
  words,
  sentence,
  pace,
  isPinned,
  action,
  onAct,
  onClose,
  className,
}: {
  words: BarWords;
  sentence: string;
  /** Of an open bar: what it is on pace for. */
  pace: ReactNode;
  isPinned: boolean;
  action: string;
  onAct: () => void;
  onClose: () => void;
  className?: string;
}) {
  return (
    <div data-testid="chart-tooltip" className={clsx('text-sm', className)}>
      <p className="flex items-baseline justify-between gap-4">
        <span className="font-medium">{words.range}</span>
        <span className="text-muted text-xs">{words.state}</span>
      </p>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4">
        {words.rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className={clsx('text-right', name === 'Object' && 'self-center font-mono text-xs')}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {sentence !== '' && <p className="mt-1 text-muted">{sentence}</p>}
      {pace}
      {isPinned && (
        <div className="mt-2 flex gap-2">
          <Button onClick={onAct}>{action}</Button>
          <Button look="quiet" onClick={onClose}>
            Close
          </Button>
        </div>
      )}
    </div>
  );
}
