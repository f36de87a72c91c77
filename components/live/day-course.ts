import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** What had been sold of a day by a moment, in epoch milliseconds. */
export interface CoursePoint {
  readonly atMs: number;
  readonly cents: number;
}

/** The running total at the end of each slot with sales: from zero at the day's first sale until now. Empty without any. */
export function courseOf(slots: readonly Slot[], nowMs: number): CoursePoint[] {
  let cents = 0;
  const points: CoursePoint[] = [];
  for (const slot of slots) {
    if (slot.startMs >= nowMs) break;
    const isSold = slot.closedWindows > 0;
    if (points.length === 0 && !isSold) continue;
    if (points.length === 0) points.push({ atMs: slot.startMs, cents: 0 });
    cents += isSold ? (slot.salesCents ?? 0) - slot.soFar.salesCents : 0;
    points.push({ atMs: Math.min(slot.endMs, nowMs), cents });
  }
  return points;
}

/** The day before by the same time of day, moved onto this one: only what lies between its ends. */
export function courseBeside(
  before: Pick<WindowsAnswer, 'slots'> | undefined,
  course: readonly CoursePoint[],
  shiftMs: number,
): CoursePoint[] {
  const [first, last] = [course[0], course.at(-1)];
  if (before === undefined || first === undefined || last === undefined) return [];
  let cents = 0;
  const points: CoursePoint[] = [];
  for (const slot of before.slots) {
    const atMs = slot.endMs + shiftMs;
    if (atMs > last.atMs) break;
    cents += slot.closedWindows > 0 ? (slot.salesCents ?? 0) : 0;
    if (atMs >= first.atMs) points.push({ atMs, cents });
  }
  return points;
}
