import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeOf, withChange } from '../../../lib/contract/live-change.ts';
import { answerOf, T, W } from './live-answers.ts';

const sales = fc.array(fc.option(fc.integer({ min: -500, max: 500 })), { minLength: 1, maxLength: 12 });

test('an answer and what has changed since make the next answer, however the range has moved on', () => {
  fc.assert(
    fc.property(sales, sales, fc.nat(14), (before, after, moved) => {
      const length = Math.max(before.length, after.length);
      const first = answerOf('1', T, length, before);
      const second = answerOf('2', T + moved * W, length, after);
      const change = JSON.parse(JSON.stringify(changeOf(first, second)));
      expect(withChange(first, change)).toEqual(second);
    }),
  );
});

test('only what has changed is in it', () => {
  const first = answerOf('1', T, 3, [1, 2, null]);
  const change = changeOf(first, answerOf('2', T, 3, [1, 2, 5]));
  expect(change.slots.map(({ salesCents }) => salesCents)).toEqual([5]);
});

test('what does not go on from an answer is refused: another version, length or step, and slots that are not known', () => {
  const first = answerOf('1', T, 3, [1, 2, 3]);
  const change = changeOf(first, answerOf('2', T + W, 3, [2, 3, 4]));
  expect(withChange(answerOf('0', T, 3, [1, 2, 3]), change)).toBeNull();
  expect(withChange(answerOf('1', T, 2, [1, 2]), change)).toBeNull();
  expect(withChange({ ...first, windowSeconds: 60 }, change)).toBeNull();
  expect(withChange({ ...first, stepSeconds: 240 }, change)).toBeNull();
  expect(withChange({ ...first, live: false }, change)).toBeNull();
  expect(withChange({ ...first, slots: first.slots.slice(0, 1) }, change)).toBeNull();
});
