import { expect, test } from 'vitest';
import { chartBars, shardsOf } from '../../../components/chart/bars.ts';
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
  const parts = chartBars(split, { mode: 'window', shards }).map((bar) => bar.parts);
  expect(parts).toEqual([
    [200, 300],
    [0, 100],
  ]);
  expect(chartBars(split, { mode: 'total', shards }).every((bar) => bar.parts.length === 0)).toBe(true);
});

test('a limit is reached by a bar that is as high; a blank never reaches it, not even zero', () => {
  const over = (limitCents: number | null) =>
    chartBars(slots, { mode: 'window', limitCents }).flatMap((bar) => (bar.isOver ? [bar.index] : []));
  expect([over(500), over(0), over(null)]).toEqual([[1], [1, 3], []]);
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
    blankWords(
      { slots: shown, fromMs: 0, dayTotal: { ...total, closedWindows, lack: null } },
      { day: () => 'that day' },
    );
  expect(blank(3, [slotAt(0, 'empty', null)])).toBe(
    'Nothing in this range. The day has sales at other times.',
  );
  expect(blank(0, [slotAt(0, 'before', null)])).toBe('No sales on that day.');
  expect(blank(0, [slotAt(0, 'missing', null)])).toBe('');
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
