import { useMemo } from 'react';
import { useClicks } from '@/components/live/click-store';
import { markMissing } from '@/components/live/missing';
import { usePlace } from '@/components/live/use-place';
import type { WindowsAnswer } from '@/lib/contract/answers';

/** The answer with what this browser knows to be missing; the same object as long as nothing is. */
export function useMarked(answer: WindowsAnswer | undefined): WindowsAnswer | undefined {
  const clicks = useClicks(usePlace());
  return useMemo(() => {
    if (answer === undefined) return undefined;
    const slots = markMissing(answer.slots, clicks);
    return slots === answer.slots ? answer : { ...answer, slots };
  }, [answer, clicks]);
}
