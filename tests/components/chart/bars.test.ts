import { expect, test } from 'vitest';
import { chartBars } from '../../../components/chart/bars.ts';
import { blankWords, chartSummary, lengthWords } from '../../../components/chart/chart-words.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { MEASURES, type Measure } from '../../../components/ui/measures.ts';
import { splitOf } from '../../../components/ui/split.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slotAt } from '../slot-at.ts';

const slots = [
  slotAt(0, 'before', null),
  slotAt(1, 'closed', 500),
  slotAt(2, 'empty', null),
  slotAt(3, 'closed', 300),
  slotAt(4, 'future', null),
];
const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });

test('per window, what is unknown stays unknown', () => {
  expect(chartBars(slots, { mode: 'window' }).map((bar) => bar.value)).toEqual([null, 500, null, 300, null]);
});

test('the running total stands through a blank, and is unknown before the first data and in the future', () => {
  expect(chartBars(slots, { mode: 'total' }).map((bar) => bar.value)).toEqual([null, 500, 500, 800, null]);
});

test('the day before is compared by time, wherever its range begins', () => {
  const DAY = 86_400_000;
  const today = slots.map((each) => ({ ...each, startMs: each.startMs + DAY, endMs: each.endMs + DAY }));
  const previous = {
    fromMs: 0,
    stepSeconds: 120,
    slots: [slotAt(0, 'closed', 100), slotAt(1, 'closed', 200)],
  };
  const cents = (mode: 'window' | 'total', moved = previous) =>
    chartBars(today, { mode, previous: moved }).map((bar) => bar.previous);
  expect(cents('window')).toEqual([100, 200, null, null, null]);
  expect(cents('total')).toEqual([100, 300, null, null, null]);
  expect(cents('window', { ...previous, fromMs: 120_000 })).toEqual([null, 100, 200, null, null]);
});

test('split by shard, a bar is its shares and its shares are the bar', () => {
  const share = (shardId: string, salesCents: number) => ({
    shardId,
    salesCents,
    recordCount: 1,
    rejected: 0,
  });
  const split = [
    { ...slotAt(0, 'closed', 500), shards: [share('a', 200), share('b', 300)] },
    { ...slotAt(1, 'closed', 100), shards: [share('b', 100)] },
  ];
  const shards = splitOf(split, 'shard');
  expect(shards.map(({ name }) => name)).toEqual(['a', 'b']);
  const parts = chartBars(split, { mode: 'window', split: shards }).map((bar) => bar.parts);
  expect(parts).toEqual([
    [200, 300],
    [0, 100],
  ]);
  expect(chartBars(split, { mode: 'total', split: shards }).every((bar) => bar.parts.length === 0)).toBe(
    true,
  );
});

test('a limit is reached by a bar that is as high; a blank never reaches it, not even zero', () => {
  const over = (limitCents: number | null) =>
    chartBars(slots, { mode: 'window', limitCents }).flatMap((bar) => (bar.isOver ? [bar.index] : []));
  expect([over(500), over(0), over(null)]).toEqual([[1], [1, 3], []]);
});

test('the summary counts closed money only', () => {
  const open = [...slots.slice(0, 4), slotAt(4, 'open', 900)];
  expect(chartSummary(open, MEASURES.sales, format)).toBe(
    '5 bars from 00:00 to 00:10, total $8 closed, highest $5 at 00:02, 1 without sales.',
  );
  const lack = { unreadable: 1, unread: 0, givenUpRecords: 0, givenUpCents: 0 };
  expect(chartSummary([{ ...slotAt(0, 'closed', 500), lack }], MEASURES.sales, format)).toContain(
    '1 incomplete.',
  );
  expect(chartSummary([], MEASURES.sales, format)).toBe('Nothing in this range.');
});

test('lengths are said in the largest unit that fits', () => {
  expect([10, 90, 120, 3600, 7200, 86_400].map(lengthWords)).toEqual([
    '10-second',
    '90-second',
    '2-minute',
    '1-hour',
    '2-hour',
    '1-day',
  ]);
});

test('an empty range of a day with sales is told from a day without any', () => {
  const total = { salesCents: 0, recordCount: 0, rejected: 0 };
  const blank = (closedWindows: number, shown: Slot[]) =>
    blankWords(
      { slots: shown, fromMs: 0, toMs: 120_000, dayTotal: { ...total, closedWindows, lack: null } },
      MEASURES.sales,
      { day: () => 'that day' },
    );
  expect(blank(3, [slotAt(0, 'empty', null)])).toBe(
    'Nothing in this range. The day has sales at other times.',
  );
  expect(blank(0, [slotAt(0, 'before', null)])).toBe('No sales on that day.');
  expect(blank(0, [slotAt(0, 'missing', null)])).toBe('');
  const open = slotAt(0, 'open', null);
  expect(blank(0, [open])).toBe('No sales on that day.');
  expect(blank(0, [{ ...open, recordCount: 3 }])).toBe('');
});

test('a window that is longer than those beside it is one bar over all places that lie in it', () => {
  const long = [
    slotAt(0, 'within', null),
    slotAt(1, 'closed', 900),
    slotAt(2, 'within', null),
    slotAt(3, 'within', null),
    slotAt(4, 'closed', 100),
  ];
  const bars = chartBars(long, { mode: 'window' });
  expect(bars.map((bar) => bar.span)).toEqual([1, 3, 1, 1, 1]);
  // What began before the range is not on screen: its place stands for itself.
  expect(bars.map((bar) => bar.owner)).toEqual([0, 1, 1, 1, 4]);
});

test('a measure is what the bars show: counts, and what adds up to nothing as well', () => {
  const sold = [
    { ...slotAt(0, 'closed', 600), recordCount: 3, minCents: 100, maxCents: 300 },
    { ...slotAt(1, 'missing', null), recordCount: 5 },
  ];
  const values = (measure: Measure, mode: 'window' | 'total' = 'window') =>
    chartBars(sold, { measure, mode }).map((bar) => bar.value);
  expect(values(MEASURES.records)).toEqual([3, null]);
  expect(values(MEASURES.records, 'total')).toEqual([3, 3]);
  expect(values(MEASURES.average)).toEqual([200, null]);
  expect([values(MEASURES.smallest), values(MEASURES.largest)]).toEqual([
    [100, null],
    [300, null],
  ]);
  expect(chartSummary(sold, MEASURES.largest, format)).toContain('2 bars from 00:00 to 00:04, highest $3 at');
});

test('a range too long for a median says so, and says nothing of one where it is known', () => {
  const year = {
    slots: [slotAt(0, 'closed', 5)],
    fromMs: 0,
    toMs: 365 * 86_400_000,
    dayTotal: { salesCents: 5, recordCount: 1, rejected: 0, closedWindows: 1, lack: null },
  };
  const format = { day: () => 'that day' };
  expect(blankWords(year, MEASURES.p95, format)).toBe('95th percentile: known in ranges of up to 32 days.');
  expect(blankWords(year, MEASURES.average, format)).toBe('');
  expect(blankWords({ ...year, toMs: 86_400_000 }, MEASURES.p95, format)).toBe('');
});
