import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { BarRows } from '@/components/chart/bar-rows';
import { Button } from '@/components/ui/button';

/** The bar's words. Pinned it stays, takes the pointer, and offers what to do with the bar. */
export function ChartTooltip({
  rows,
  sentence,
  pace,
  pinned,
  action,
  onAct,
  onClose,
  className,
}: {
  rows: BarRows;
  sentence: string;
  /** Of an open bar: what it is on pace for. */
  pace: ReactNode;
  pinned: boolean;
  action: string;
  onAct: () => void;
  onClose: () => void;
  className?: string;
}) {
  return (
    <div data-testid="chart-tooltip" className={clsx('text-sm', className)}>
      <p className="flex items-baseline justify-between gap-4">
        <span className="font-medium">{rows.range}</span>
        <span className="text-muted text-xs">{rows.state}</span>
      </p>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4">
        {rows.rows.map(([name, value]) => (
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
      {pinned && (
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
