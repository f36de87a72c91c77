import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountOf, centsOf, MAX_CENTS, sumCents } from '../../../lib/core/cents.ts';
import { MAX_NUMBER } from '../../../lib/core/number-set.ts';
import {
  MAX_SALE_BYTES,
  MAX_SALE_CENTS,
  parseSale,
  type Sale,
  serializeSale,
} from '../../../lib/core/sale.ts';

const sale: fc.Arbitrary<Sale> = fc.record({
  custName: fc.string(),
  custId: fc.maxSafeInteger(),
  salesCents: fc.maxSafeInteger().map((cents) => cents % (MAX_SALE_CENTS + 1)),
  requestId: fc.option(fc.string({ minLength: 1, maxLength: 128 })),
  requestNumber: fc.option(fc.integer({ min: 1, max: MAX_NUMBER })),
});

describe('an amount', () => {
  const anyCents = fc.maxSafeInteger().filter((cents) => Math.abs(cents) <= MAX_CENTS);

  test('of any whole number of cents up to the bound survives the way through JSON', () => {
    fc.assert(
      fc.property(fc.oneof(anyCents, fc.integer({ min: -1_000_000, max: 1_000_000 })), (cents) => {
        expect(centsOf(JSON.parse(JSON.stringify(amountOf(cents))))).toBe(cents);
      }),
      { numRuns: 20_000 },
    );
  });

  test('of each cent beside a power of two, and beside the bound, survives it too', () => {
    for (const middle of [...Array.from({ length: 53 }, (_, power) => 2 ** power), MAX_CENTS - 1000]) {
      for (let cents = middle - 1000; cents <= middle + 1000; cents += 1) {
        if (cents > MAX_CENTS) break;
        expect(centsOf(JSON.parse(JSON.stringify(amountOf(cents))))).toBe(cents);
        expect(centsOf(JSON.parse(JSON.stringify(amountOf(-cents))))).toBe(cents === 0 ? 0 : -cents);
      }
    }
  });

  test('is added up exactly in any order, and a sum beyond the bound is none', () => {
    fc.assert(
      fc.property(fc.array(anyCents, { maxLength: 40 }), (all) => {
        const exact = all.reduce((sum, cents) => sum + BigInt(cents), 0n);
        const isAmount = exact <= BigInt(MAX_CENTS) && -exact <= BigInt(MAX_CENTS);
        expect(sumCents(all)).toBe(isAmount ? Number(exact) : null);
        expect(sumCents([...all].reverse())).toBe(sumCents(all));
      }),
    );
    expect(sumCents([MAX_CENTS, MAX_CENTS, MAX_CENTS, -MAX_CENTS, 7, -MAX_CENTS, -8])).toBe(MAX_CENTS - 1);
    expect(sumCents([MAX_CENTS, 1])).toBeNull();
    expect(sumCents([])).toBe(0);
  });

  test.each([
    [0, 0],
    [-0, 0],
    [246, 24_600],
    [12.34, 1234],
    [0.1, 10],
    [0.07, 7],
    [1.15, 115],
    [-4.5, -450],
    [1e3, 100_000],
    [4_503_599_627_370.49, 450_359_962_737_049],
    [43_904_898_160_297.38, 4_390_489_816_029_738],
    [-70_000_000_000_000, -MAX_CENTS],
  ])('%d is %d cents', (amount, cents) => {
    expect(centsOf(amount)).toBe(cents);
  });

  test.each([
    [1.234],
    [0.001],
    [1e-7],
    [Number.NaN],
    [Infinity],
    [1e300],
    [70_000_000_000_000.02],
    [90_071_992_547_409.91],
    ['12'],
    [null],
    [undefined],
    [[1]],
  ])('%j is no amount in cents', (amount) => {
    expect(centsOf(amount)).toBeNull();
  });
});

