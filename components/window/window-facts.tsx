import type { Format } from '@/components/ui/format';
import { shardName } from '@/components/ui/shard-name';
import { isDoubtful, STATE_WORDS, stateSentence } from '@/components/ui/state-words';
import { averageCents } from '@/lib/core/cents';
import type { Slot } from '@/lib/core/slot';

/** The figures of a window, and of its shards when there are several. */
export function WindowFacts({ slot, format }: { slot: Slot; format: Format }) {
  const sentence = stateSentence(slot, format);
  const newestWrite = Math.max(...slot.objects.map((object) => object.lastModifiedMs));
  const facts = [
    ['Sales', format.money(slot.salesCents)],
    [slot.state === 'missing' ? 'Records sent' : 'Records', format.count(slot.recordCount)],
    ['Average', format.money(averageCents(slot))],
    ['Smallest', format.money(slot.minCents)],
    ['Largest', format.money(slot.maxCents)],
    ['Rejected', format.count(slot.rejected)],
    ...(slot.state === 'closed' && slot.objects.length > 0
      ? [['Written after its end', `${Math.max(0, (newestWrite - slot.endMs) / 1000).toFixed(1)} s`]]
      : []),
  ];
  return (
    <section aria-label="Facts" className="flex flex-col gap-3">
      <p className={isDoubtful(slot) ? 'text-doubt' : 'text-muted'}>
        {STATE_WORDS[slot.state]}
        {slot.inferred && ', inferred from the time of its file'}
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
      {slot.shards.length > 1 && (
        <table className="w-full text-sm">
          <caption className="sr-only">By shard</caption>
          <thead className="text-muted text-xs">
            <tr>
              {['Shard', 'Sales', 'Records', 'Rejected'].map((name, index) => (
                <th
                  key={name}
                  scope="col"
                  className={index === 0 ? 'text-left font-normal' : 'text-right font-normal'}
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {slot.shards.map((shard) => (
              <tr key={shard.shardId} className="border-line border-t">
                <th scope="row" className="py-1 text-left font-normal">
                  {shardName(shard.shardId)}
                </th>
                <td className="text-right">{format.money(shard.salesCents)}</td>
                <td className="text-right">{format.count(shard.recordCount)}</td>
                <td className="text-right">{format.count(shard.rejected)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
