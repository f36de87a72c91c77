import type { Click } from '@/lib/contract/click';
import { statusOf } from '@/lib/contract/click-status';
import type { Slot } from '@/lib/core/slot';

/** The clicks that this browser made during a slot. */
export interface ClickFlag {
  /** All of them. */
  readonly clicks: number;
  /** Those of which nothing got into the stream. */
  readonly failed: number;
}

/** By the slots' starts; a slot without a click has no flag. */
export function clickFlags(
  slots: readonly Pick<Slot, 'startMs' | 'endMs'>[],
  clicks: readonly Click[],
): ReadonlyMap<number, ClickFlag> {
  const flags = new Map<number, ClickFlag>();
  for (const click of clicks) {
    const slot = slots.find(({ startMs, endMs }) => startMs <= click.sentMs && click.sentMs < endMs);
    if (slot === undefined) continue;
    const known = flags.get(slot.startMs) ?? { clicks: 0, failed: 0 };
    const isFailed = statusOf(click) === 'failed';
    flags.set(slot.startMs, { clicks: known.clicks + 1, failed: known.failed + Number(isFailed) });
  }
  return flags;
}

/** `3, 1 of them failed`. */
export function flagWords({ clicks, failed }: ClickFlag, count: (count: number) => string): string {
  if (failed === 0) return count(clicks);
  if (failed === clicks) return clicks === 1 ? '1, which failed' : `${count(clicks)}, all of which failed`;
  return `${count(clicks)}, ${count(failed)} of them failed`;
}
