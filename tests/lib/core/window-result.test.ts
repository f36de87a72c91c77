import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyAggregate, fold } from '../../../lib/core/aggregate.ts';
import { AmountSketch } from '../../../lib/core/amount-sketch.ts';
import {
  liveKey,
  parsePartitionPrefix,
  parseResultKey,
  partitionPrefix,
  rejectedKey,
  resultKey,
} from '../../../lib/core/object-key.ts';
import { parsePart } from '../../../lib/core/window-part.ts';
import {
  MalformedResultError,
  parseOriginalResult,
  parseResult,
  resultOf,
  serializeResult,
  type WindowResult,
} from '../../../lib/core/window-result.ts';

const cents = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const sequenceNumber = fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String);

const windowResult: fc.Arbitrary<WindowResult> = fc
  .record({
    start: fc.integer({ min: 0, max: 34_000_000 }),
    shardId: fc.nat({ max: 999 }).map((shard) => `shardId-${String(shard).padStart(12, '0')}`),
    firstSequenceNumber: sequenceNumber,
    lastSequenceNumber: sequenceNumber,
    recordCount: fc.nat(),
    salesCents: cents,
    minCents: fc.option(cents),
    maxCents: fc.option(cents),
    rejected: fc.nat(),
    repeated: fc.nat(),
    requests: fc.uniqueArray(fc.record({ requestId: fc.uuid(), recordCount: fc.nat(), salesCents: cents }), {
      selector: (share) => share.requestId,
    }),
    customers: fc.option(
      fc.uniqueArray(
        fc.record({ name: fc.string().map((name) => `n ${name}`), recordCount: fc.nat(), salesCents: cents }),
        {
          selector: (share) => share.name,
        },
      ),
    ),
    amounts: fc.option(
      fc.array(cents).map((all) => {
        const sketch = new AmountSketch();
        for (const each of all) sketch.add(each);
        return sketch.serialize();
      }),
    ),
    terminatedEarly: fc.boolean(),
  })
  .map(({ start, ...rest }) => ({
    ...rest,
    window: { startMs: start * 120_000, endMs: (start + 1) * 120_000 },
  }));

