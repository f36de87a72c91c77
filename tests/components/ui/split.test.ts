import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chartBars } from '../../../components/chart/bars.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { MEASURES, measureWords } from '../../../components/ui/measures.ts';
import { splitOf } from '../../../components/ui/split.ts';
import { slot } from '../slots.ts';

const share = (name: string | null, salesCents: number, recordCount = 1) => ({
  name,
  salesCents,
  recordCount,
});

test('bars split by customer are as high as whole ones, in sales and in records, whatever is told', () => {
  const someShares = fc.uniqueArray(
    fc.tuple(fc.option(fc.constantFrom('A', 'B', 'C', 'D')), fc.integer({ min: -500, max: 5000 }), fc.nat(9)),
    { selector: ([name]) => name },
  );
  const someSlots = fc.array(fc.tuple(someShares, fc.nat(100), fc.nat(3)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(someSlots, (all) => {
      const slots = all.map(([shares, untoldCents, untold], index) => {
        const customers = shares.map((each) => share(...each));
        const salesCents = customers.reduce((sum, each) => sum + each.salesCents, untoldCents);
        const recordCount = customers.reduce((sum, each) => sum + each.recordCount, untold);
        return slot(index, 'closed', { salesCents, recordCount, customers });
      });
      for (const measure of [MEASURES.sales, MEASURES.records]) {
        const bars = chartBars(slots, { measure, mode: 'window', split: splitOf(slots, 'customer') });
        for (const bar of bars) {
          if (bar.parts.length === 0) expect(bar.value).toBe(0);
          else expect(bar.parts.reduce((sum, each) => sum + each, 0)).toBe(bar.value);
        }
      }
    }),
  );
});

test('what no result tells has a part of its own, and so have all other customers, with looks of no customer', () => {
  const slots = [
    slot(0, 'closed', { salesCents: 100, recordCount: 2, customers: [share('B', 60), share(null, 40)] }),
    // Of the original demo.
    slot(1, 'closed', { salesCents: 5, customers: [] }),
    slot(2, 'closed', { salesCents: 7, recordCount: 1, customers: [share('A', 7)] }),
  ];
  const parts = splitOf(slots, 'customer');
  expect(parts.map(({ name }) => name)).toEqual(['A', 'B', 'Other customers', 'Customer not told']);
  expect(parts.slice(2).map(({ look }) => look < 0)).toEqual([true, true]);
  expect(parts.map(({ of }) => slots.map((each) => of(each)?.salesCents))).toEqual([
    [undefined, undefined, 7],
    [60, undefined, undefined],
    [40, undefined, undefined],
    [0, 5, 0],
  ]);
});

test('a customer keeps its look, whoever comes beside it', () => {
  const lookOf = (names: readonly string[], name: string) =>
    splitOf(
      names.map((each, index) => slot(index, 'closed', { salesCents: 1, customers: [share(each, 1)] })),
      'customer',
    ).find((part) => part.name === name)?.look;
  expect(lookOf(['Kobold', 'Lizardfolk', 'Troll'], 'Kobold')).toBe(lookOf(['Kobold'], 'Kobold'));
});

test('where nobody was asked, bars stay whole', () => {
  expect(splitOf([slot(0, 'closed', { salesCents: 1 })], 'customer')).toEqual([]);
});

test('what is within 1 % says so, and what is unknown says nothing more', () => {
  const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });
  expect(measureWords(MEASURES.median, 25_000, format)).toBe('≈ $250');
  expect(measureWords(MEASURES.median, null, format)).toBe('–');
  expect(measureWords(MEASURES.average, 25_000, format)).toBe('$250');
});
