import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRejected, type RejectedRecord, rejectedObjects } from '../../../lib/core/rejected-records.ts';

const SHARD = 'shardId-000000000000';
const MIDNIGHT = Date.UTC(2021, 0, 25);

const records: fc.Arbitrary<readonly RejectedRecord[]> = fc
  .array(
    fc.record({
      reason: fc.string(),
      arrivalMs: fc.integer({ min: MIDNIGHT - 100, max: MIDNIGHT + 100 }),
      partitionKey: fc.string(),
      data: fc.oneof(
        fc.base64String(),
        fc.nat(3).map((size) => 'A'.repeat(size * 400_000)),
      ),
    }),
    { maxLength: 20 },
  )
  .map((all) => all.map((each, index) => ({ ...each, sequenceNumber: String(10 + index) })));

test('the objects of a batch hold each of its rejected records once, in bounded size, and are the same every time', () => {
  fc.assert(
    fc.property(records, (all) => {
      const objects = rejectedObjects(SHARD, all);
      expect(objects.flatMap(({ body }) => parseRejected(body)?.records ?? [])).toEqual(all);
      expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
      expect(rejectedObjects(SHARD, all)).toEqual(objects);
      for (const { key, body } of objects) {
        const own = parseRejected(body)?.records ?? [];
        if (own.length > 1) expect(body.length).toBeLessThan(1_100_000);
        const [first] = own;
        const day = new Date(first?.arrivalMs ?? 0).toISOString().slice(0, 10).replaceAll('-', '_');
        expect(key).toBe(`rejected/dt=${day}/${SHARD}_${first?.sequenceNumber}.json`);
        expect(new Set(own.map(({ arrivalMs }) => arrivalMs >= MIDNIGHT)).size).toBe(1);
      }
    }),
    { numRuns: 50 },
  );
});

test('an object of one record, as a version before this one wrote it, is read', () => {
  const body =
    '{"reason":"no","arrival_time":"2021-01-24T15:56:01.500Z","shard_id":"a","sequence_number":"7","partition_key":"p","data":"eA=="}';
  expect(parseRejected(body)).toEqual({
    shardId: 'a',
    records: [
      {
        reason: 'no',
        arrivalMs: Date.UTC(2021, 0, 24, 15, 56, 1, 500),
        sequenceNumber: '7',
        partitionKey: 'p',
        data: 'eA==',
      },
    ],
  });
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"shard_id":"a","records":5}',
  '{"shard_id":"a","records":[null,{},{"reason":1}]}',
  '['.repeat(100_000),
])('nothing is read from %.40s', (text) => {
  expect(parseRejected(text)).toBeNull();
});
