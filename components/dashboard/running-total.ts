import type { WindowsAnswer } from '@/lib/contract/answers';

export interface RunningTotal {
  /** Of the day's closed windows. Null when nothing is known of the day: it lies before all data. */
  readonly closedCents: number | null;
  /** Of windows that have no final result yet: the open one, and those that wait for theirs. 0 on a day that is over. */
  readonly openCents: number;
}

/**
 * The day's total, so that it moves with the open window and never falls when that closes: what a window holds so far is
 * counted as open until its result is read.
 */
export function runningTotal(
  answer: Pick<WindowsAnswer, 'dayTotal' | 'slots' | 'open' | 'live' | 'stepSeconds' | 'windowSeconds'>,
): RunningTotal {
  const { dayTotal, slots, open, live, stepSeconds, windowSeconds } = answer;
  const isUnknown =
    dayTotal.closedWindows === 0 &&
    slots.length > 0 &&
    slots.every(({ state }) => state === 'before' || state === 'future');
  if (!live) return { closedCents: isUnknown ? null : dayTotal.salesCents, openCents: 0 };
  // The open window is as fresh as it is known; the slots may be held, and have it as it was.
  const isSingle = stepSeconds <= windowSeconds;
  const others = isSingle ? slots.filter(({ startMs }) => startMs !== open.startMs) : slots;
  const soFar = others.reduce((sum, slot) => sum + slot.soFar.salesCents, 0);
  return {
    closedCents: dayTotal.salesCents,
    openCents: isSingle ? soFar + open.soFar.salesCents : soFar,
  };
}
