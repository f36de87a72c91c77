import { useMemo } from 'react';
import { useClicks } from '@/components/live/click-store';
import { usePlace } from '@/components/live/use-place';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Click } from '@/lib/contract/click';
import type { Slot } from '@/lib/core/slot';

/**
 * Only the browser that clicked knows that something was sent where nothing came out: slots that seem empty, or before any data, turn into
 * `missing` when records were sent in them that no window holds, though a result is overdue. They then carry how many.
 * Answers the same array when nothing is missing.
 */
export function markMissing(slots: readonly Slot[], clicks: readonly Click[]): readonly Slot[] {
  const lost = clicks.flatMap((click) => {
    const seen = click.shares.reduce((sum, share) => sum + share.recordCount, 0);
    const count = (click.receipt?.recordCount ?? 0) - seen;
    return count > 0 && click.overdue ? [{ ...click, count }] : [];
  });
  if (lost.length === 0) return slots;
  const lostIn = (slot: Slot) =>
    lost
      .filter((click) => click.sentMs < slot.endMs && click.sentMs + click.durationMs >= slot.startMs)
      .reduce((sum, click) => sum + click.count, 0);
  const marked = slots.map((slot): Slot => {
    const count = slot.state === 'empty' || slot.state === 'before' ? lostIn(slot) : 0;
    return count === 0 ? slot : { ...slot, state: 'missing', salesCents: null, recordCount: count };
  });
  return marked.some((slot, index) => slot !== slots[index]) ? marked : slots;
}

/** The answer with what this browser knows to be missing; the same object as long as nothing is. */
export function useMissingMarked(answer: WindowsAnswer | null): WindowsAnswer | null {
  const clicks = useClicks(usePlace());
  return useMemo(() => {
    if (answer === null) return null;
    const slots = markMissing(answer.slots, clicks);
    return slots === answer.slots ? answer : { ...answer, slots };
  }, [answer, clicks]);
}
