'use client';

import type { PageData } from '@/components/live/page-data';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { type Split, splitOf } from '@/components/ui/split';
import { STATE_WORDS } from '@/components/ui/state-words';
import { useWindow } from '@/components/window/use-window';
import { factsOf } from '@/components/window/window-facts';
import type { Slot } from '@/lib/core/slot';
import { windowAt } from '@/lib/core/window';

const SPLITS: readonly (readonly [Split, string])[] = [
  ['shard', 'Sales by shard'],
  ['customer', 'Sales by customer'],
];

/** Two windows side by side: the one that is inspected, and another one that is walked by itself. */
export function WindowComparison({
  slot,
  otherMs,
  answer,
  format,
  change,
}: { slot: Slot; otherMs: number } & Pick<PageData, 'answer' | 'format' | 'change'>) {
  const { slot: other } = useWindow(otherMs, answer);
  const { startMs, endMs } = windowAt(otherMs, answer.windowSeconds);
  const walk = (steps: number) => change({ vs: startMs + steps * answer.windowSeconds * 1000 });
  const pair = other === null ? [slot] : [slot, other];
  const difference =
    slot.salesCents === null || other === null || other.salesCents === null
      ? null
      : slot.salesCents - other.salesCents;
  const rows = [
    ['State', ...pair.map(({ state }) => STATE_WORDS[state])],
    ...factsOf(slot, format).map(([name], index) => [
      name,
      ...pair.map((each) => factsOf(each, format)[index]?.[1] ?? ''),
    ]),
  ];
  return (
    <section aria-label="Two windows" className="flex flex-col gap-3">
      <table className="w-full text-sm" data-testid="comparison">
        <thead className="text-muted text-xs">
          <tr>
            <td />
            <th scope="col" className="text-right font-normal">
              {whenOf(slot, format)}
            </th>
            <th scope="col" className="text-right font-normal">
              {whenOf({ startMs, endMs }, format)}
            </th>
          </tr>
        </thead>
        <tbody>
          <Rows rows={rows} />
        </tbody>
        {SPLITS.map(([by, title]) => {
          const parts = splitOf(pair, by);
          return (
            parts.length > 0 && (
              <tbody key={by}>
                <tr>
                  <th scope="rowgroup" colSpan={3} className="pt-3 text-left font-medium">
                    {title}
                  </th>
                </tr>
                <Rows
                  rows={parts.map(({ name, of }) => [
                    name,
                    ...pair.map((each) => format.money(of(each)?.salesCents ?? null)),
                  ])}
                />
              </tbody>
            )
          );
        })}
      </table>
      {difference !== null && (
        <p className="text-muted">
          Sales {format.change(difference)} against {whenOf({ startMs, endMs }, format)}
        </p>
      )}
      <div className="-ml-2 flex gap-1">
        <Button look="quiet" aria-label="Compare with the window before" onClick={() => walk(-1)}>
          <Icon name="left" /> Earlier
        </Button>
        <Button
          look="quiet"
          aria-label="Compare with the window after"
          disabled={endMs > answer.open.startMs}
          onClick={() => walk(1)}
        >
          Later <Icon name="right" />
        </Button>
      </div>
    </section>
  );
}

function Rows({ rows }: { rows: readonly (readonly string[])[] }) {
  return rows.map(([name, ...values]) => (
    <tr key={name} className="border-line border-t">
      <th scope="row" className="py-1 pr-2 text-left font-normal text-muted">
        {name}
      </th>
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: there are two, always in this order
        <td key={index} className="py-1 pl-2 text-right tabular-nums">
          {value}
        </td>
      ))}
    </tr>
  ));
}

function whenOf({ startMs, endMs }: Pick<Slot, 'startMs' | 'endMs'>, format: Format): string {
  return format.range(startMs, endMs);
}
