import { expect, test } from 'vitest';
import { chartBars } from '../../../components/chart/bars.ts';
import { type Closings, closingsOf } from '../../../components/chart/closing-marks.tsx';
import type { SlotState } from '../../../lib/core/slot.ts';
import { slotAt } from '../slot-at.ts';

/** The starts of the windows whose closing is shown after each look, in windows since the epoch. */
function closedAfter(...looks: readonly Readonly<Record<number, SlotState>>[]): number[][] {
  let closings: Closings = { waiting: new Set(), closed: new Set() };
  return looks.map((look) => {
    const slots = Object.entries(look).map(([index, state]) => slotAt(Number(index), state, 100));
    closings = closingsOf(closings, chartBars(slots, { mode: 'window' }));
    return [...closings.closed].map((startMs) => startMs / 120_000);
  });
}

test('a window that was seen to wait closes before one’s eyes, and history does not', () => {
  expect(
    closedAfter(
      { 0: 'closed', 1: 'open' },
      { 0: 'closed', 1: 'closing', 2: 'open' },
      { 0: 'closed', 1: 'closed', 2: 'open' },
      { 1: 'closed', 2: 'closed' },
    ),
  ).toEqual([[], [], [1], [1, 2]]);
});

test('a range that comes back does not close again what had closed, nor what closed meanwhile', () => {
  expect(
    closedAfter(
      { 0: 'closing', 1: 'open' },
      { 0: 'closed', 1: 'open' },
      { 700: 'closed' },
      { 0: 'closed', 1: 'closed' },
    ),
  ).toEqual([[], [0], [], []]);
});
