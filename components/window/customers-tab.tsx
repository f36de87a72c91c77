'use client';

import { clsx } from 'clsx';
import useSWR from 'swr';
import type { PageData } from '@/components/live/page-data';
import { getJson, type RequestError } from '@/components/live/request';
import { isSameNews } from '@/components/live/use-windows';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { ProblemNote } from '@/components/ui/problem-note';
import type { CustomersAnswer } from '@/lib/contract/answers';
import { rangeText } from '@/lib/core/range';
import { DAY_MS } from '@/lib/core/window';

const POLL_MS = 2000;
const NUMBER = 'px-2 py-1.5 text-right tabular-nums';
const WIDE = 'hidden sm:table-cell';

/** Who bought how much in the range that is shown, the largest first, and how that has changed. */
export function CustomersTab({ answer, url, format, change }: PageData) {
  const { data, error } = useSWR<CustomersAnswer, RequestError>(
    `/api/customers?${new URLSearchParams({ day: url.day, range: rangeText(url.range) })}`,
    getJson,
    { keepPreviousData: true, compare: isSameNews, refreshInterval: answer.live ? POLL_MS : 0 },
  );
  if (error !== undefined) return <ProblemNote problem={error.problem} />;
  if (data === undefined) return <p className="py-2 text-muted">Reading the customers…</p>;
  const rows = rowsOf(data);
  if (rows.length === 0) return <p className="py-2 text-muted">Nobody has bought anything in this range.</p>;
  const isSplit = url.split === 'customer';
  const largest = Math.max(1, ...rows.map(({ salesCents }) => salesCents ?? 0));
  return (
    <div className="flex flex-col gap-2 pt-1">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="text-muted text-xs">
          {whenWords(data.fromMs, data.toMs, format)}, with what is still open. Change: against{' '}
          {whenWords(data.beforeMs, data.beforeToMs, format)}.
        </p>
        <Button
          aria-pressed={isSplit}
          onClick={() => change({ split: isSplit ? null : 'customer', mode: 'window' })}
        >
          {isSplit ? 'Bars are split by customer' : 'Split the bars by customer'}
        </Button>
      </div>
      <section
        aria-label="Customers by sales"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
        tabIndex={0}
        className="max-h-90 overflow-auto"
      >
        <table className="w-full border-collapse text-sm" data-testid="customers">
          <thead className="sticky top-0 bg-panel text-muted text-xs">
            <tr className="border-line border-b">
              <th scope="col" className={clsx(WIDE, 'w-8 py-1 text-left font-normal')}>
                <span className="sr-only">Rank</span>
              </th>
              <th scope="col" className="py-1 text-left font-normal">
                Customer
              </th>
              <th scope="col" className="px-2 text-right font-normal">
                Sales
              </th>
              <th scope="col" className="px-2 text-right font-normal">
                Share
              </th>
              <th scope="col" className={clsx(WIDE, 'px-2 text-right font-normal')}>
                Records
              </th>
              <th scope="col" className="px-2 text-right font-normal">
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} data-cents={row.salesCents ?? ''} className="border-line border-b">
                <td className={clsx(WIDE, 'text-muted tabular-nums')}>{row.rank}</td>
                <th scope="row" className="max-w-40 truncate py-1.5 text-left font-normal sm:max-w-80">
                  {row.rank === null ? <span className="text-muted">{row.name}</span> : row.name}
                </th>
                <td className={NUMBER}>{format.money(row.salesCents)}</td>
                <td className={NUMBER}>
                  <Share of={row.salesCents} total={data.salesCents} largest={largest} />
                </td>
                <td className={clsx(WIDE, NUMBER)}>{format.count(row.recordCount)}</td>
                <td className={NUMBER}>{changeWords(row, format)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface Row {
  readonly key: string;
  /** Null for those that are not one customer. */
  readonly rank: number | null;
  readonly name: string;
  readonly salesCents: number | null;
  readonly recordCount: number | null;
  readonly beforeCents: number | null;
}

function rowsOf({ customers, others, untold }: CustomersAnswer): Row[] {
  return [
    ...customers.map((each, index): Row => ({ ...each, key: `customer ${each.name}`, rank: index + 1 })),
    ...(others === null ? [] : [{ ...others, key: 'others', rank: null, name: 'Other customers' }]),
    ...(untold === null
      ? []
      : [
          { ...untold, key: 'untold', rank: null, name: 'Results that name no customers', beforeCents: null },
        ]),
  ];
}

/** Of what everybody bought, and as a bar beside the largest one; of more refunds than sales there is none. */
function Share({ of, total, largest }: { of: number | null; total: number | null; largest: number }) {
  if (of === null || total === null || total <= 0) return '–';
  return (
    <>
      {((of / total) * 100).toFixed(1)} %
      <span aria-hidden="true" className="mt-0.5 ml-auto block h-1 w-16 rounded-sm bg-line">
        <span
          className="block h-1 rounded-sm bg-settled"
          style={{ width: `${Math.max(0, of / largest) * 100}%` }}
        />
      </span>
    </>
  );
}

function changeWords({ salesCents, beforeCents }: Row, format: Format): string {
  if (salesCents === null || beforeCents === null) return '–';
  if (beforeCents <= 0) return salesCents > 0 ? 'new' : '–';
  return format.percent((salesCents - beforeCents) / beforeCents);
}

/** To the minute: the clock goes on. */
function whenWords(fromMs: number, toMs: number, format: Format): string {
  const [first, last] = [format.day(fromMs), format.day(toMs - 1)];
  const isWholeDays = toMs - fromMs >= DAY_MS && first !== last;
  return isWholeDays
    ? `${first} to ${last}`
    : `${first} ${format.range(fromMs, Math.floor(toMs / 60_000) * 60_000)}`;
}
