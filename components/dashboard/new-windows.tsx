'use client';

import { type HeldRange, windowsSince } from '@/components/dashboard/held-range';
import { serverNow, useTicking } from '@/components/live/server-clock';
import { Button } from '@/components/ui/button';

/** While the range is held: how much has come since, and the way to it. */
export function NewWindows({
  held,
  windowSeconds,
  onCatchUp,
}: {
  held: HeldRange;
  windowSeconds: number;
  onCatchUp: () => void;
}) {
  const count = useTicking(() => windowsSince(held, windowSeconds, serverNow()), 0);
  if (count === 0) return null;
  return (
    <Button data-testid="new-windows" className="border-focus text-focus" onClick={onCatchUp}>
      {count} new {count === 1 ? 'window' : 'windows'}
    </Button>
  );
}
