import { useMemo } from 'react';
import type { WindowsAnswer } from './answers.ts';
import { useClicks } from './click-store.ts';
import { markMissing } from './missing.ts';
import { usePlace } from './use-place.ts';

/** The answer with what this browser knows to be missing; the same object as long as nothing is. */
export function useMarked(answer: WindowsAnswer | undefined): WindowsAnswer | undefined {
  const clicks = useClicks(usePlace());
  return useMemo(() => {
    if (answer === undefined) return undefined;
    const slots = markMissing(answer.slots, clicks);
    return slots === answer.slots ? answer : { ...answer, slots };
  }, [answer, clicks]);
}
