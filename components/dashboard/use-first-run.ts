import { useState } from 'react';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/**
 * Today, and there has never been a sale: nothing closed, nothing waiting, nothing in the open window. Null while that
 * cannot be said, as the next window is open already and the answer does not know what became of the last one.
 */
export function isFirstRun(
  answer: Pick<WindowsAnswer, 'slots' | 'live' | 'newest' | 'open'>,
  open: Pick<Slot, 'startMs' | 'recordCount'>,
): boolean | null {
  if (!answer.live || answer.newest !== null || (open.recordCount ?? 0) > 0) return false;
  // A window that has just ended may be waited for although nothing is in it.
  const isUntouched = answer.slots.every(
    ({ state, soFar }) =>
      ['before', 'future'].includes(state) ||
      (['open', 'closing'].includes(state) && soFar.recordCount === 0),
  );
  if (!isUntouched) return false;
  return answer.open.startMs < open.startMs ? null : true;
}

/** As it was last known, so that nothing that is read disappears for the moment between two windows. */
export function useFirstRun(answer: WindowsAnswer | undefined, open: Slot | undefined): boolean {
  const [kept, setKept] = useState(false);
  const known = answer === undefined || open === undefined ? null : isFirstRun(answer, open);
  if (known !== null && known !== kept) setKept(known);
  return known ?? kept;
}
