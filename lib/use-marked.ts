import { useMemo } from 'react';
import type { WindowsAnswer } from './answers.ts';
import { useClicks } from './click-store.ts';
import { markMissing } from './missing.ts';
import { OVERDUE_STEP_MS, serverNow, useTicking } from './server-clock.ts';
import { usePlace } from './use-place.ts';

/** The answer with what this browser knows to be missing; the same object as long as nothing is. */
export function useMarked(answer: WindowsAnswer | undefined): WindowsAnswer | undefined {
  const clicks = useClicks(usePlace());
  // The whole page hangs on this: as long as nothing is missing, no passing of time is news.
  const missingMs = useTicking(() => {
    const now = stepOf(serverNow());
    return answer === undefined || markMissing(answer.slots, clicks, now, answer) === answer.slots ? 0 : now;
  }, 0);
  return useMemo(() => {
    if (answer === undefined || missingMs === 0) return answer;
    return { ...answer, slots: markMissing(answer.slots, clicks, missingMs, answer) };
  }, [answer, clicks, missingMs]);
}

function stepOf(ms: number): number {
  return Math.floor(ms / OVERDUE_STEP_MS) * OVERDUE_STEP_MS;
}