describe('a window result', () => {
  test('is read back as it was written, and written twice it is the same bytes', () => {
    fc.assert(
      fc.property(windowResult, (result) => {
        const text = serializeResult(result);
        expect(parseResult(text)).toEqual(result);
        expect(serializeResult(parseResult(text))).toBe(text);
      }),
    );
  });

  test('is what the contract says, name by name', () => {
    const aggregate = emptyAggregate();
    const sale = { custName: 'Kobold', custId: 1, salesCents: 1234, requestId: 'r-1', requestNumber: null };
    fold(aggregate, '100', { ok: true, sale });
    fold(aggregate, '101', { ok: false, reason: 'poison' });
    const startMs = Date.UTC(2021, 0, 24, 15, 56);
    const result = resultOf(aggregate, { startMs, endMs: startMs + 120_000 }, 'shardId-000000000000', false);
    expect(JSON.parse(result === null ? 'null' : serializeResult(result))).toEqual({
      sales: 12.34,
      tot_record_count: 1,
      window: { start: '2021-01-24T15:56:00Z', end: '2021-01-24T15:58:00Z' },
      shard_id: 'shardId-000000000000',
      first_sequence_number: '100',
      last_sequence_number: '101',
      min: 12.34,
      max: 12.34,
      rejected: 1,
      repeated: 0,
      requests: { 'r-1': { record_count: 1, sales: 12.34 } },
      customers: { Kobold: { record_count: 1, sales: 12.34 } },
      amounts: '99',
      terminated_early: false,
    });
  });

  test('of rejected records only exists, with sales 0 and no smallest sale', () => {
    const aggregate = emptyAggregate();
    fold(aggregate, '100', { ok: false, reason: 'poison' });
    expect(resultOf(aggregate, { startMs: 0, endMs: 120_000 }, 's', false)).toMatchObject({
      salesCents: 0,
      recordCount: 0,
      rejected: 1,
      minCents: null,
      maxCents: null,
    });
  });

  test('of nothing at all does not exist', () => {
    expect(resultOf(emptyAggregate(), { startMs: 0, endMs: 120_000 }, 's', false)).toBeNull();
  });

  const body = JSON.parse(
    serializeResult({
      window: { startMs: 0, endMs: 120_000 },
      shardId: 'shardId-000000000000',
      firstSequenceNumber: '1',
      lastSequenceNumber: '2',
      recordCount: 2,
      salesCents: 300,
      minCents: 100,
      maxCents: 200,
      rejected: 0,
      repeated: 0,
      requests: [],
      customers: [],
      amounts: '',
      terminatedEarly: false,
    }),
  );
  test.each([
    ['', ''],
    ['[]', ''],
    ['{"sales": 42187', ''],
    [JSON.stringify({ ...body, sales: '3' }), 'sales'],
    [JSON.stringify({ ...body, sales: 3.001 }), 'sales'],
    [JSON.stringify({ ...body, tot_record_count: -1 }), 'tot_record_count'],
    [JSON.stringify({ ...body, window: null }), 'window'],
    [JSON.stringify({ ...body, window: { start: 'now', end: 'later' } }), 'start'],
    [JSON.stringify({ ...body, shard_id: '' }), 'shard_id'],
    [JSON.stringify({ ...body, first_sequence_number: 1 }), 'first_sequence_number'],
    [JSON.stringify({ ...body, requests: [] }), 'requests'],
    [JSON.stringify({ ...body, requests: { a: 1 } }), 'requests.a'],
    [JSON.stringify({ ...body, repeated: -1 }), 'repeated'],
    [JSON.stringify({ ...body, customers: [] }), 'customers'],
    [JSON.stringify({ ...body, customers: { a: { record_count: 1 } } }), 'sales'],
    [JSON.stringify({ ...body, amounts: 'A' }), 'amounts'],
  ])('is not read from %.50s', (text, field) => {
    expect(() => parseResult(text)).toThrow(MalformedResultError);
    expect(() => parseResult(text)).toThrow(field === '' ? 'a body' : `\`${field}\``);
  });
});

test.each(['', '5', '__proto__', 'constructor', 'other', '\uD83D', 'a"b'])(
  'a customer called %j has a share like any other',
  (custName) => {
    const aggregate = emptyAggregate();
    for (const [index, name] of [custName, 'Kobold', custName].entries()) {
      const sale = { custName: name, custId: 1, salesCents: 100, requestId: name, requestNumber: null };
      fold(aggregate, String(index + 1), { ok: true, sale });
    }
    const result = resultOf(aggregate, { startMs: 0, endMs: 120_000 }, 's', false);
    const read = parseResult(result === null ? '' : serializeResult(result));
    expect(read.customers).toContainEqual({ name: custName, recordCount: 2, salesCents: 200 });
    expect(read.requests).toContainEqual({ requestId: custName, recordCount: 2, salesCents: 200 });
    expect(read.customers).toHaveLength(2);
  },
);

test('a result that a version before this one wrote tells neither customers nor amounts, and is read', () => {
  const before =
    '{"sales":5,"tot_record_count":1,"window":{"start":"2021-01-24T15:56:00Z","end":"2021-01-24T15:58:00Z"},"shard_id":"s","first_sequence_number":"1","last_sequence_number":"1","min":5,"max":5,"rejected":0,"requests":{},"terminated_early":false}';
  expect(parseResult(before)).toMatchObject({ salesCents: 500, customers: null, amounts: null, repeated: 0 });
});

