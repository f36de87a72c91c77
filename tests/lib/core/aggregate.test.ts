import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Aggregate,
  emptyAggregate,
  ForeignStateError,
  fold,
  isFolded,
  parseState,
  serializeState,
} from '../../../lib/core/aggregate.ts';
import { MAX_CENTS } from '../../../lib/core/cents.ts';
import { MAX_CUSTOMER_NAME_LENGTH, MAX_CUSTOMERS, OTHER_CUSTOMERS } from '../../../lib/core/customers.ts';
import { MAX_NUMBER } from '../../../lib/core/number-set.ts';
import { MAX_REQUESTS, OTHER_REQUESTS } from '../../../lib/core/requests.ts';
import { MAX_SALE_CENTS, type ParsedSale, parseSale } from '../../../lib/core/sale.ts';
import { compareSequenceNumbers, isSequenceAfter } from '../../../lib/core/sequence-order.ts';
import { parseResult, resultOf, serializeResult } from '../../../lib/core/window-result.ts';

interface Arrival {
  readonly sequenceNumber: string;
  readonly parsed: ParsedSale;
}

const rejected: ParsedSale = { ok: false, reason: 'expected a JSON object, got poison' };

function sold(
  salesCents: number,
  requestId: string | null = null,
  requestNumber: number | null = null,
): ParsedSale {
  return { ok: true, sale: { custName: 'Kobold', custId: 1, salesCents, requestId, requestNumber } };
}

