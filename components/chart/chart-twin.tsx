import { memo } from 'react';
import type { Format } from '@/components/ui/format';
import { SlotTable } from '@/components/ui/slot-table';
import type { Slot } from '@/lib/core/slot';

interface ChartTwinProps {
  readonly slots: readonly Slot[];
  readonly caption: string;
  readonly format: Format;
}

/** The chart for whoever hears it: its bars as a table, to be walked by a screen reader's own keys. The newest first. Paper has it, too. */
export const ChartTwin = memo(function ChartTwin({ slots, caption, format }: ChartTwinProps) {
  return (
    <div
      className="sr-only print:not-sr-only print:mt-6 print:[&_td]:pr-6 print:[&_th]:pr-6 print:[&_th]:text-left"
      data-testid="chart-twin"
    >
      <SlotTable slots={slots.filter(({ state }) => state !== 'future')} caption={caption} format={format} />
    </div>
  );
});
