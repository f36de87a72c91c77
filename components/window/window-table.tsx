'use client';

import { clsx } from 'clsx';
import { type ReactNode, useState } from 'react';
import type { PageData } from '@/components/live/page-data';
import type { Format } from '@/components/ui/format';
import { MEASURES, type Measure, measureWords, partMeasure, runningTotals } from '@/components/ui/measures';
import { type SplitPart, splitOf } from '@/components/ui/split';
import { isDoubtful, stateWords } from '@/components/ui/state-words';
import type { Slot } from '@/lib/core/slot';

type Column = 'startMs' | 'salesCents' | 'recordCount' | 'rejected' | 'value';

interface Row {
  readonly slot: Slot;
  /** In the chosen measure: the sum up to it where totals run, or what has no column of its own. */
  readonly value: number | null;
}

interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

const NUMBER = 'px-2 py-2 text-right tabular-nums';

/** The chart in rows: the same slots, in words and figures. */
export function WindowTable({ answer, format, url, change }: PageData) {
  const [sort, setSort] = useState<Sort>({ column: 'startMs', descending: true });
  const measure: Measure = MEASURES[url.measure];
  const isCumulative = url.mode === 'total';
  const hasValue = isCumulative || !['sales', 'records'].includes(url.measure);
  const slots = answer.slots.filter((slot) => slot.state !== 'future');
  const values = isCumulative ? runningTotals(slots, measure) : slots.map(measure.of);
  const columns = splitOf(slots, url.split ?? 'shard');
  const rows = slots
    .map((slot, index): Row => ({ slot, value: values[index] ?? null }))
    .sort((a, b) => compare(a, b, sort));
  const isGrouped = answer.stepSeconds > answer.windowSeconds;
  const head = (column: Column, label: string, className: string) => (
    <th
      scope="col"
      aria-sort={sort.column !== column ? undefined : sort.descending ? 'descending' : 'ascending'}
      className={className}
    >
      <button
        type="button"
        className="min-h-8 whitespace-nowrap font-medium"
        onClick={() => setSort({ column, descending: sort.column === column ? !sort.descending : true })}
      >
        {label}
        <span aria-hidden="true">{sort.column !== column ? '' : sort.descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
  const only = 'hidden sm:table-cell';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section aria-label="Windows" tabIndex={0} className="max-h-[480px] overflow-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="pb-2 text-left text-muted">
          {rows.length} {isGrouped ? 'groups of windows' : 'windows'} from {format.day(answer.fromMs)}{' '}
          {format.range(answer.fromMs, answer.toMs)} ({format.zoneName(answer.fromMs)}).{' '}
          {isGrouped ? 'A row opens its windows.' : 'A row opens its window.'}
        </caption>
        <thead className="sticky top-0 bg-panel text-muted">
          <tr className="border-line border-b">
            {head('startMs', isGrouped ? 'Windows' : 'Window', 'py-1 text-left')}
            <th scope="col" className={clsx(only, 'px-2 text-left font-medium')}>
              State
            </th>
            {head('salesCents', 'Sales', 'px-2 text-right')}
            {hasValue &&
              head('value', isCumulative ? `${measure.label}, up to here` : measure.label, 'px-2 text-right')}
            {head('recordCount', 'Records', clsx(only, 'px-2 text-right'))}
            {head('rejected', 'Rejected', clsx(only, 'px-2 text-right'))}
            {columns.map(({ id, name }) => (
              <th key={id} scope="col" className={clsx(only, 'px-2 text-right font-medium')}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ slot, value }) => (
            <tr
              key={slot.startMs}
              data-testid="window-row"
              data-state={slot.state}
              data-cents={slot.salesCents ?? ''}
              className="border-line border-b"
            >
              <th scope="row" className="py-2 text-left font-normal tabular-nums">
                <button
                  type="button"
                  className="min-h-6 whitespace-nowrap text-left underline decoration-line underline-offset-4 hover:decoration-text"
                  onClick={() =>
                    change(
                      isGrouped ? { range: { fromMs: slot.startMs, toMs: slot.endMs } } : { w: slot.startMs },
                    )
                  }
                >
                  {format.range(slot.startMs, slot.endMs)}
                </button>
                <Second>
                  <StateWords slot={slot} limitCents={url.limitCents} />
                </Second>
              </th>
              <td className={clsx(only, 'px-2')}>
                <StateWords slot={slot} limitCents={url.limitCents} />
              </td>
              <td className={NUMBER}>
                {format.money(slot.salesCents)}
                <Second>
                  {recordsOf(slot, format)} {slot.recordCount === 1 ? 'record' : 'records'}
                  {slot.rejected > 0 && `, ${format.count(slot.rejected)} rejected`}
                </Second>
              </td>
              {hasValue && <td className={NUMBER}>{measureWords(measure, value, format)}</td>}
              <td className={clsx(only, NUMBER)}>{recordsOf(slot, format)}</td>
              <td className={clsx(only, NUMBER)}>{format.count(slot.rejected)}</td>
              {columns.map((column) => (
                <td key={column.id} className={clsx(only, NUMBER)}>
                  {shareWords(slot, column, MEASURES[partMeasure(url.measure)], format)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The second line of a row on a narrow screen. */
function Second({ children }: { children: ReactNode }) {
  return <span className="block text-muted text-xs sm:hidden">{children}</span>;
}

function StateWords({ slot, limitCents }: { slot: Slot; limitCents: number | null }) {
  const isOver = limitCents !== null && slot.salesCents !== null && slot.salesCents >= limitCents;
  return (
    <span className={isDoubtful(slot) ? 'text-doubt' : 'text-muted'}>
      {stateWords(slot)}
      {slot.terminatedEarly && ', ended early'}
      {slot.lack !== null && slot.state !== 'incomplete' && ', not all of it'}
      {isOver && (
        <span className="text-text">
          , <span aria-hidden="true">▾ </span>limit reached
        </span>
      )}
    </span>
  );
}

function shareWords(slot: Slot, { of }: SplitPart, measure: Measure, format: Format): string {
  const share = of(slot);
  return measureWords(measure, share && measure.of(share), format);
}

/** What was sent and is missing is not counted. */
function recordsOf(slot: Slot, format: Format): string {
  const count = format.count(slot.recordCount);
  return slot.state === 'missing' ? `${count} sent` : count;
}

/** What is unknown stands last, whichever the direction. */
function compare(a: Row, b: Row, { column, descending }: Sort): number {
  const of = (row: Row) => (column === 'value' ? row.value : row.slot[column]);
  const [x, y] = [of(a), of(b)];
  const newest = b.slot.startMs - a.slot.startMs;
  if (x === null || y === null) return Number(x === null) - Number(y === null) || newest;
  return (descending ? y - x : x - y) || newest;
}
