'use client';

import { useState } from 'react';
import type { PageData } from '@/components/dashboard-parts';
import { Receipt } from '@/components/receipt';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { useClicks } from '@/lib/click-store';
import { useFollowing } from '@/lib/use-following';
import { placeOf, useHealth } from '@/lib/use-place';

const FIRST = 5;

/** What this browser's clicks got back, and where their records are by now. */
export function Receipts({ answer, format, change }: PageData) {
  const health = useHealth();
  const clicks = useClicks(health === undefined ? null : placeOf(health));
  useFollowing(clicks, answer);
  const [all, setAll] = useState(false);
  const shown = all ? clicks : clicks.slice(0, FIRST);
  return (
    <Card aria-label="Receipts">
      <h2 className="mb-3 font-medium text-base">Receipts</h2>
      {clicks.length === 0 && (
        <p className="text-muted">
          Each click leaves a receipt here that follows its records until they are counted.
        </p>
      )}
      <ol className="flex flex-col divide-y divide-line">
        {shown.map((click) => (
          <Receipt
            key={click.id}
            click={click}
            times={answer}
            format={format}
            onOpen={(w) => change({ w })}
          />
        ))}
      </ol>
      {clicks.length > FIRST && (
        <Button look="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${clicks.length}`}
        </Button>
      )}
    </Card>
  );
}
