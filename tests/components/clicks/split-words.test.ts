import { expect, test } from 'vitest';
import { splitWords } from '../../../components/clicks/split-words.ts';
import { click } from '../slots.ts';

const format = {
  count: String,
  time: (ms: number) => new Date(ms).toISOString().slice(11, 16),
};
type Share = Parameters<typeof click>[2][number];
const words = (...shares: Share[]) => splitWords(click(0, 156, shares), format);

test('a click in two windows says how many records came before the end of the first', () => {
  const said = 'Your 156 records fall into two windows: 91 before 15:58 and 65 after.';
  expect(words([0, 91, true], [1, 65, true])).toBe(said);
  expect(words([1, 65, false], [0, 91, true])).toBe(said);
  expect(words([0, 90, true], [0, 1, false], [1, 65, false])).toBe(said);
});

test('any other click says nothing of it: whole, not all seen yet, counted twice, in three windows, not seen', () => {
  expect(words([0, 156, true])).toBeNull();
  expect(words([0, 91, true])).toBeNull();
  expect(words([0, 156, true], [1, 65, true])).toBeNull();
  expect(words([0, 50, true], [1, 60, true], [2, 46, true])).toBeNull();
  expect(words()).toBeNull();
});
