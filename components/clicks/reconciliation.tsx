'use client';

import { clsx } from 'clsx';
import { type Account, reconcile, verdictOf } from '@/components/clicks/reconcile';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { usePlace } from '@/components/live/use-place';
import type { Format } from '@/components/ui/format';
import type { Sums } from '@/lib/contract/click';
import { lackWords } from '@/lib/contract/lack-words';
import { lackOf } from '@/lib/core/lack';

const SIGNS = { right: '✓', pending: '…', doubt: '⚠' } as const;

/** What was sent into the visible range against what came out of it. */
export function Reconciliation({ answer, format }: PageData) {
  const clicks = useClicks(usePlace());
  const account = reconcile(answer.slots, clicks);
  const verdict = verdictOf(account, format);
  const lack = lackWords(lackOf(answer.slots.flatMap((slot) => slot.lack ?? [])), format);
  const isDoubtful = verdict.sign === 'doubt' || lack !== '';
  return (
    <section aria-label="Reconciliation" className="mt-3 border-line border-t pt-3">
      <p
        data-sign={lack === '' ? verdict.sign : 'doubt'}
        className={clsx('text-xs', isDoubtful ? 'text-doubt' : 'text-muted')}
      >
        <span aria-hidden="true">{SIGNS[lack === '' ? verdict.sign : 'doubt']}</span> {verdict.words}
        {lack !== '' && ` ${lack}`}
        {account.rejected > 0 && ` ${format.records(account.rejected)} rejected as no sale.`}
      </p>
      {isDoubtful && (
        <dl className="mt-2 flex flex-wrap gap-x-8 gap-y-2">
          <Entry name="Sent from here" sums={account.sent} format={format} />
          <Entry name="Counted" sums={account.counted} format={format} />
          <Entry name="Pending" sums={pendingOf(account)} format={format} />
          <Entry name="Missing" sums={account.sentMissing} format={format} />
        </dl>
      )}
    </section>
  );
}

/** What our clicks sent that is in no result yet, and what others have in the open windows so far. */
function pendingOf({ soFarElsewhere, sentSoFar, sentUnseen }: Account): Sums {
  return {
    recordCount: soFarElsewhere.recordCount + sentSoFar.recordCount + sentUnseen.recordCount,
    salesCents: soFarElsewhere.salesCents + sentSoFar.salesCents + sentUnseen.salesCents,
  };
}

function Entry({
  name,
  sums,
  format,
}: {
  name: string;
  sums: { recordCount: number | null; salesCents: number };
  format: Format;
}) {
  return (
    <div>
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="tabular-nums">
        {format.count(sums.recordCount)} <span className="text-muted">·</span> {format.money(sums.salesCents)}
      </dd>
    </div>
  );
}
