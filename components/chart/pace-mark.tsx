'use client';

import type { Bar } from '@/components/chart/chart-bars';
import { paceOf } from '@/components/chart/pace';
import { serverNow, staleSeconds, useTicking } from '@/components/live/server-clock';
import type { Format } from '@/components/ui/format';

/** Empty when nothing can be foretold, as of what has not been heard of for a while. */
export function paceWords(bar: Bar, format: Format): string {
  const cents = staleSeconds() === null ? paceOf(bar.slot, serverNow()) : null;
  return cents === null ? '' : `On pace for ${format.moneyShort(cents)} by ${format.time(bar.slot.endMs)}.`;
}

/** Renders when its words are others, and the chart not at all. */
export function PaceSentence({ bar, format }: { bar: Bar; format: Format }) {
  const words = useTicking(() => paceWords(bar, format), '');
  return words === '' ? null : <p className="mt-1 text-muted">{words}</p>;
}