describe('an original result', () => {
  test.each([
    ['{"sales": 42187}', { salesCents: 4_218_700, recordCount: null }],
    ['{"sales": 42187, "tot_record_count": 156}', { salesCents: 4_218_700, recordCount: 156 }],
  ])('is read from %s', (text, result) => {
    expect(parseOriginalResult(text)).toEqual(result);
  });

  test.each(['', '{}', '{"sales": "42187"}', '{"sales": 1, "tot_record_count": "two"}', '42187'])(
    'is not read from %j',
    (text) => {
      expect(() => parseOriginalResult(text)).toThrow(MalformedResultError);
    },
  );

  test('is of the last window that had ended when it was written, and says that this was inferred', () => {
    const key = 'revenue_sum/dt=2021_01_24/1611503884042.json';
    const part = parsePart({ key, size: 16, lastModifiedMs: 0 }, '{"sales": 42187}', 120);
    expect(part).toMatchObject({ salesCents: 4_218_700, inferred: true, shardId: null, recordCount: null });
    expect(new Date(part.window.startMs).toISOString()).toBe('2021-01-24T15:56:00.000Z');
  });
});

describe('a key', () => {
  test('of a result is read back, and lies in the partition of the UTC day that its window begins in', () => {
    fc.assert(
      fc.property(windowResult, (result) => {
        const { startMs } = result.window;
        const day = new Date(startMs).toISOString().slice(0, 10).replaceAll('-', '_');
        const key = resultKey(result);
        expect(key.startsWith(`revenue_sum/dt=${day}/`)).toBe(true);
        expect(parseResultKey(key)).toEqual({
          kind: 'result',
          day,
          startMs,
          shardId: result.shardId,
          firstSequenceNumber: result.firstSequenceNumber,
        });
      }),
    );
  });

  test('of a result is made of the event alone', () => {
    const startMs = Date.UTC(2021, 0, 24, 23, 58);
    const result = resultOf(
      { ...emptyAggregate(), firstSequenceNumber: '100', lastSequenceNumber: '101' },
      { startMs, endMs: startMs + 120_000 },
      'shardId-000000000003',
      false,
    );
    expect(result === null ? null : resultKey(result)).toBe(
      'revenue_sum/dt=2021_01_24/1611532680000_shardId-000000000003_100.json',
    );
  });

  test.each([
    '',
    'revenue_sum/',
    'revenue_sum/dt=2021_01_24/',
    'revenue_sum/dt=2021_02_30/1611503884042.json',
    'revenue_sum/dt=2021_01_24/report.json',
    'revenue_sum/dt=2021_01_24/1611503884042.txt',
    'revenue_sum/dt=2021_01_24/1611503884042_shard.json',
    'revenue_sum/dt=2021_01_24/sub/1611503884042.json',
    'rejected/dt=2021_01_24/1611503884042.json',
  ])('of a result is not read from %j', (key) => {
    expect(parseResultKey(key)).toBeNull();
  });

  test('of a partition names its day, and no other prefix does', () => {
    expect(parsePartitionPrefix(partitionPrefix('2021_01_24'))).toBe('2021_01_24');
    expect(parsePartitionPrefix('revenue_sum/dt=2021_02_30/')).toBeNull();
    expect(parsePartitionPrefix('revenue_sum/other/')).toBeNull();
  });

  test('of a snapshot is the shard, of a rejected record its arrival day and place in the stream', () => {
    expect(liveKey('shardId-000000000001')).toBe('revenue_live/shardId-000000000001.json');
    expect(rejectedKey(Date.UTC(2021, 0, 24, 23, 59), 'shardId-000000000001', '77')).toBe(
      'rejected/dt=2021_01_24/shardId-000000000001_77.json',
    );
  });

  // Whatever was copied into another day's partition would be counted twice.
  test('in the partition of another day is refused', () => {
    const object = { key: 'revenue_sum/dt=2021_01_25/1611503884042.json', size: 16, lastModifiedMs: 0 };
    expect(() => parsePart(object, '{"sales": 42187}', 120)).toThrow(MalformedResultError);
  });
});
