import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyAggregate, fold } from '../../../lib/core/aggregate.ts';
import { rankCustomers } from '../../../lib/core/customer-ranking.ts';
import { resultKey } from '../../../lib/core/object-key.ts';
import { buildSlots } from '../../../lib/core/slots.ts';
import { parsePart, type WindowPart } from '../../../lib/core/window-part.ts';
import { resultOf, serializeResult } from '../../../lib/core/window-result.ts';

const T = 1_611_503_760_000;
const W = 120_000;
const WINDOWS = 6;

interface Sold {
  readonly window: number;
  readonly shard: string;
  readonly name: string;
  readonly cents: number;
}

/** As the consumer stores it; `isOld`: as one before it did, that told no customers. */
function partsOf(sales: readonly Sold[], isOld: (window: number) => boolean = () => false): WindowPart[] {
  const groups = new Map<string, Sold[]>();
  for (const sale of sales) {
    const place = `${sale.window} ${sale.shard}`;
    groups.set(place, [...(groups.get(place) ?? []), sale]);
  }
  return [...groups.values()].map((own) => {
    const aggregate = emptyAggregate();
    const { window, shard } = own[0] ?? { window: 0, shard: 'a' };
    for (const [index, { name, cents }] of own.entries()) {
      const sale = { custName: name, custId: 1, salesCents: cents, requestId: null, requestNumber: null };
      fold(aggregate, String(index + 1), { ok: true, sale });
    }
    const span = { startMs: T + window * W, endMs: T + (window + 1) * W };
    const result = resultOf(aggregate, span, shard, false);
    if (result === null) throw new Error('Expected a result, got none');
    const stored = isOld(window) ? { ...result, customers: null, amounts: null } : result;
    return parsePart(
      { key: resultKey(stored), size: 1, lastModifiedMs: span.endMs },
      serializeResult(stored),
      120,
    );
  });
}

function slotsOf(results: readonly WindowPart[], stepSeconds = 120) {
  return buildSlots(
    {
      nowMs: T + 100 * W,
      readMs: T + 100 * W,
      windowSeconds: 120,
      idleSeconds: 1,
      firstDataMs: T,
      results,
      snapshots: [],
      lacks: [],
    },
    { fromMs: T, toMs: T + WINDOWS * W, stepSeconds },
    ['customers', 'quantiles'],
  );
}

const someSales = fc.array(
  fc.record({
    window: fc.integer({ min: 0, max: WINDOWS - 1 }),
    shard: fc.constantFrom('a', 'b'),
    name: fc.constantFrom(...'ABCDEFGHIJKL', 'other', '', 'x'.repeat(90)),
    cents: fc.integer({ min: -5000, max: 50_000 }),
  }),
  { minLength: 1, maxLength: 120 },
);
const someOld = fc.func(fc.boolean());
const someStep = fc.constantFrom(120, 240, 360, 720);
const sum = (all: readonly (number | null | undefined)[]) =>
  all.reduce<number>((s, each) => s + (each ?? 0), 0);

test('in slots of any length, customers, others and the untold add up to the sales and the records', () => {
  fc.assert(
    fc.property(someSales, someOld, someStep, (sales, isOld, step) => {
      const isOldWindow = (window: number) => isOld(window);
      const slots = slotsOf(partsOf(sales, isOldWindow), step);
      for (const slot of slots) {
        const within = sales.filter(({ window }) => {
          const at = T + window * W;
          return at >= slot.startMs && at < slot.endMs && !isOldWindow(window);
        });
        expect(sum(slot.customers?.map((part) => part.salesCents) ?? [])).toBe(
          sum(within.map((s) => s.cents)),
        );
        expect(sum(slot.customers?.map((part) => part.recordCount) ?? [])).toBe(within.length);
        for (const { name, salesCents } of slot.customers ?? []) {
          if (name !== null) expect(salesCents).toBe(sum(within.map((s) => (s.name === name ? s.cents : 0))));
        }
      }
      // A slot by itself is read line by line: it names more.
      const most = slots.length === 1 ? 50 : 8;
      const names = new Set(slots.flatMap((slot) => slot.customers?.map(({ name }) => name) ?? []));
      expect([...names].filter((name) => name !== null).length).toBeLessThanOrEqual(most);
    }),
  );
});

