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
