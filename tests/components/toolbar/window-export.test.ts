import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as written from '../../../components/toolbar/window-export.ts';
import { exportName } from '../../../components/toolbar/window-export.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slot, T, W } from '../slots.ts';

const utc = () => 0;
const HEAD =
  'window_start_utc,window_end_utc,window_start_local,window_end_local,state,sales,records,rejected,average,min,max';

const SALES = { measure: 'sales', mode: 'window', split: null } as const;
const windowsCsv = (slots: readonly Slot[], offsetMs: written.OffsetMs) =>
  written.windowsCsv(slots, offsetMs, SALES);
const windowsJson = (slots: readonly Slot[], offsetMs: written.OffsetMs) =>
  written.windowsJson(slots, offsetMs, SALES);

function share(shardId: string, salesCents: number) {
  return { shardId, salesCents, recordCount: 1, rejected: 0 };
}

describe('the CSV of what is shown', () => {
  test('has one row for each slot, in UTC and in local time, amounts as numbers', () => {
    const slots = [
      slot(0, 'closed', { salesCents: 1234, recordCount: 2, rejected: 1, minCents: 34, maxCents: 1200 }),
      slot(1, 'empty'),
    ];
    expect(windowsCsv(slots, () => 3_600_000)).toBe(
      [
        `${HEAD},inferred,objects`,
        '2021-01-24T15:56:00Z,2021-01-24T15:58:00Z,2021-01-24T16:56:00+01:00,2021-01-24T16:58:00+01:00,closed,12.34,2,1,6.17,0.34,12,false,',
        '2021-01-24T15:58:00Z,2021-01-24T16:00:00Z,2021-01-24T16:58:00+01:00,2021-01-24T17:00:00+01:00,empty,0,0,0,,,,false,',
        '',
      ].join('\r\n'),
    );
  });

  test('tells the two hours apart that clocks show twice', () => {
    // 31 October 2021, 00:30 and 01:30 UTC: both 02:30 in Berlin.
    const summer = Date.parse('2021-10-31T00:30:00Z');
    const offset = (ms: number) => (ms < Date.parse('2021-10-31T01:00:00Z') ? 7_200_000 : 3_600_000);
    const at = (startMs: number) => slot(0, 'closed', { startMs, endMs: startMs + W });
    const csv = windowsCsv([at(summer), at(summer + 3_600_000)], offset);
    expect(csv).toContain('2021-10-31T02:30:00+02:00');
    expect(csv).toContain('2021-10-31T02:30:00+01:00');
  });

  test('an unknown amount is an empty cell, a refund keeps its minus', () => {
    const rows = windowsCsv([slot(0, 'open'), slot(1, 'closed', { salesCents: -1234 })], utc).split('\r\n');
    expect(rows[1]).toContain(',open,,,0,');
    expect(rows[2]).toContain(',closed,-12.34,,0,');
  });

  test('has a column for each shard when there are several', () => {
    const csv = windowsCsv([slot(0, 'closed', { shards: [share('a', 100), share('b', 250)] })], utc);
    expect(csv.split('\r\n')[0]).toContain(',sales_a,sales_b,');
    expect(csv).toContain(',1,2.5,');
    expect(windowsCsv([slot(0, 'closed', { shards: [share('a', 100)] })], utc)).not.toContain('sales_a');
  });

  test('follows the measure: its running total, and its shares of the shards', () => {
    const shards = [share('a', 100), share('b', 250)];
    const slots = [0, 1].map((index) => slot(index, 'closed', { salesCents: 350, recordCount: 2, shards }));
    const rows = written
      .windowsCsv(slots, utc, { ...SALES, measure: 'records', mode: 'total' })
      .split('\r\n');
    expect(rows[0]).toContain(',running_total,records_a,records_b,');
    expect(rows[2]).toContain(',3.5,2,0,1.75,,,4,1,1,');
    const average = written.windowsCsv(slots, utc, { ...SALES, measure: 'average' });
    expect(average).toContain(',sales_a,sales_b,');
  });

  test('split by customer, its columns are those of the customers, the others and the untold', () => {
    const customers = [
      { name: 'Kobold, Ltd', salesCents: 100, recordCount: 1 },
      { name: null, salesCents: 30, recordCount: 2 },
    ];
    const slots = [
      slot(0, 'closed', { salesCents: 135, recordCount: 4, customers }),
      slot(1, 'closed', { salesCents: 7, recordCount: 1, customers: [] }),
    ];
    const shown = { ...SALES, split: 'customer' } as const;
    const rows = written.windowsCsv(slots, utc, shown).split('\r\n');
    expect(rows[0]).toContain(',"sales_customer_Kobold, Ltd",sales_customers_other,sales_customers_untold,');
    expect(rows[1]).toContain(',1,0.3,0.05,false,');
    expect(rows[2]).toContain(',,,0.07,false,');
    const [row] = JSON.parse(written.windowsJson(slots, utc, { ...shown, measure: 'records' }));
    expect(row).toMatchObject({ records_customers_other: 2, records_customers_untold: 1 });
  });

  test('a median is exported where it is shown, and its column says how exact it is', () => {
    const quantiles = { medianCents: 250, p95Cents: 900 };
    const slots = [slot(0, 'closed', { salesCents: 1000, recordCount: 3, quantiles })];
    const [head, row] = written.windowsCsv(slots, utc, { ...SALES, measure: 'p95' }).split('\r\n');
    expect(head).toContain(',max,p95_within_1_percent,inferred');
    expect(row).toContain(',9,false,');
  });

  test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx'])('no text is taken for a formula: %j', (key) => {
    const csv = windowsCsv([slot(0, 'closed', { objects: [{ key, size: 1, lastModifiedMs: T }] })], utc);
    expect(csv).toMatch(/false,"?'/);
  });

  test('what has a comma, a quote or a line break is quoted', () => {
    const key = 'a,"b"\nc';
    const csv = windowsCsv([slot(0, 'closed', { objects: [{ key, size: 1, lastModifiedMs: T }] })], utc);
    expect(csv).toContain('"a,""b""\nc"');
  });

  test('its sales sum up to the slots’, to the cent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 50 }), (amounts) => {
        const slots = amounts.map((salesCents, index) => slot(index, 'closed', { salesCents }));
        const rows = windowsCsv(slots, utc).split('\r\n').slice(1, -1);
        const cents = rows.map((row) => Math.round(Number(row.split(',')[5]) * 100));
        const add = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0);
        expect(add(cents)).toBe(add(amounts));
      }),
    );
  });
});

test('the JSON holds the same rows', () => {
  const slots = [slot(0, 'closed', { salesCents: 1234, recordCount: 2 })];
  expect(JSON.parse(windowsJson(slots, utc))).toEqual([
    {
      window_start_utc: '2021-01-24T15:56:00Z',
      window_end_utc: '2021-01-24T15:58:00Z',
      window_start_local: '2021-01-24T15:56:00+00:00',
      window_end_local: '2021-01-24T15:58:00+00:00',
      state: 'closed',
      sales: 12.34,
      records: 2,
      rejected: 0,
      average: 6.17,
      min: null,
      max: null,
      inferred: false,
      objects: '',
    },
  ]);
});

test('the file’s name has the range', () => {
  expect(exportName(T, T + 30 * W, 'csv')).toBe('sales-20210124T155600Z-20210124T165600Z.csv');
});