test('the eight of the largest sales in the whole range have a name, whichever slot they are in', () => {
  const sales = Array.from('ABCDEFGHIJ', (name, index) => ({
    window: index % WINDOWS,
    shard: 'a',
    name,
    cents: 1000 - index,
  }));
  const slots = slotsOf(partsOf(sales));
  const names = slots.flatMap(({ customers = [] }) => customers.flatMap(({ name }) => name ?? []));
  expect(names.sort().join('')).toBe('ABCDEFGH');
  expect(slots[2]?.customers).toEqual([
    { name: 'C', salesCents: 998, recordCount: 1 },
    { name: null, salesCents: 992, recordCount: 1 },
  ]);
});

test('median and 95th percentile are within 1 % over windows, shards and parts together', () => {
  fc.assert(
    fc.property(someSales, someStep, (sales, step) => {
      for (const slot of slotsOf(partsOf(sales), step)) {
        const within = sales
          .filter(({ window }) => T + window * W >= slot.startMs && T + window * W < slot.endMs)
          .map(({ cents }) => cents)
          .sort((a, b) => a - b);
        const exact = (share: number) => within[Math.ceil(share * within.length) - 1] ?? null;
        for (const [found, share] of [
          [slot.quantiles?.medianCents, 0.5],
          [slot.quantiles?.p95Cents, 0.95],
        ] as const) {
          const wanted = exact(share);
          if (wanted === null) expect(found).toBeNull();
          else expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThanOrEqual(Math.abs(wanted) / 100);
        }
      }
    }),
  );
});

test('where one result does not say how its sales are spread, nobody knows of the slot', () => {
  const sales = [0, 1].map((window) => ({ window, shard: 'a', name: 'A', cents: 100 }));
  const parts = partsOf(sales, (window) => window === 1);
  expect(slotsOf(parts, 240)[0]?.quantiles).toEqual({ medianCents: null, p95Cents: null });
  expect(slotsOf(parts)[0]?.quantiles).toEqual({ medianCents: 100, p95Cents: 100 });
});

test('a ranking adds up to the range, the largest first, whatever is told', () => {
  fc.assert(
    fc.property(someSales, someOld, (sales, isOld) => {
      const parts = partsOf(sales, (window) => isOld(window));
      const { salesCents, customers, others, untold } = rankCustomers(parts, []);
      expect(salesCents).toBe(sum(sales.map((s) => s.cents)));
      expect(sum([...customers, others, untold].map((each) => each?.salesCents))).toBe(salesCents);
      expect(sum([...customers, others, untold].map((each) => each?.recordCount))).toBe(sales.length);
      const amounts = customers.map((each) => each.salesCents ?? 0);
      expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
    }),
  );
});

test('a ranking says what each had bought before, or nothing where that is not known of all', () => {
  const at = (name: string, cents: number) => ({ window: 0, shard: 'a', name, cents });
  const now = partsOf([at('A', 500), at('B', 700), at('other', 5)]);
  const before = partsOf([at('A', 400), at('C', 100)]);
  expect(rankCustomers(now, before)).toEqual({
    salesCents: 1205,
    customers: [
      { name: 'B', salesCents: 700, recordCount: 1, beforeCents: 0 },
      { name: 'A', salesCents: 500, recordCount: 1, beforeCents: 400 },
    ],
    others: { salesCents: 5, recordCount: 1, beforeCents: 100 },
    untold: null,
  });
  const unsaid = rankCustomers(
    now,
    partsOf([at('A', 400)], () => true),
  );
  expect(unsaid.customers.map(({ beforeCents }) => beforeCents)).toEqual([null, null]);
});

test('more than a hundred customers are ranked, and none is lost', () => {
  const sales = Array.from({ length: 150 }, (_, index) => ({
    window: 0,
    shard: 'a',
    name: `customer ${index}`,
    cents: 100 + index,
  }));
  const { customers, others } = rankCustomers(partsOf(sales), []);
  expect([customers.length, customers[0]?.name, others?.recordCount]).toEqual([100, 'customer 149', 50]);
});
