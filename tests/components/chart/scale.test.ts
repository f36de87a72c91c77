import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptScale, niceScale } from '../../../components/chart/scale.ts';

test('the axis has four steps that people count in', () => {
  expect(niceScale([4_218_700]).ticks).toEqual([0, 2_000_000, 4_000_000, 6_000_000, 8_000_000]);
  expect(niceScale([9_900]).ticks).toEqual([0, 2_500, 5_000, 7_500, 10_000]);
});

test('an axis of nothing still has a height', () => {
  expect(niceScale([])).toEqual({ bottom: 0, top: 400, ticks: [0, 100, 200, 300, 400] });
});

test('an axis of counts has whole steps', () => {
  expect(niceScale([7], 1).ticks).toEqual([0, 2, 4, 6, 8]);
  expect(niceScale([9], 1).ticks).toEqual([0, 5, 10, 15, 20]);
});

test('refunds reach below zero, and zero stays a grid line', () => {
  const scale = niceScale([-30_000, 50_000]);
  expect(scale.bottom).toBeLessThanOrEqual(-30_000);
  expect(scale.ticks).toContain(0);
});

const amounts = fc.array(fc.integer({ min: -1e12, max: 1e12 }), { maxLength: 20 });

test('every amount is within the axis', () => {
  fc.assert(
    fc.property(amounts, (cents) => {
      const { bottom, top, ticks } = niceScale(cents);
      for (const each of [0, ...cents]) expect(each >= bottom && each <= top).toBe(true);
      expect(ticks.at(0)).toBe(bottom);
      expect(ticks.at(-1)).toBe(top);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }),
  );
});

test('it stands still while what is shown fits, and shrinks once less than half of it is needed', () => {
  const before = niceScale([900_000]);
  expect(before.top).toBe(1_000_000);
  expect(keptScale(before, niceScale([500_000]))).toBe(before);
  expect(keptScale(before, niceScale([390_000])).top).toBe(400_000);
});

test('whatever comes after whatever, all of it is within the axis, and more than half of that is needed', () => {
  fc.assert(
    fc.property(amounts, amounts, (first, second) => {
      const wanted = niceScale(second);
      const kept = keptScale(niceScale(first), wanted);
      for (const each of second) expect(each >= kept.bottom && each <= kept.top).toBe(true);
      expect(keptScale(kept, wanted)).toBe(kept);
    }),
  );
});
