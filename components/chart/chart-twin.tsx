import { memo } from 'react';
import type { Format } from '@/components/ui/format';
import { STATE_WORDS } from '@/components/ui/state-words';
import type { Slot } from '@/lib/core/slot';

interface ChartTwinProps {
  readonly slots: readonly Slot[];
  readonly caption: string;
  readonly format: Format;
}

/** The chart for whoever hears it: its bars as a table, to be walked by a screen reader's own keys. The newest first. Paper has it, too. */
export const ChartTwin = memo(function ChartTwin({ slots, caption, format }: ChartTwinProps) {
  const rows = slots.filter((slot) => slot.state !== 'future').reverse();
  return (
    <div
      className="sr-only print:not-sr-only print:mt-6 print:[&_td]:pr-6 print:[&_th]:pr-6 print:[&_th]:text-left"
      data-testid="chart-twin"
    >
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {['Window', 'State', 'Sales', 'Records'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((slot) => (
            <tr key={slot.startMs}>
              <th scope="row">{format.range(slot.startMs, slot.endMs)}</th>
              <td>{STATE_WORDS[slot.state]}</td>
              <td>{format.money(slot.salesCents)}</td>
              <td>{format.count(slot.recordCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
