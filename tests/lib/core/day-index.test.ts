import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmountSketch } from '../../../lib/core/amount-sketch.ts';
import {
  addToDayIndex,
  type DayIndex,
  type IndexedResult,
  MAX_DAY_INDEX_BYTES,
  parseDayIndex,
  serializeDayIndex,
} from '../../../lib/core/day-index.ts';
import { dayIndexKey, resultKey } from '../../../lib/core/object-key.ts';

const DAY = '2021_01_24';
const DAY_MS = Date.UTC(2021, 0, 24);
const SHARD = 'shardId-000000000000';
const EMPTY: DayIndex = { day: DAY, shardId: SHARD, rows: [] };

const cents = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const sequenceNumber = fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String);
const row: fc.Arbitrary<IndexedResult> = fc
  .record({
    index: fc.nat(719),
    firstSequenceNumber: sequenceNumber,
    lastSequenceNumber: sequenceNumber,
    recordCount: fc.nat(),
    salesCents: cents,
    minCents: fc.option(cents),
    maxCents: fc.option(cents),
    rejected: fc.nat(),
    repeated: fc.nat(),
    customers: fc.option(
      fc.array(
        fc.record({
          name: fc.constantFrom('', 'a', '__proto__', '5', '\uD83D'),
          recordCount: fc.nat(),
          salesCents: cents,
        }),
        { maxLength: 5 },
      ),
    ),
    amounts: fc.option(
      fc.array(cents, { maxLength: 20 }).map((all) => {
        const sketch = new AmountSketch();
        for (const each of all) sketch.add(each);
        return sketch.serialize();
      }),
    ),
    terminatedEarly: fc.boolean(),
    etag: fc.string(),
  })
  .map(({ index, etag, ...rest }) => {
    const startMs = DAY_MS + index * 120_000;
    const result = { ...rest, shardId: SHARD, window: { startMs, endMs: startMs + 120_000 } };
    return { key: resultKey(result), etag, result };
  });
const rows = fc.uniqueArray(row, { maxLength: 20, selector: ({ key }) => key });

describe('a day index', () => {
  test('is read back as it was written, and written twice it is the same bytes', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const text = serializeDayIndex({ ...EMPTY, rows: all });
        expect(parseDayIndex(text, DAY, SHARD)).toEqual({ ...EMPTY, rows: all });
        expect(serializeDayIndex({ ...EMPTY, rows: all })).toBe(text);
      }),
    );
  });

  test('has one row of a key: the newest', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (all) => {
        let text: string | null = null;
        for (const each of [...all, ...all]) text = addToDayIndex(text, each);
        const index = parseDayIndex(text ?? serializeDayIndex(EMPTY), DAY, SHARD) ?? EMPTY;
        expect(new Set(index.rows.map(({ key }) => key)).size).toBe(index.rows.length);
        for (const { key } of all) {
          expect(index.rows.find((each) => each.key === key)).toEqual(
            all.findLast((each) => each.key === key),
          );
        }
      }),
    );
  });

  test('takes no result of another day or shard', () => {
    fc.assert(
      fc.property(row, (each) => {
        const text = serializeDayIndex({ ...EMPTY, rows: [each] });
        for (const other of [
          { ...EMPTY, day: '2021_01_25' },
          { ...EMPTY, shardId: 'shardId-000000000001' },
        ]) {
          expect(addToDayIndex(serializeDayIndex(other), each)).toBe(text);
        }
        expect(parseDayIndex(text, '2021_01_25', SHARD)).toBeNull();
        expect(parseDayIndex(text, DAY, 'shardId-000000000001')).toBeNull();
        // A row that was put into the index of another day is none of that day's.
        const moved = text.replace(DAY, '2021_01_25');
        expect(parseDayIndex(moved, '2021_01_25', SHARD)).toEqual({ ...EMPTY, day: '2021_01_25' });
      }),
    );
  });

  test('of anything else is null, or without the rows that cannot be read; it never throws', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{}',
      '{"version":2}',
      '['.repeat(100_000),
      'x'.repeat(MAX_DAY_INDEX_BYTES + 1),
    ]) {
      expect(parseDayIndex(text, DAY, SHARD)).toBeNull();
    }
    fc.assert(
      fc.property(rows, fc.nat(19), fc.nat(13), fc.jsonValue(), (all, at, field, value) => {
        const document = JSON.parse(serializeDayIndex({ ...EMPTY, rows: all }));
        if (document.rows[at] === undefined) return;
        document.rows[at][field] = value;
        const read = parseDayIndex(JSON.stringify(document), DAY, SHARD)?.rows ?? [];
        const others = all.filter((_, index) => index !== at);
        for (const other of others) {
          // Another start or first sequence number may have given the changed row another one's key.
          if (field !== 0 && field !== 2) expect(read).toContainEqual(other);
        }
        expect(read.length).toBeLessThanOrEqual(all.length);
      }),
    );
    expect(
      parseDayIndex(serializeDayIndex(EMPTY).replace('"rows":[]', '"rows":[null,5,[],{}]'), DAY, SHARD),
    ).toEqual(EMPTY);
  });

  test('of a day of 720 windows with 16 customers and 156 sales each takes some 0.5 MB', () => {
    const sketch = new AmountSketch();
    for (let index = 0; index < 156; index += 1) sketch.add((1 + ((index * 7) % 500)) * 100);
    const all = Array.from({ length: 720 }, (_, index): IndexedResult => {
      const startMs = DAY_MS + index * 120_000;
      const result: IndexedResult['result'] = {
        window: { startMs, endMs: startMs + 120_000 },
        shardId: SHARD,
        firstSequenceNumber: String(10n ** 55n + BigInt(index)),
        lastSequenceNumber: String(10n ** 55n + BigInt(index)),
        recordCount: 156,
        salesCents: 3_912_300,
        minCents: 100,
        maxCents: 50_000,
        rejected: 0,
        repeated: 0,
        customers: Array.from({ length: 16 }, (_, customer) => ({
          name: `Customer ${customer}`,
          recordCount: 10,
          salesCents: 244_500,
        })),
        amounts: sketch.serialize(),
        terminatedEarly: false,
      };
      return { key: resultKey(result), etag: '"0123456789abcdef0123456789abcdef"', result };
    });
    expect(serializeDayIndex({ ...EMPTY, rows: all }).length).toBeLessThan(600_000);
  });

  test('has a key of its day and shard', () => {
    expect(dayIndexKey(DAY, SHARD)).toBe('revenue_day/dt=2021_01_24/shardId-000000000000.json');
  });
});
