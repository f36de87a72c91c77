'use client';

import type { Bar } from '@/components/chart/bars';
import { serverNow, staleSeconds, useTicking } from '@/components/live/server-clock';
import type { Format } from '@/components/ui/format';
import type { Slot } from '@/lib/core/slot';

/** Before this, or a quarter of a shorter slot, is over, one click more or less would make all the difference. */
const LEAST_MS = 30_000;

/**
 * What an open slot comes to if it goes on as it has so far, in cents of two digits that count: it is a guess. Null for any
 * other slot, and while too little of it is over or nothing sold.
 */
export function paceOf(
  { state, startMs, endMs, salesCents }: Pick<Slot, 'state' | 'startMs' | 'endMs' | 'salesCents'>,
  nowMs: number,
): number | null {
  const elapsedMs = nowMs - startMs;
  const lengthMs = endMs - startMs;
  if (state !== 'open' || salesCents === null || salesCents <= 0) return null;
  if (elapsedMs < Math.min(LEAST_MS, lengthMs / 4) || elapsedMs >= lengthMs) return null;
  return Number(((salesCents / elapsedMs) * lengthMs).toPrecision(2));
}

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
