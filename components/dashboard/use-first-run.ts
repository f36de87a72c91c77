import { useState } from 'react';
import type { WindowsAnswer } from '@/lib/contract/answers';

/**
 * Today, and there has never been a sale: nothing closed, nothing waiting, nothing in the open window. Null while that
 * cannot be said, as the next window is open already and the answer does not know what became of the last one.
 */
export function isFirstRun(
  answer: Pick<WindowsAnswer, 'slots' | 'live' | 'newest' | 'open' | 'serverNowMs'>,
): boolean | null {
  if (!answer.live || answer.newest !== null || (answer.open.recordCount ?? 0) > 0) return false;
  // A window that has just ended may be waited for although nothing is in it.
  const isUntouched = answer.slots.every(
    ({ state, soFar }) =>
      ['before', 'future'].includes(state) ||
      (['open', 'closing'].includes(state) && soFar.recordCount === 0),
  );
  if (!isUntouched) return false;
  return answer.serverNowMs < answer.open.startMs ? null : true;
}

/** As it was last known, so that nothing that is read disappears for the moment between two windows. */
export function useFirstRun(answer: WindowsAnswer | null): boolean {
  const [kept, setKept] = useState(false);
  const known = answer === null ? null : isFirstRun(answer);
  if (known !== null && known !== kept) setKept(known);
  return known ?? kept;
}
