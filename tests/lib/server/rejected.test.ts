import { afterEach, beforeEach, expect, test } from 'vitest';
import { rejectedObjects } from '../../../lib/core/rejected-records.ts';
import { rejectedAnswer } from '../../../lib/server/rejected.ts';
import { type LocalBucket, openLocalBucket } from './local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;

let local: LocalBucket;
beforeEach(async () => {
  local = await openLocalBucket(T);
});
afterEach(() => local.close());

function records(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    reason: 'x'.repeat(1000),
    arrivalMs: T + (from + index) * 10,
    sequenceNumber: String(from + index),
    partitionKey: 'p',
    data: Buffer.from(`poison ${from + index}`).toString('base64'),
  }));
}

async function put(from: number, count: number): Promise<void> {
  for (const { key, body } of rejectedObjects('a', records(from, count))) await local.put(key, body);
}

test('the newest 50 rejected records are shown, each once, from whatever objects they are kept in', async () => {
  await local.put(
    'rejected/dt=2021_01_24/a_900.json',
    '{"reason":"old form","arrival_time":"2021-01-24T16:00:00Z","shard_id":"a","sequence_number":"900","data":"eA=="}',
  );
  await put(100, 30);
  await put(120, 25); // the same batch once more, cut otherwise
  const { records: shown, isWhole } = await rejectedAnswer(local.reader, '2021-01-24');
  expect(isWhole).toBe(true);
  expect(shown.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual([
    900,
    ...Array.from({ length: 45 }, (_, index) => 144 - index),
  ]);
  expect(shown[0]).toMatchObject({ reason: 'old form', preview: 'x' });
  expect(shown[1]?.preview).toBe('poison 144');
  await put(200, 2000);
  const { records: newest, isWhole: isStillWhole } = await rejectedAnswer(local.reader, '2021-01-24');
  expect(isStillWhole).toBe(false);
  expect(newest).toHaveLength(50);
  expect(JSON.stringify(newest).length).toBeLessThan(50_000);
});
