import type { WindowsAnswer } from '@/lib/answers';
import type { Format } from '@/lib/format';

/** Four small numbers; an unknown one is a dash. */
export function KpiTiles({ answer, format }: { answer: WindowsAnswer; format: Format }) {
  const { dayTotal, newest } = answer;
  const last = answer.slots.findLast((slot) => slot.state === 'closed');
  const average =
    dayTotal.recordCount === null || dayTotal.recordCount === 0
      ? null
      : Math.round(dayTotal.salesCents / dayTotal.recordCount);
  const tiles = [
    ['Last closed', format.money(last?.salesCents ?? null)],
    ['Records of the day', format.count(dayTotal.recordCount)],
    ['Average sale', format.money(average)],
    ['Pipeline lag', newest === null ? '–' : `${(newest.lagMs / 1000).toFixed(1)} s`],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded border border-line bg-line sm:grid-cols-4">
      {tiles.map(([name, value]) => (
        <div key={name} className="bg-bg p-4">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="font-medium text-xl tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
