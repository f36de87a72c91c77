import { runningTotal } from '@/components/dashboard/running-total';
import { createFormat } from '@/components/ui/format';
import { STATE_WORDS } from '@/components/ui/state-words';
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
  const slots = answer.slots.filter(({ state }) => !['future', 'before', 'empty'].includes(state)).reverse();
  return (
    <section aria-label="Windows" className="mx-auto max-w-[1248px] px-4 pb-6 sm:px-6">
      <p className="mb-2">
        {format.money(closedCents)} in closed windows of the UTC day
        {openCents !== 0 && `, ${format.change(openCents)} open`}. This is how it was when the page came;
        reload for what is new.
      </p>
      <table className="w-full text-left">
        <thead>
          <tr>
            {['Window (UTC)', 'State', 'Sales', 'Records'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {slots.map((slot) => (
            <tr key={slot.startMs} className="border-line border-t">
              <th scope="row" className="font-normal">
                {format.range(slot.startMs, slot.endMs)}
              </th>
              <td>{STATE_WORDS[slot.state]}</td>
              <td>{format.money(slot.salesCents)}</td>
              <td>{format.count(slot.recordCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
