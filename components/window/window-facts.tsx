import type { Format } from '@/components/ui/format';
import { MEASURES, measureWords } from '@/components/ui/measures';
import { type Split, splitOf } from '@/components/ui/split';
import { isDoubtful, stateSentence, stateWords } from '@/components/ui/state-words';
import { averageCents } from '@/lib/core/cents';
import type { Slot } from '@/lib/core/slot';

/** The figures of a window: always these, in this order. */
export function factsOf(slot: Slot, format: Format): (readonly [name: string, value: string])[] {
  const about = (name: 'median' | 'p95') => measureWords(MEASURES[name], MEASURES[name].of(slot), format);
  return [
    ['Sales', format.money(slot.salesCents)],
    [slot.state === 'missing' ? 'Records sent' : 'Records', format.count(slot.recordCount)],
    ['Average', format.money(averageCents(slot))],
    ['Median', about('median')],
    ['95th percentile', about('p95')],
    ['Smallest', format.money(slot.minCents)],
    ['Largest', format.money(slot.maxCents)],
    ['Rejected', format.count(slot.rejected)],
  ];
}

/** The figures of a window, and of its shards and customers when there are several. */
export function WindowFacts({ slot, format }: { slot: Slot; format: Format }) {
  const sentence = stateSentence(slot, format);
  const newestWrite = Math.max(...slot.objects.map((object) => object.lastModifiedMs));
  const facts = [
    ...factsOf(slot, format),
    ...(slot.state === 'closed' && slot.objects.length > 0
      ? [['Written after its end', `${Math.max(0, (newestWrite - slot.endMs) / 1000).toFixed(1)} s`]]
      : []),
  ];
  return (
    <section aria-label="Facts" className="flex flex-col gap-3">
      <p className={isDoubtful(slot) ? 'text-doubt' : 'text-muted'}>
        {stateWords(slot)}
        {slot.terminatedEarly && ', a part ended early (state over 1 MB)'}
        {sentence !== '' && <span className="block">{sentence}</span>}
      </p>
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-muted text-xs">{name}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <PartTable slot={slot} by="shard" format={format} />
      <PartTable slot={slot} by="customer" format={format} />
    </section>
  );
}

function PartTable({ slot, by, format }: { slot: Slot; by: Split; format: Format }) {
  const parts = splitOf([slot], by);
  if (parts.length === 0) return null;
  const isByShard = by === 'shard';
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">By {by}</caption>
      <thead className="text-muted text-xs">
        <tr>
          {[isByShard ? 'Shard' : 'Customer', 'Sales', 'Records', ...(isByShard ? ['Rejected'] : [])].map(
            (name, index) => (
              <th
                key={name}
                scope="col"
                className={index === 0 ? 'text-left font-normal' : 'text-right font-normal'}
              >
                {name}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {parts.map(({ id, name, of }) => (
          <tr key={id} className="border-line border-t">
            <th scope="row" className="py-1 text-left font-normal">
              {name}
            </th>
            <td className="text-right">{format.money(of(slot)?.salesCents ?? null)}</td>
            <td className="text-right">{format.count(of(slot)?.recordCount ?? null)}</td>
            {isByShard && <td className="text-right">{format.count(of(slot)?.rejected ?? null)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
