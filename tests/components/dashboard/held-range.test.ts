import { expect, test } from 'vitest';
import { holdRange, windowsSince } from '../../../components/dashboard/held-range.ts';
import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import type { Slot, SlotState } from '../../../lib/core/slot.ts';
import { slotAt } from '../slot-at.ts';

/** Two-minute slots from `first` on, one for each state. */
function answer(first: number, states: readonly SlotState[], serverNowMs = 0): WindowsAnswer {
  const slots = states.map((state, index) => slotAt(first + index, state, null));
  return {
    serverNowMs,
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
    reading: null,
    version: '',
    problem: null,
    malformed: [],
  };
}

const states = (slots: readonly Slot[]) => slots.map((slot) => slot.state);

//  shown    |closed|closed|open|
//  newest          |closed|closed|open|
test('a held range keeps its places and still gets its results', () => {
  const held = holdRange(answer(0, ['closed', 'empty', 'open']), answer(1, ['empty', 'closed', 'open'], 9));
  expect([held.fromMs, held.toMs, held.serverNowMs]).toEqual([0, 360_000, 9]);
  expect(states(held.slots)).toEqual(['closed', 'empty', 'closed']);
});

test('what has left the newest answer is kept as it was last shown', () => {
  const held = holdRange(answer(0, ['closed', 'open']), answer(5, ['closed', 'open']));
  expect(states(held.slots)).toEqual(['closed', 'open']);
});

test('a range that has not moved is the newest answer itself', () => {
  const newest = answer(0, ['closed', 'closed']);
  expect(holdRange(answer(0, ['closed', 'open']), newest)).toBe(newest);
});

test('steps of another length cannot be merged: the newest answer is shown', () => {
  const newest = { ...answer(0, ['closed']), stepSeconds: 600 };
  expect(holdRange(answer(0, ['open']), newest)).toBe(newest);
});

test('a window is new from its first millisecond on', () => {
  const held = { fromMs: 0, toMs: 360_000 };
  expect([359_999, 360_000, 479_999, 480_000].map((now) => windowsSince(held, 120, now))).toEqual([
    0, 1, 1, 2,
  ]);
});
