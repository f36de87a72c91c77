import type { Format } from '@/components/ui/format';
import { STATE_WORDS } from '@/components/ui/state-words';
import type { Slot } from '@/lib/core/slot';

interface SlotTableProps {
  /** Oldest first; the newest is in the first row. */
  readonly slots: readonly Slot[];
  readonly caption?: string;
  /** Of the first column. */
  readonly window?: string;
  readonly format: Format;
  readonly className?: string;
}

/** Windows in words and numbers, for whoever cannot see the chart. */
export function SlotTable({ slots, caption, window = 'Window', format, className }: SlotTableProps) {
  return (
    <table className={className}>
      {caption !== undefined && <caption>{caption}</caption>}
      <thead>
        <tr>
          {[window, 'State', 'Sales', 'Records'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {slots.toReversed().map((slot) => (
          <tr key={slot.startMs}>
            <th scope="row">{format.range(slot.startMs, slot.endMs)}</th>
            <td>{STATE_WORDS[slot.state]}</td>
            <td>{format.money(slot.salesCents)}</td>
            <td>{format.count(slot.recordCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
