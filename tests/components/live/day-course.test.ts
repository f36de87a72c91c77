import { expect, test } from 'vitest';
import { courseBeside, courseOf } from '../../../components/live/day-course.ts';
import { slot, T, W } from '../slots.ts';

const sold = (index: number, salesCents: number) => slot(index, 'closed', { salesCents, recordCount: 1 });

test("a day's course begins at its first sale and ends now", () => {
  const slots = [
    slot(0, 'before'),
    slot(1, 'empty'),
    sold(2, 500),
    slot(3, 'empty'),
    sold(4, 250),
    slot(5, 'future'),
  ];
  expect(courseOf(slots, T + 4.5 * W)).toEqual([
    { atMs: T + 2 * W, cents: 0 },
    { atMs: T + 3 * W, cents: 500 },
    { atMs: T + 4 * W, cents: 500 },
    { atMs: T + 4.5 * W, cents: 750 },
  ]);
  expect(courseOf([slot(0, 'empty')], T + W)).toEqual([]);
});

test('the day before stands beside it between the same ends alone', () => {
  const course = courseOf([sold(2, 500), sold(3, 250)], T + 4 * W);
  const before = { slots: [sold(-9, 10), sold(-8, 20), sold(-7, 40), sold(-6, 80)] };
  expect(courseBeside(before, course, 10 * W)).toEqual([
    { atMs: T + 2 * W, cents: 10 },
    { atMs: T + 3 * W, cents: 30 },
    { atMs: T + 4 * W, cents: 70 },
  ]);
  expect(courseBeside(undefined, course, 10 * W)).toEqual([]);
});