describe('a sale', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(sale, (each) => {
        expect(parseSale(serializeSale(each))).toEqual({ ok: true, sale: each });
      }),
    );
  });

  test('of the original demo is a sale, and fields that nobody knows do not matter', () => {
    expect(parseSale('{"cust_name":"Lizardfolk","cust_id":20087128,"sales":246,"store":{"id":1}}')).toEqual({
      ok: true,
      sale: {
        custName: 'Lizardfolk',
        custId: 20_087_128,
        salesCents: 24_600,
        requestId: null,
        requestNumber: null,
      },
    });
  });

  const valid = { cust_name: 'Kobold', cust_id: 1, sales: 12.34 };
  test.each([
    ['', 'expected a JSON object, got nothing'],
    ['this is not a sale', 'expected a JSON object, got this is not a sale'],
    ['{"cust_name":"Kobold",', 'expected a JSON object'],
    ['null', 'expected a JSON object'],
    ['[]', 'expected a JSON object'],
    ['12.34', 'expected a JSON object'],
    // The original repository's own sample record.
    ['{"cust_name":"Kobold","cust_id":1,"amt":12}', 'expected a field `sales`, got none'],
    [JSON.stringify({ ...valid, sales: '12' }), '`sales` to be a number with at most two decimals, got "12"'],
    [JSON.stringify({ ...valid, sales: 1.234 }), 'at most two decimals, got 1.234'],
    [JSON.stringify({ ...valid, sales: null }), 'at most two decimals, got null'],
    ['{"cust_name":"Kobold","cust_id":1,"sales":1e400}', 'at most two decimals'],
    [
      JSON.stringify({ ...valid, sales: 50_000_000_000_000.01 }),
      '`sales` to be at most 50000000000000 either',
    ],
    [JSON.stringify({ ...valid, sales: -60_000_000_000_000 }), 'either way, got -60000000000000'],
    [JSON.stringify({ ...valid, cust_name: undefined }), '`cust_name` to be a text, got none'],
    [JSON.stringify({ ...valid, cust_name: 5 }), '`cust_name` to be a text, got 5'],
    [JSON.stringify({ ...valid, cust_id: '1' }), '`cust_id` to be a whole number, got "1"'],
    [JSON.stringify({ ...valid, cust_id: 1.5 }), '`cust_id` to be a whole number, got 1.5'],
    [JSON.stringify({ ...valid, request_id: '' }), '`request_id` to be a text of 1 to 128 characters'],
    [JSON.stringify({ ...valid, request_id: 'x'.repeat(129) }), '`request_id` to be a text of 1 to 128'],
    [JSON.stringify({ ...valid, request_id: 7 }), '`request_id` to be a text'],
    [
      JSON.stringify({ ...valid, request_number: 0 }),
      '`request_number` to be a whole number from 1 to 60000',
    ],
    [JSON.stringify({ ...valid, request_number: 1.5 }), 'from 1 to 60000, got 1.5'],
    [JSON.stringify({ ...valid, request_number: '7' }), 'from 1 to 60000, got "7"'],
    [JSON.stringify({ ...valid, note: 'x'.repeat(MAX_SALE_BYTES) }), 'expected at most 65536 bytes'],
  ])('is not read from %.60s', (text, reason) => {
    const parsed = parseSale(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.reason).toContain(reason);
  });

  test('never throws, whatever the record holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseSale(text).ok).toBe('boolean');
      }),
    );
  });

  test.each(['cust_name', 'cust_id', 'sales', 'request_id'])(
    'whose `%s` is nested as deep as a record can be has a short reason like any other',
    (field) => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const depth = Math.floor((MAX_SALE_BYTES - 100) / (open.length + close.length));
        const value = `${open.repeat(depth)}{}${close.repeat(depth)}`;
        const rest = Object.entries({ ...valid, [field]: null }).filter(([name]) => name !== field);
        const text = JSON.stringify(Object.fromEntries(rest)).replace(/}$/, `,"${field}":${value}}`);
        const parsed = parseSale(text);
        const reason = parsed.ok ? '' : parsed.reason;
        expect(reason).toContain(`expected \`${field}\` to be a`);
        expect(reason.length).toBeLessThan(200);
      }
    },
  );
});
