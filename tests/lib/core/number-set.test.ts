import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_NUMBER, NumberSet } from '../../../lib/core/number-set.ts';

function setOf(numbers: Iterable<number>): NumberSet {
  const set = new NumberSet();
  for (const number of numbers) set.add(number);
  return set;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a set of numbers', () => {
  const number = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: MAX_NUMBER }));

  test('has what was added and nothing else, also after its way through text', () => {
    fc.assert(
      fc.property(fc.array(number), fc.array(number), (added, asked) => {
        const set = setOf(added);
        const read = NumberSet.parse(set.serialize());
        for (const each of [...added, ...asked]) {
          expect(set.has(each)).toBe(added.includes(each));
          expect(read?.has(each)).toBe(added.includes(each));
        }
        expect(read?.serialize()).toBe(set.serialize());
        expect(read?.size).toBe(set.size);
      }),
    );
  });

  test('goes on from its text as if it had never been one', () => {
    fc.assert(
      fc.property(fc.array(number), fc.array(number), (before, after) => {
        const read = NumberSet.parse(setOf(before).serialize()) ?? new NumberSet();
        for (const each of after) read.add(each);
        expect(read.serialize()).toBe(setOf([...before, ...after]).serialize());
      }),
    );
  });

  test.each([
    ['of nothing is the empty text', [], ''],
    ['of 10,000 in a row takes 9 characters', range(1, 10_000), '_(1666)P'],
    ['of the largest alone takes 8', [MAX_NUMBER], 'A(9999)g'],
    ['of every third of ten thousand takes its bits', range(1, 3333).map((each) => each * 3), 'k(1666)E'],
  ])('%s', (_, numbers, text) => {
    expect(setOf(numbers).serialize()).toBe(text);
  });

  test('is never longer than a character for six numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 1000 }), (numbers) => {
        expect(setOf(numbers).serialize().length).toBeLessThanOrEqual(setOf(numbers).size);
      }),
    );
  });

  test.each([[null], [5], ['!'], ['A('], ['A(1'], ['(5)'], ['A(99999)'], ['A'.repeat(10_001)]])(
    'is not read from %.20j',
    (text) => {
      expect(NumberSet.parse(text)).toBeNull();
    },
  );
});
