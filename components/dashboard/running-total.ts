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
  const soFar = slots.reduce((sum, slot) => sum + slot.soFar.salesCents, 0);
  const isAmong = slots.includes(open) || stepSeconds > windowSeconds;
  return {
    closedCents: dayTotal.salesCents,
    openCents: isAmong ? soFar : soFar + open.soFar.salesCents,
  };
}
