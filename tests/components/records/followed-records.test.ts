import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byWindow, follow, matching, NO_TAIL } from '../../../components/records/followed-records.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { shardIdsOf } from '../../../components/ui/shard-name.ts';
import type { RecordsAnswer, StreamedRecord } from '../../../lib/contract/records-answer.ts';
import { slot, T, W } from '../slots.ts';

const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });

function record(number: number, rest: Partial<StreamedRecord> = {}): StreamedRecord {
  return {
    shardId: 'shardId-000000000000',
    sequenceNumber: String(number),
    arrivalMs: T + number,
    sale: { custName: 'Kobold', salesCents: 100, requestId: 'click-1' },
    reason: null,
    ...rest,
  };
}

function answer(
  cursor: string,
  numbers: readonly number[],
  rest: Partial<RecordsAnswer> = {},
): RecordsAnswer {
  const records = numbers.map((number) => record(number));
  return { cursor, restarted: false, records, dropped: 0, unreadUntilMs: null, problem: null, ...rest };
}

const numbersOf = ({ records }: { readonly records: readonly StreamedRecord[] }) =>
  records.map(({ sequenceNumber }) => Number(sequenceNumber));

describe('the tail', () => {
  test('holds the newest 200 of whatever comes, newest first, and counts all', () => {
    const bursts = fc.array(fc.record({ read: fc.nat({ max: 200 }), dropped: fc.nat({ max: 900 }) }));
    fc.assert(
      fc.property(bursts, (burst) => {
        let [tail, next, count] = [NO_TAIL, 0, 0];
        const told: number[] = [];
        for (const { read, dropped } of burst) {
          next += dropped;
          const numbers = Array.from({ length: read }, () => next++);
          count += read + dropped;
          told.push(...numbers);
          tail = follow(tail, answer(`1-${next}-0`, numbers, { dropped }));
          expect(numbersOf(tail)).toEqual(told.toReversed().slice(0, 200));
          expect(tail.count).toBe(count);
        }
      }),
    );
  });

  test('is the same object when an answer adds nothing', () => {
    const tail = follow(NO_TAIL, answer('1-2-0', [1, 2]));
    expect(follow(tail, answer('1-2-0', []))).toBe(tail);
  });

  test('begins anew with another stream or server', () => {
    const tail = follow(NO_TAIL, answer('1-2-0', [1, 2], { unreadUntilMs: 5 }));
    const other = follow(tail, answer('9-303-0', [7], { restarted: true, dropped: 302 }));
    expect(other).toMatchObject({ count: 303, unreadUntilMs: null });
    expect(numbersOf(other)).toEqual([7]);
  });

  test('remembers until when something was not read', () => {
    const gap = follow(follow(NO_TAIL, answer('1-1-0', [1])), answer('1-1-1', [], { unreadUntilMs: 5 }));
    expect(follow(gap, answer('1-2-1', [2]))).toMatchObject({ count: 2, unreadUntilMs: 5 });
  });
});

test.each([
  ['', [1, 2, 3]],
  ['  KOBOLD ', [1]],
  ['246', [2]],
  ['$246.50', [2]],
  ['246.5', [2]],
  ['shard 3', [3]],
  ['no sale', [3]],
  ['this is', [3]],
  ['b0-77', [2]],
  ['ogre', []],
])('the filter "%s" finds %j', (text, found) => {
  const records = [
    record(1),
    record(2, { sale: { custName: 'Gnome', salesCents: 24_650, requestId: 'ab0-77c' } }),
    record(3, {
      shardId: 'shardId-000000000003',
      sale: null,
      reason: 'expected a JSON object, got this is not a sale',
    }),
  ];
  expect(numbersOf({ records: matching(records, text, format) })).toEqual(found);
});

//  T        T+W
//  |1  2   3|4  5
test('records are with the window of their arrival, start inclusive and end exclusive, the newest first', () => {
  const records = [W + 9, W, W - 1, 1, 0].map((number) => record(number));
  expect(byWindow(records, 120)).toEqual([
    { window: { startMs: T + W, endMs: T + 2 * W }, records: records.slice(0, 2), salesCents: 200 },
    { window: { startMs: T, endMs: T + W }, records: records.slice(2), salesCents: 300 },
  ]);
});

test('what is no sale is with its window, and adds nothing', () => {
  const [group] = byWindow([record(1), record(2, { sale: null, reason: 'not JSON' })], 120);
  expect(group?.records).toHaveLength(2);
  expect(group?.salesCents).toBe(100);
});

test('shards are in the order of the chart, those that only records name among them; a single one is not named', () => {
  const share = { salesCents: 1, recordCount: 1, rejected: 0 };
  const slots = [slot(0, 'closed', { shards: [{ ...share, shardId: 'shardId-000000000001' }] })];
  expect(shardIdsOf(slots, [record(1)])).toEqual(['shardId-000000000000', 'shardId-000000000001']);
  expect(shardIdsOf([], [record(1), record(2)])).toEqual([]);
});
