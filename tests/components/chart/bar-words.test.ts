import { expect, test } from 'vitest';
import { barWords } from '../../../components/chart/bar-words.ts';
import { chartBars } from '../../../components/chart/bars.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { MEASURES, type Measure } from '../../../components/ui/measures.ts';
import { slotAt } from '../slot-at.ts';

const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });
const share = (shardId: string, salesCents: number) => ({ shardId, salesCents, recordCount: 1, rejected: 0 });
const key = 'revenue_sum/dt=1970_01_01/120000_shardId-000000000001_49.json';
const slots = [
  slotAt(0, 'closed', 10_000),
  {
    ...slotAt(1, 'closed', 30_000),
    recordCount: 4,
    rejected: 2,
    shards: [share('shardId-000000000000', 10_000), share('shardId-000000000001', 20_000)],
    objects: [
      { key, size: 1, lastModifiedMs: 0 },
      { key: 'other', size: 1, lastModifiedMs: 0 },
    ],
  },
  slotAt(2, 'empty', null),
];
const bars = chartBars(slots, { mode: 'window' });

function rows(
  index: number,
  mode: 'window' | 'total' = 'window',
  all = bars,
  measure: Measure = MEASURES.sales,
) {
  const bar = all[index];
  if (bar === undefined) throw new Error(`no bar ${index}`);
  return barWords(bar, all[index - 1], measure, mode, format, null);
}

test('a bar says its range, its state, and then always the same things in the same order', () => {
  expect(rows(1)).toEqual({
    range: '00:02–00:04',
    state: 'closed',
    rows: [
      ['Total', '$300'],
      ['Records', '4, 2 rejected'],
      ['Average', '$75'],
      ['Change', '+$200'],
      ['Shard 0', '$100'],
      ['Shard 1', '$200'],
      ['Object', 'revenue_sum/dt=19…00000001_49.json and 1 more'],
    ],
  });
});

test('what is unknown is a dash and is compared with nothing', () => {
  expect(rows(2).rows).toEqual([
    ['Total', '–'],
    ['Records', '–'],
  ]);
});

test('a running total also says how much it is up to here', () => {
  expect(rows(1, 'total', chartBars(slots, { mode: 'total' })).rows.slice(0, 2)).toEqual([
    ['Total', '$300'],
    ['Up to here', '$400'],
  ]);
});

test('where clicks are flagged, a bar says how many were made in it', () => {
  const [bar] = bars;
  if (bar === undefined) throw new Error('no bar');
  const flagged = barWords(bar, undefined, MEASURES.sales, 'window', format, null, { clicks: 2, failed: 1 });
  expect(flagged.rows.at(-1)).toEqual(['Clicks from here', '2, 1 of them failed']);
});

test('in another measure, the parts, the running total and the change are of it', () => {
  const of = (measure: Measure, mode: 'window' | 'total') =>
    rows(1, mode, chartBars(slots, { measure, mode }), measure).rows;
  expect(of(MEASURES.records, 'total')).toContainEqual(['Up to here', '4']);
  expect(of(MEASURES.records, 'window')).toContainEqual(['Shard 1', '1']);
  expect(of(MEASURES.records, 'window').map(([name]) => name)).not.toContain('Change');
  // An average has no parts that add up: they are told in sales.
  expect(of(MEASURES.average, 'window')).toContainEqual(['Shard 1', '$200']);
});
