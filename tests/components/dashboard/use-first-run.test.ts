import { expect, test } from 'vitest';
import { isFirstRun } from '../../../components/dashboard/use-first-run.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slot } from '../slots.ts';

const blank = { live: true, newest: null } as const;
/** Made in the last of the slots, which is open. */
const answer = (...slots: Slot[]) => {
  const open = slots.at(-1) ?? slot(0, 'open');
  return { ...blank, slots, open, serverNowMs: open.startMs };
};
/** The same answer, once the stream has told of a newer open window. */
const since = (known: ReturnType<typeof answer>, open: Slot) => ({ ...known, open });
const some = { soFar: { recordCount: 35, salesCents: 816_000 } };

test('a page without a sale is a first run, also while an empty window is waited for', () => {
  expect(isFirstRun(answer(slot(0, 'before'), slot(1, 'open')))).toBe(true);
  expect(isFirstRun(answer(slot(0, 'closing'), slot(1, 'open')))).toBe(true);
});

test('a result, a past range, or anything in a window is none', () => {
  const newest = { startMs: 0, endMs: 1, lagMs: 1 };
  const now = answer(slot(0, 'before'), slot(1, 'open'));
  expect(isFirstRun({ ...now, newest })).toBe(false);
  expect(isFirstRun({ ...now, live: false })).toBe(false);
  expect(isFirstRun(since(now, slot(1, 'open', { recordCount: 35 })))).toBe(false);
  expect(isFirstRun(answer(slot(0, 'empty'), slot(1, 'open')))).toBe(false);
});

test('between two windows, what the last one held decides; where that is not known, nothing does', () => {
  expect(isFirstRun(since(answer(slot(0, 'open', some)), slot(1, 'open')))).toBe(false);
  expect(isFirstRun(answer(slot(0, 'closing', some), slot(1, 'open')))).toBe(false);
  expect(isFirstRun(since(answer(slot(0, 'open')), slot(1, 'open')))).toBeNull();
});
