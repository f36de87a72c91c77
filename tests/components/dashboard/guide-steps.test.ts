import { expect, test } from 'vitest';
import { guideStep } from '../../../components/dashboard/guide-steps.ts';
import { click } from '../slots.ts';

test('the guide goes on by what happens to a click, and by nothing else', () => {
  expect([
    guideStep(null, false),
    guideStep(click(0, 10, []), false),
    guideStep(click(0, 10, [[0, 4, false]]), false),
    guideStep(click(0, 10, [[0, 10, false]]), false),
    guideStep(click(0, 10, [[0, 10, true]]), false),
    guideStep(click(0, 10, [[0, 10, true]]), true),
  ]).toEqual([1, 2, 2, 3, 4, 5]);
});

test('a click that nothing came of is none, and to have looked before there was a file is nothing', () => {
  expect(guideStep({ ...click(0, 0, []), receipt: null }, false)).toBe(1);
  expect(guideStep(click(0, 10, [[0, 10, false]]), true)).toBe(3);
});
