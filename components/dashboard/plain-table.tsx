import { runningTotal } from '@/components/dashboard/running-total';
import { createFormat } from '@/components/ui/format';
import { SlotTable } from '@/components/ui/slot-table';
import type { WindowsAnswer } from '@/lib/contract/answers';

interface PlainTableProps {
  readonly answer: WindowsAnswer;
  readonly currency: string;
  readonly locale: string;
}

/** Total and windows for whoever has no script: rendered by the server alone, in UTC. */
export function PlainTable({ answer, currency, locale }: PlainTableProps) {
  const format = createFormat({ currency, locale, zone: 'utc' });
  const { closedCents, openCents } = runningTotal(answer);
  const slots = answer.slots.filter(({ state }) => !['future', 'before', 'empty'].includes(state));
  return (
    <section aria-label="Windows" className="mx-auto max-w-[1248px] px-4 pb-6 sm:px-6">
      <p className="mb-2">
        {format.money(closedCents)} in closed windows of the UTC day
        {openCents !== 0 && `, ${format.change(openCents)} open`}. This is how it was when the page came;
        reload for what is new.
      </p>
      <SlotTable
        slots={slots}
        window="Window (UTC)"
        format={format}
        className="w-full text-left [&_tbody_th]:font-normal [&_tbody_tr]:border-line [&_tbody_tr]:border-t"
      />
    </section>
  );
}
