import { expect, test } from 'vitest';
import { barsOver, chartBars, shardsOf } from '../../../components/chart/chart-bars.ts';
import { blankWords, chartSummary, lengthWords } from '../../../components/chart/chart-words.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slotAt } from '../slot-at.ts';

const slots = [
  slotAt(0, 'before', null),
  slotAt(1, 'closed', 500),
  slotAt(2, 'empty', null),
  slotAt(3, 'closed', 300),
  slotAt(4, 'future', null),
];
const words = { money: String, time: (ms: number) => String(ms / 120_000) };

test('per window, what is unknown stays unknown', () => {
  expect(chartBars(slots, { mode: 'window' }).map((bar) => bar.cents)).toEqual([null, 500, null, 300, null]);
});

test('the running total stands through a blank, and is unknown before the first data and in the future', () => {
  expect(chartBars(slots, { mode: 'total' }).map((bar) => bar.cents)).toEqual([null, 500, 500, 800, null]);
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
    chartBars(today, { mode, previous: moved }).map((bar) => bar.previousCents);
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
  const shards = shardsOf(split);
  expect(shards).toEqual(['a', 'b']);
  const stacks = chartBars(split, { mode: 'window', shards }).map((bar) => bar.stack);
  expect(stacks).toEqual([
    [
      { shard: 0, cents: 200 },
      { shard: 1, cents: 300 },
    ],
    [{ shard: 1, cents: 100 }],
  ]);
  expect(chartBars(split, { mode: 'total', shards }).every((bar) => bar.stack.length === 0)).toBe(true);
});

test('a limit is reached by a bar that is as high; a blank never reaches it, not even zero', () => {
  const bars = chartBars(slots, { mode: 'window' });
  expect([barsOver(bars, 500), barsOver(bars, 0), barsOver(bars, null)]).toEqual([[1], [1, 3], []]);
});

test('the summary counts closed money only', () => {
  const open = [...slots.slice(0, 4), slotAt(4, 'open', 900)];
  expect(chartSummary(open, words)).toBe(
    '5 bars from 0 to 5, total 800 closed, highest 500 at 1, 1 without sales.',
  );
  expect(chartSummary([], words)).toBe('Nothing in this range.');
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
    blankWords({ slots: shown, fromMs: 0, dayTotal: { ...total, closedWindows } }, { day: () => 'that day' });
  expect(blank(3, [slotAt(0, 'empty', null)])).toBe(
    'Nothing in this range. The day has sales at other times.',
  );
  expect(blank(0, [slotAt(0, 'before', null)])).toBe('No sales on that day.');
  expect(blank(0, [slotAt(0, 'missing', null)])).toBe('');
});
