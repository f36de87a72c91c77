import { expect, test } from 'vitest';
import { barFrom, hasMoved } from '../../../components/chart/bar-selection.ts';
import { chartBars } from '../../../components/chart/bars.ts';
import { slotAt } from '../slot-at.ts';

const at = (clientX: number, clientY: number, movementX = 0, movementY = 0) => ({
  clientX,
  clientY,
  movementX,
  movementY,
});

test('a mouse has moved when its event says so, or when it is elsewhere than before', () => {
  expect(hasMoved(null, at(10, 10, 0, 1))).toBe(true);
  expect(hasMoved(at(10, 10), at(10, 10, -1, 0))).toBe(true);
  expect(hasMoved(at(10, 10), at(11, 10))).toBe(true);
  expect(hasMoved(at(10, 10), at(10, 9))).toBe(true);
});

test('a mouse rests when it is where it was, or when nothing is known of where it was', () => {
  expect(hasMoved(at(10, 10), at(10, 10))).toBe(false);
  expect(hasMoved(null, at(10, 10))).toBe(false);
});

test('keys walk the bars from the selected one, or from beyond the last, and stop at the ends', () => {
  const bars = chartBars(
    Array.from({ length: 30 }, (_, index) => slotAt(index, 'closed', 1)),
    { mode: 'window' },
  );
  const steps = [-1, 1, -Infinity, Infinity, -10, 10];
  expect(steps.map((step) => barFrom(bars, 5, step))).toEqual([4, 6, 0, 29, 0, 15]);
  expect(steps.map((step) => barFrom(bars, null, step))).toEqual([29, 29, 0, 29, 20, 29]);
  expect(barFrom([], null, 1)).toBeNull();
});

test('a window that takes several places is one step', () => {
  const states = ['closed', 'closed', 'within', 'within', 'closed'] as const;
  const bars = chartBars(
    states.map((state, index) => slotAt(index, state, state === 'within' ? null : 1)),
    { mode: 'window' },
  );
  expect([barFrom(bars, 0, 1), barFrom(bars, 1, 1), barFrom(bars, 4, -1)]).toEqual([1, 4, 1]);
});
