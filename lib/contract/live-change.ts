import type { Slot } from '../core/slot.ts';
import type { Problem, WindowsAnswer } from './answers.ts';

/**
 * `GET /api/live` (server-sent events, while the page is visible): an event `change` with a `LiveEvent` whenever an open
 * snapshot or the newest results changed, at most four a second; an event `time` with `serverNowMs` and `readMs` every 5 s.
 * The open window's numbers are in the event itself, and so is what is new of the last hour; whoever shows another range
 * asks again.
 */
export interface LiveEvent {
  readonly serverNowMs: number;
  readonly open: Slot;
  /** When the server last heard from S3. */
  readonly readMs: number;
  /** Changes whenever /api/windows would answer something new about closed windows. */
  readonly version: string;
  /** What that is in the range of today's last hour, `1h`, from the event before to this one; null where nothing is. */
  readonly change: LiveChange | null;
  readonly problem: Problem | null;
}

/** What is new in an answer: all of it but the slots that are as they were. */
export interface LiveChange extends WindowsAnswer {
  /** The version of the answer that it goes on from. */
  readonly since: string;
}

/** What has changed from one answer to the next. */
export function changeOf(before: WindowsAnswer, after: WindowsAnswer): LiveChange {
  const known = new Map(before.slots.map((slot) => [slot.startMs, JSON.stringify(slot)]));
  const slots = after.slots.filter((slot) => known.get(slot.startMs) !== JSON.stringify(slot));
  return { ...after, slots, since: before.version };
}

/** The next answer, from the one before and what has changed; null when it does not go on from this one. */
export function withChange(answer: WindowsAnswer, change: LiveChange): WindowsAnswer | null {
  const { since, ...next } = change;
  if (answer.version !== since || !isSameRange(answer, change)) return null;
  const known = new Map([...answer.slots, ...change.slots].map((slot) => [slot.startMs, slot]));
  const slots: Slot[] = [];
  for (let at = next.fromMs; at < next.toMs; at += next.stepSeconds * 1000) {
    const slot = known.get(at);
    if (slot === undefined) return null;
    slots.push(slot);
  }
  return { ...next, slots };
}

/** The one that moves with the clock, in windows of one length, is the same wherever it has come. */
function isSameRange(a: WindowsAnswer, b: WindowsAnswer): boolean {
  return (
    a.live &&
    b.live &&
    a.stepSeconds === b.stepSeconds &&
    a.windowSeconds === b.windowSeconds &&
    a.toMs - a.fromMs === b.toMs - b.fromMs
  );
}
