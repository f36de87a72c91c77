import { describe, expect, test } from 'vitest';
import { runningTotal } from '../../../components/dashboard/running-total.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slot } from '../slots.ts';

const sums = (recordCount: number) => ({ recordCount, salesCents: recordCount * 100 });
const holding = (recordCount: number) => ({ ...sums(recordCount), soFar: sums(recordCount) });

/** A live hour of two-minute windows, the last of which is open. */
function answer(closedRecords: number, ...slots: Slot[]) {
  const open = slots.at(-1) ?? slot(0, 'open');
  const dayTotal = {
    ...sums(closedRecords),
    rejected: 0,
    closedWindows: closedRecords > 0 ? 1 : 0,
    lack: null,
  };
  return { dayTotal, slots, open, live: true, stepSeconds: 120, windowSeconds: 120 };
}

describe("the day's total", () => {
  test('moves with the open window', () => {
    expect(runningTotal(answer(91, slot(0, 'closed', sums(91)), slot(1, 'open', holding(65))))).toEqual({
      closedCents: 9100,
      openCents: 6500,
    });
  });

  test('never falls while a window closes: what it held is open until its result is there', () => {
    const sumOf = (each: ReturnType<typeof answer>) => {
      const { closedCents, openCents } = runningTotal(each);
      return (closedCents ?? 0) + openCents;
    };
    const open = answer(0, slot(0, 'open', holding(65)));
    const closing = answer(0, slot(0, 'closing', holding(65)), slot(1, 'open'));
    const late = answer(0, slot(0, 'late', holding(65)), slot(1, 'empty'), slot(2, 'open'));
    const closed = answer(65, slot(0, 'closed', sums(65)), slot(1, 'open'));
    expect([open, closing, late, closed].map(sumOf)).toEqual([6500, 6500, 6500, 6500]);
  });

  test('counts the open window once, also where a bar is many windows long or the range is an earlier one', () => {
    const bar = slot(0, 'open', holding(65));
    expect(runningTotal({ ...answer(0, bar), stepSeconds: 600, open: slot(4, 'open', holding(65)) })).toEqual(
      {
        closedCents: 0,
        openCents: 6500,
      },
    );
    expect(
      runningTotal({ ...answer(0, slot(0, 'empty')), open: slot(4, 'open', holding(65)) }).openCents,
    ).toBe(6500);
  });

  test('counts the open window once where the slots are held, with it as it was, and where both came as text', () => {
    const held = answer(91, slot(0, 'closed', sums(91)), slot(1, 'open', holding(65)));
    const asText: typeof held = JSON.parse(JSON.stringify(held));
    expect(runningTotal(asText).openCents).toBe(6500);
    expect(runningTotal({ ...held, open: slot(1, 'open', holding(70)) }).openCents).toBe(7000);
  });

  test('of a day that lies before all data is unknown, and of one without sales is zero', () => {
    const past = { ...answer(0, slot(0, 'before')), live: false };
    expect(runningTotal(past)).toEqual({ closedCents: null, openCents: 0 });
    expect(runningTotal({ ...past, slots: [slot(0, 'empty')] })).toEqual({ closedCents: 0, openCents: 0 });
  });
});
