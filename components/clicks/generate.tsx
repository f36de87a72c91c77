'use client';

import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useFollowing } from '@/components/clicks/use-following';
import { type RecordCount, useSales } from '@/components/clicks/use-sales';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import { placeOf, useHealth } from '@/components/live/use-place';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { describeClick } from '@/lib/contract/click';

// The first click needs none of it. Its place is kept, in lines as high as its own.
const LoadControl = dynamic(
  () => untilLoaded(() => import('@/components/clicks/load-control').then((module) => module.LoadControl)),
  {
    ssr: false,
    loading: () => <div data-secondary className="h-15 pointer-coarse:h-23" />,
  },
);

/** The button, what it did, and how much it sends. */
export function Generate({ answer, format }: PageData) {
  const health = useHealth();
  const { send, sending, problem, asking, agree, decline } = useSales(health);
  const [count, setCount] = useState<RecordCount>(null);
  const clicks = useClicks(health === undefined ? null : placeOf(health));
  const [last] = clicks;
  useFollowing(clicks, answer);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element &&
        event.target.closest('input:not([type="range"]), select, textarea') !== null;
      if (event.key.toLowerCase() !== 'g' || event.repeat || typing) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      void send(count);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [send, count]);
  if (health?.role === 'watch') {
    return (
      <p className="text-muted text-sm">You are watching. Sign in with the password that may sell to sell.</p>
    );
  }
  return (
    <div className="flex flex-col gap-2 print:hidden">
      <Button
        look="primary"
        aria-keyshortcuts="G"
        aria-disabled={sending}
        className="min-h-11 w-full text-base"
        onClick={() => void send(count)}
      >
        Generate sales
      </Button>
      {asking !== null && (
        <div
          role="alertdialog"
          aria-label="Write to AWS?"
          className="flex flex-col gap-2 rounded border border-doubt p-3"
        >
          <p>
            This writes to stream {asking.stream} in account …{asking.accountId?.slice(-4) ?? 'unknown'} (
            {asking.region}) and costs a fraction of a cent. Continue?
          </p>
          <div className="flex gap-2">
            <Button look="primary" autoFocus onClick={agree}>
              Continue
            </Button>
            <Button onClick={decline}>Cancel</Button>
          </div>
        </div>
      )}
      <p role="status" className="min-h-9 in-data-[stuck=true]:min-h-0 text-muted text-xs">
        {sending
          ? 'Sending…'
          : problem === null &&
            last !== undefined &&
            last.receipt !== null &&
            `${format.money(last.receipt.salesCents)} from ${format.count(last.receipt.recordCount)} records: ${describeClick(last, format)}.`}
      </p>
      {problem !== null && !sending && <ProblemNote problem={problem} />}
      <LoadControl count={count} onCount={setCount} send={() => send(count)} />
    </div>
  );
}
