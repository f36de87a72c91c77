import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** The ends of a range that is held still while someone reads it. */
export interface HeldRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The newest answer, shown in the range that is held: its bars stay in their places and still get their results. Slots
 * that have left the newest answer are kept as they were last shown.
 */
export function holdRange(shown: WindowsAnswer, newest: WindowsAnswer): WindowsAnswer {
  if (shown.stepSeconds !== newest.stepSeconds) return newest;
  if (shown.fromMs === newest.fromMs && shown.toMs === newest.toMs) return newest;
  const fresh = new Map<number, Slot>(newest.slots.map((slot) => [slot.startMs, slot]));
  const slots = shown.slots.map((slot) => fresh.get(slot.startMs) ?? slot);
  return { ...newest, fromMs: shown.fromMs, toMs: shown.toMs, slots };
}

/** How many windows have begun since the held range's end. */
export function windowsSince(held: HeldRange, windowSeconds: number, nowMs: number): number {
  return nowMs < held.toMs ? 0 : Math.floor((nowMs - held.toMs) / (windowSeconds * 1000)) + 1;
}
