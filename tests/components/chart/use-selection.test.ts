import { expect, test } from 'vitest';
import { hasMoved } from '../../../components/chart/use-selection.ts';

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
