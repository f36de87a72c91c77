'use client';

import { clsx } from 'clsx';
import { type Account, reconcile, verdictOf } from '@/components/clicks/reconcile';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { usePlace } from '@/components/live/use-place';
import type { Format } from '@/components/ui/format';
import type { Sums } from '@/lib/contract/click';

const SIGNS = { right: '✓', pending: '…', doubt: '⚠' } as const;

/** What was sent into the visible range against what came out of it. */
export function Reconciliation({ answer, format }: PageData) {
  const clicks = useClicks(usePlace());
  const account = reconcile(answer.slots, clicks);
  const verdict = verdictOf(account, format);
  return (
    <section aria-label="Reconciliation" className="mt-4 border-line border-t pt-4">
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Entry name="Sent from here" sums={account.sent} format={format} />
        <Entry name="Counted" sums={account.counted} format={format} />
        <Entry name="Pending" sums={pendingOf(account)} format={format} />
        <Entry name="Missing" sums={account.sentMissing} format={format} />
        <div>
          <dt className="text-muted text-xs">Not sales</dt>
          <dd className="tabular-nums">{format.count(account.rejected)} rejected</dd>
        </div>
      </dl>
      <p
        data-sign={verdict.sign}
        className={clsx('mt-2', verdict.sign === 'doubt' ? 'text-doubt' : 'text-muted')}
      >
        <span aria-hidden="true">{SIGNS[verdict.sign]}</span> {verdict.words}
      </p>
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
