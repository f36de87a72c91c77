import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmountSketch, isAmountSketch } from '../../../lib/core/amount-sketch.ts';
import { MAX_CENTS } from '../../../lib/core/cents.ts';

const cents = fc.oneof(
  fc.integer({ min: 1, max: 50_000 }),
  fc.integer({ min: -200, max: 200 }),
  fc.maxSafeInteger().map((each) => each % (MAX_CENTS + 1)),
);
const sales = fc.array(cents, { maxLength: 300 });

function sketchOf(amounts: readonly number[]): AmountSketch {
  const sketch = new AmountSketch();
  for (const amount of amounts) sketch.add(amount);
  return sketch;
}

/** By sorting all of them: the amount at which `share` of them are reached. */
function exactQuantile(amounts: readonly number[], share: number): number {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

describe('a sketch of amounts', () => {
  test('has every quantile within 1 % of the true one', () => {
    fc.assert(
      fc.property(
        fc.array(cents, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, share) => {
          for (const each of [share, 0, 0.5, 0.95, 1]) {
            const exact = exactQuantile(all, each);
            const found = sketchOf(all).quantile(each) ?? Number.NaN;
            expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.01);
          }
        },
      ),
    );
  });

  test('knows each amount up to 1.27 exactly, and each of a whole octave of bins within 1 %', () => {
    for (let amount = -127; amount <= 127; amount += 1) expect(sketchOf([amount]).quantile(0.5)).toBe(amount);
    for (let power = 7; power < 52; power += 1) {
      for (let step = 0; step <= 640; step += 1) {
        const amount = 2 ** power + Math.floor((2 ** power * step) / 640);
        const found = sketchOf([amount]).quantile(0.5) ?? Number.NaN;
        expect(Math.abs(found - amount) / amount).toBeLessThanOrEqual(0.01);
      }
    }
  });

  test('of nothing has no quantile', () => {
    expect(new AmountSketch().quantile(0.5)).toBeNull();
    expect(new AmountSketch().serialize()).toBe('');
  });

  test('merges into the sketch of all sales, to the byte, however they are cut and in whatever order', () => {
    fc.assert(
      fc.property(fc.array(sales, { maxLength: 5 }), (parts) => {
        const whole = sketchOf(parts.flat());
        const merged = new AmountSketch();
        for (const part of [...parts].reverse()) merged.merge(sketchOf([...part].reverse()).serialize());
        expect(merged.serialize()).toBe(whole.serialize());
        expect(merged.count).toBe(parts.flat().length);
      }),
    );
  });

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(sales, (all) => {
        const text = sketchOf(all).serialize();
        expect(isAmountSketch(text)).toBe(true);
        const read = new AmountSketch();
        read.merge(text);
        expect(read.serialize()).toBe(text);
      }),
    );
  });

  test.each([
    [null],
    [5],
    [[]],
    [' '],
    ['1 '],
    ['1 0'],
    ['1 -1'],
    ['zzzz'],
    ['1*0'],
    ['1*'],
    ['*1'],
    ['A'],
    ['1  1'],
    ['x'.repeat(300_000)],
  ])('is not read from %.20j', (text) => {
    expect(isAmountSketch(text)).toBe(false);
  });

  test('is small: 156 sales of the demo take some 300 characters, and no sales take more than 50 kB', () => {
    const demo = Array.from({ length: 156 }, (_, index) => (1 + ((index * 7) % 500)) * 100);
    expect(sketchOf(demo).serialize().length).toBeLessThan(350);
    const every = new AmountSketch();
    for (let power = 0; power < 53; power += 1) {
      for (let step = 0; step < 64; step += 1) {
        const amount = Math.min(MAX_CENTS, Math.floor(2 ** power * (1 + step / 64)));
        for (let times = 0; times < 3; times += 1) every.add(times === 1 ? -amount : amount);
      }
    }
    expect(every.serialize().length).toBeLessThan(50_000);
  });
});
