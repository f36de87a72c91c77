import type { Format } from '@/components/ui/format';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { averageCents } from '@/lib/core/cents';

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** Four small numbers and a word on each; an unknown one is a dash. */
export function KpiTiles({ answer, format }: { answer: WindowsAnswer; format: Format }) {
  return (
    <dl className="grid grid-cols-2 gap-y-4 border-line border-y py-4 sm:grid-cols-4">
      {tilesOf(answer, format).map(({ name, value, note }) => (
        <div
          key={name}
          className="border-line pr-4 max-sm:even:border-l max-sm:even:pl-4 sm:not-first:border-l sm:not-first:pl-5"
        >
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="font-medium text-xl leading-snug">{value}</dd>
          <dd className="min-h-4.5 text-muted text-xs">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function tilesOf(answer: WindowsAnswer, format: Format): Tile[] {
  const { dayTotal, newest } = answer;
  const closed = answer.slots.filter((slot) => slot.state === 'closed');
  const last = closed.at(-1);
  const before = closed.at(-2);
  const change =
    last?.salesCents != null && before?.salesCents != null
      ? `, ${format.change(last.salesCents - before.salesCents)}`
      : '';
  return [
    {
      name: answer.stepSeconds > answer.windowSeconds ? 'Last bar' : 'Last window',
      value: format.money(last?.salesCents ?? null),
      note:
        last === undefined ? 'none closed in this range' : format.range(last.startMs, last.endMs) + change,
    },
    {
      name: 'Records of the day',
      value: format.count(dayTotal.recordCount),
      note:
        dayTotal.rejected > 0
          ? `${format.count(dayTotal.rejected)} rejected`
          : `in ${format.count(dayTotal.closedWindows)} windows`,
    },
    { name: 'Average sale', value: format.money(averageCents(dayTotal)), note: 'of the day' },
    {
      name: 'Pipeline lag',
      value: newest === null ? '–' : `${(newest.lagMs / 1000).toFixed(1)} s`,
      note: 'from window end to its result',
    },
  ];
}
