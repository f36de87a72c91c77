import { expect, test } from 'vitest';
import { paceOf } from '../../../components/chart/pace.tsx';

const open = { state: 'open', startMs: 0, endMs: 120_000, salesCents: 1_234_500 } as const;

test('an open window that goes on as it has comes to as much more as it has time left', () => {
  expect(paceOf(open, 60_000)).toBe(2_500_000);
  expect(paceOf(open, 30_000)).toBe(4_900_000);
  expect(paceOf(open, 119_999)).toBe(1_200_000);
});

test('nothing is foretold before 30 s, or a quarter of a shorter window, is over, nor after its end', () => {
  const short = { ...open, endMs: 10_000 };
  expect([29_999, 120_000].map((ms) => paceOf(open, ms))).toEqual([null, null]);
  expect([2499, 2500].map((ms) => paceOf(short, ms))).toEqual([null, 4_900_000]);
});

test('only what is open and sells has a pace', () => {
  expect(paceOf({ ...open, state: 'closing' }, 60_000)).toBeNull();
  expect(paceOf({ ...open, salesCents: null }, 60_000)).toBeNull();
  expect(paceOf({ ...open, salesCents: 0 }, 60_000)).toBeNull();
});
