import { expect, test } from 'vitest';
import { type Kept, keepAnswer } from '../../../components/dashboard/use-held-answer.ts';
import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import { slotAt } from '../slot-at.ts';

/** Two-minute slots from `first` on. */
function answer(first: number, count: number): WindowsAnswer {
  const slots = Array.from({ length: count }, (_, index) => slotAt(first + index, 'closed', 100));
  return {
    serverNowMs: 0,
    windowSeconds: 120,
    idleSeconds: 1,
    fromMs: slots[0]?.startMs ?? 0,
    toMs: slots.at(-1)?.endMs ?? 0,
    live: true,
    stepSeconds: 120,
    slots,
    dayTotal: { salesCents: 0, recordCount: 0, rejected: 0, closedWindows: 0, lack: null },
    previousDayTotal: null,
    open: slotAt(first, 'open', null),
    newest: null,
    daySpread: null,
    readMs: 0,
    problem: null,
    reading: null,
    version: '',
    malformed: [],
  };
}

/** The starts of the first windows that are shown after each step, in windows since the epoch. */
function firstShown(...steps: readonly (readonly [newest: WindowsAnswer, isHeld: boolean, key: string])[]) {
  let kept: Kept | null = null;
  return steps.map(([newest, isHeld, key]) => {
    kept = keepAnswer(kept, newest, isHeld, key);
    return kept.shown.fromMs / 120_000;
  });
}

const [zero, one, two, part] = [answer(0, 30), answer(1, 30), answer(2, 30), answer(20, 3)];

test('a range that moves on stands still while it is held, and catches up at once when it is let go', () => {
  expect(
    firstShown([zero, false, 'hour'], [zero, true, 'hour'], [one, true, 'hour'], [one, false, 'hour']),
  ).toEqual([0, 0, 0, 1]);
});

test('another question ends the hold, though the answer to the one before stays until its own has come', () => {
  expect(
    firstShown([zero, true, 'hour'], [one, true, 'hour'], [one, true, 'part'], [part, true, 'part']),
  ).toEqual([0, 0, 0, 20]);
  // The answer before is another object, as its open window has grown.
  expect(firstShown([zero, true, 'hour'], [{ ...zero }, true, 'part'], [part, true, 'part'])).toEqual([
    0, 0, 20,
  ]);
  expect(firstShown([one, true, 'part'], [one, true, 'hour'], [two, true, 'hour'])).toEqual([1, 1, 2]);
});