/** Records of one shard in order: some sales, some not, from a few producers. */
const arrivals: fc.Arbitrary<readonly Arrival[]> = fc
  .array(
    fc.oneof(
      {
        weight: 9,
        arbitrary: fc.tuple(fc.integer({ min: -50_000, max: 50_000 }), fc.constantFrom('a', 'b', null)),
      },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    { maxLength: 60 },
  )
  .map((drawn) =>
    drawn.map((each, index) => ({
      sequenceNumber: String(49_590n * 10n ** 51n + BigInt(index) * 7n),
      parsed: each === null ? rejected : sold(each[0], each[1]),
    })),
  );

/** As the consumer does: what is in already is skipped. */
function foldAll(aggregate: Aggregate, records: readonly Arrival[]): Aggregate {
  for (const { sequenceNumber, parsed } of records) {
    if (!isFolded(aggregate, sequenceNumber)) fold(aggregate, sequenceNumber, parsed);
  }
  return aggregate;
}

/** Through Lambda and back: the state is JSON text on the way. */
function handOn(aggregate: Aggregate): Aggregate {
  return parseState(JSON.parse(JSON.stringify(serializeState(aggregate))));
}

describe('an aggregate', () => {
  test('holds the exact sums of the sales, and counts the rest', () => {
    fc.assert(
      fc.property(arrivals, (records) => {
        const cents = records.flatMap(({ parsed }) => (parsed.ok ? [parsed.sale.salesCents] : []));
        expect(foldAll(emptyAggregate(), records)).toMatchObject({
          recordCount: cents.length,
          salesCents: cents.reduce((sum, each) => sum + each, 0),
          minCents: cents.length === 0 ? null : Math.min(...cents),
          maxCents: cents.length === 0 ? null : Math.max(...cents),
          rejected: records.length - cents.length,
          firstSequenceNumber: records[0]?.sequenceNumber ?? null,
          lastSequenceNumber: records.at(-1)?.sequenceNumber ?? null,
        });
      }),
    );
  });

  test('is the same however its records are cut into batches', () => {
    fc.assert(
      fc.property(arrivals, fc.array(fc.nat({ max: 60 })), (records, cuts) => {
        const edges = [
          0,
          ...cuts.filter((cut) => cut < records.length).sort((a, b) => a - b),
          records.length,
        ];
        let aggregate = emptyAggregate();
        for (const [index, edge] of edges.slice(1).entries()) {
          aggregate = handOn(foldAll(aggregate, records.slice(edges[index], edge)));
        }
        expect(aggregate).toEqual(foldAll(emptyAggregate(), records));
      }),
    );
  });

  test('counts a record once, however often and in whatever batches it is delivered again', () => {
    fc.assert(
      fc.property(
        arrivals,
        fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }))),
        (records, repeats) => {
          const once = foldAll(emptyAggregate(), records);
          let aggregate = handOn(foldAll(emptyAggregate(), records));
          for (const [from, length] of repeats) {
            aggregate = foldAll(aggregate, records.slice(from, from + length));
          }
          expect(aggregate).toEqual(once);
        },
      ),
    );
  });

  test('adds 0.1 + 0.2 to 0.3', () => {
    const aggregate = emptyAggregate();
    fold(aggregate, '1', parseSale('{"cust_name":"Kobold","cust_id":1,"sales":0.1}'));
    fold(aggregate, '2', parseSale('{"cust_name":"Kobold","cust_id":1,"sales":0.2}'));
    expect(aggregate.salesCents).toBe(30);
  });

  test('rejects a sale that would take a sum beyond what is exact', () => {
    const aggregate = emptyAggregate();
    expect(fold(aggregate, '1', sold(MAX_CENTS))).toBeNull();
    expect(fold(aggregate, '2', sold(1))).toContain(
      'expected the sales and refunds of a window to stay within',
    );
    expect(aggregate).toMatchObject({ recordCount: 1, rejected: 1, salesCents: MAX_CENTS });
  });

  test('of the largest sales and refunds there are is read back from its result, share by share', () => {
    const large = fc.maxSafeInteger().map((cents) => cents % (MAX_SALE_CENTS + 1));
    const request = fc.nat({ max: MAX_REQUESTS + 50 }).map((id) => `r-${id}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(large, fc.integer()), request), { minLength: 1, maxLength: 700 }),
        (sales) => {
          const aggregate = emptyAggregate();
          for (const [index, [cents, id]] of sales.entries()) {
            fold(aggregate, String(index + 1), sold(cents, id));
          }
          expect(aggregate.recordCount + aggregate.rejected).toBe(sales.length);
          const result = resultOf(aggregate, { startMs: 0, endMs: 120_000 }, 'shardId-000000000000', false);
          expect(result && parseResult(serializeResult(result))).toEqual(result);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('says why a record was rejected', () => {
    expect(fold(emptyAggregate(), '1', rejected)).toBe('expected a JSON object, got poison');
    expect(fold(emptyAggregate(), '1', sold(1))).toBeNull();
  });
});

describe('the shares of the producers', () => {
  test(`of the newest ${MAX_REQUESTS} are kept apart, the rest is one, and nothing is lost`, () => {
    const aggregate = emptyAggregate();
    for (let id = 0; id < 2000; id += 1) fold(aggregate, String(id + 1), sold(id, `request-${id}`));
    expect(aggregate.requests.size).toBe(MAX_REQUESTS + 1);
    expect(aggregate.requests.has('request-1999')).toBe(true);
    expect(aggregate.requests.has('request-1499')).toBe(false);
    expect(aggregate.requests.get(OTHER_REQUESTS)).toEqual({
      recordCount: 1500,
      salesCents: (1499 * 1500) / 2,
      seen: null,
    });
    const shares = [...aggregate.requests.values()];
    expect(shares.reduce((sum, share) => sum + share.salesCents, 0)).toBe(aggregate.salesCents);
    expect(shares.reduce((sum, share) => sum + share.recordCount, 0)).toBe(aggregate.recordCount);
  });

  test('survive a producer that calls itself "other"', () => {
    const aggregate = emptyAggregate();
    fold(aggregate, '1', sold(5, OTHER_REQUESTS));
    for (let id = 0; id < 600; id += 1) fold(aggregate, String(id + 2), sold(1, `request-${id}`));
    expect(aggregate.requests.get(OTHER_REQUESTS)).toEqual({ recordCount: 101, salesCents: 105, seen: null });
  });

  test('stay far below the 1 MB that AWS allows a state, with the longest ids there are', () => {
    const aggregate = emptyAggregate();
    for (let id = 0; id < 1000; id += 1) {
      fold(
        aggregate,
        String(10n ** 55n + BigInt(id)),
        sold(-(10 ** 12), `\u{1F409}${id}`.padEnd(128, '\u20AC')),
      );
    }
    expect(Buffer.byteLength(JSON.stringify(serializeState(aggregate)))).toBeLessThan(1_048_576 / 4);
  });
});

describe('a sale that its producer sends again', () => {
  const numbered = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    number: fc.integer({ min: 1, max: 40 }),
  });
  const centsOf = ({ id, number }: { id: string; number: number }) => number * 100 + id.charCodeAt(0);

  test('is dropped and counted as such, however the records are cut: the sums are those of each sale once', () => {
    fc.assert(
      fc.property(fc.array(numbered, { maxLength: 120 }), fc.nat({ max: 120 }), (sent, cut) => {
        const records = sent.map((each, index) => ({
          sequenceNumber: String(index + 1),
          parsed: sold(centsOf(each), each.id, each.number),
        }));
        const aggregate = foldAll(
          handOn(foldAll(emptyAggregate(), records.slice(0, cut))),
          records.slice(cut),
        );
        const once = [...new Map(sent.map((each) => [`${each.id} ${each.number}`, each])).values()];
        expect(aggregate).toMatchObject({
          recordCount: once.length,
          repeated: sent.length - once.length,
          rejected: 0,
          salesCents: once.reduce((sum, each) => sum + centsOf(each), 0),
          lastSequenceNumber: records.at(-1)?.sequenceNumber ?? null,
        });
        for (const id of ['a', 'b', 'c']) {
          const own = once.filter((each) => each.id === id);
          expect(aggregate.requests.get(id)?.recordCount ?? 0).toBe(own.length);
        }
        expect(handOn(aggregate)).toEqual(foldAll(emptyAggregate(), records));
      }),
    );
  });

  test('counts again where it has no number, or its request is none of those that are remembered', () => {
    const aggregate = emptyAggregate();
    fold(aggregate, '1', sold(1, 'plain'));
    fold(aggregate, '2', sold(1, 'plain'));
    fold(aggregate, '3', sold(1, 'old', 1));
    for (let id = 0; id < MAX_REQUESTS; id += 1) fold(aggregate, String(id + 4), sold(1, `r-${id}`, 1));
    fold(aggregate, '900', sold(1, 'old', 1));
    fold(aggregate, '901', sold(1, `r-${MAX_REQUESTS - 1}`, 1));
    expect(aggregate).toMatchObject({ recordCount: MAX_REQUESTS + 4, repeated: 1 });
  });

  test('is told among 60 requests of 10,000 sales each, all of which a window remembers', () => {
    const aggregate = emptyAggregate();
    let sequence = 0;
    const send = (id: number) => {
      for (let number = 1; number <= 10_000; number += 1) {
        sequence += 1;
        fold(aggregate, String(sequence), sold(1, `r-${id}`, number));
      }
    };
    for (let id = 0; id < 59; id += 1) send(id);
    send(0);
    send(58);
    expect(aggregate).toMatchObject({ recordCount: 590_000, repeated: 20_000 });
  });
});

test('the state with the largest shares, customers and amounts there are stays far below the 1 MB that AWS allows', () => {
  const aggregate = emptyAggregate();
  for (let id = 0; id < 20_000; id += 1) {
    const sale = {
      custName: `\u0001${id}`.padEnd(MAX_CUSTOMER_NAME_LENGTH, '\u0001'),
      custId: 1,
      salesCents: Math.round(1.0018 ** id) * (id % 2 === 0 ? 1 : -1),
      requestId: `${id}`.padEnd(128, '\u20AC'),
      // Far apart, so that each takes all the room that a request's numbers can take.
      requestNumber: MAX_NUMBER - (id % 5000),
    };
    fold(aggregate, String(10n ** 55n + BigInt(id)), { ok: true, sale });
  }
  expect(Buffer.byteLength(JSON.stringify(serializeState(aggregate)))).toBeLessThan(1_048_576 / 2);
});

describe('the shares of the customers', () => {
  const sale = (custName: string, salesCents: number): ParsedSale => ({
    ok: true,
    sale: { custName, custId: 1, salesCents, requestId: null, requestNumber: null },
  });

  test(`of the first ${MAX_CUSTOMERS} names are exact, the rest is one, and nothing is lost`, () => {
    const aggregate = emptyAggregate();
    for (let id = 0; id < 2000; id += 1) {
      fold(aggregate, String(id + 1), sale(`customer ${id % 1000}`, id));
    }
    const customers = aggregate.customers ?? new Map();
    expect(customers.size).toBe(MAX_CUSTOMERS + 1);
    expect(customers.get('customer 199')).toEqual({ recordCount: 2, salesCents: 199 + 1199 });
    expect(customers.has('customer 200')).toBe(false);
    const shares = [...customers.values()];
    expect(shares.reduce((sum, share) => sum + share.salesCents, 0)).toBe(aggregate.salesCents);
    expect(shares.reduce((sum, share) => sum + share.recordCount, 0)).toBe(aggregate.recordCount);
  });

  test('of a name longer than names are is among the others', () => {
    const aggregate = emptyAggregate();
    fold(aggregate, '1', sale('x'.repeat(MAX_CUSTOMER_NAME_LENGTH), 1));
    fold(aggregate, '2', sale('x'.repeat(MAX_CUSTOMER_NAME_LENGTH + 1), 2));
    fold(aggregate, '3', sale(OTHER_CUSTOMERS, 4));
    expect([...(aggregate.customers ?? [])]).toEqual([
      ['x'.repeat(MAX_CUSTOMER_NAME_LENGTH), { recordCount: 1, salesCents: 1 }],
      [OTHER_CUSTOMERS, { recordCount: 2, salesCents: 6 }],
    ]);
  });
});

describe('the state', () => {
  test('that a version before this one left in an open window is gone on from', () => {
    const {
      turnover_cents: _turnover,
      repeated: _repeated,
      customers: _customers,
      amounts: _amounts,
      ...before
    } = serializeState(foldAll(emptyAggregate(), [{ sequenceNumber: '5', parsed: sold(-100, 'a') }]));
    const aggregate = parseState(before);
    expect(aggregate).toMatchObject({ salesCents: -100, turnoverCents: 100, repeated: 0 });
    // Of the sales before nobody knows whose they were.
    expect(foldAll(aggregate, [{ sequenceNumber: '6', parsed: sold(5) }])).toMatchObject({
      salesCents: -95,
      customers: null,
      amounts: null,
    });
  });

  test('of a window that begins is {}', () => {
    expect(parseState({})).toEqual(emptyAggregate());
  });

  const state = serializeState(foldAll(emptyAggregate(), [{ sequenceNumber: '5', parsed: sold(100, 'a') }]));
  test.each([
    [null],
    ['state'],
    [{ count: 1 }],
    [{ ...state, tot_record_count: -1 }],
    [{ ...state, tot_record_count: '1' }],
    [{ ...state, sales_cents: 0.5 }],
    [{ ...state, turnover_cents: -1 }],
    [{ ...state, min_cents: undefined }],
    [{ ...state, rejected: null }],
    [{ ...state, last_sequence_number: '05' }],
    [{ ...state, requests: {} }],
    [{ ...state, requests: [['a', 1]] }],
    [{ ...state, customers: {} }],
    [{ ...state, amounts: 'A' }],
    [{ ...state, repeated: -1 }],
  ])('of another consumer is refused, never counted on from: %j', (foreign) => {
    expect(() => parseState(foreign)).toThrow(ForeignStateError);
  });
});

test('sequence numbers compare as the integers they are', () => {
  const sequenceNumber = fc.bigInt({ min: 0n, max: 10n ** 128n });
  fc.assert(
    fc.property(sequenceNumber, sequenceNumber, (a, b) => {
      expect(Math.sign(compareSequenceNumbers(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      expect(isSequenceAfter(String(a), String(b))).toBe(a > b);
    }),
  );
  expect(compareSequenceNumbers('9', '10')).toBeLessThan(0);
});
