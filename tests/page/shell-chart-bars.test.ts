import { expect, test } from 'vitest';
import { chartBars, summarize } from '../../lib/chart-bars.ts';
import type { Slot, SlotState } from '../../lib/core/slot.ts';

function slot(index: number, state: SlotState, salesCents: number | null): Slot {
  return {
    startMs: index * 120_000,
    endMs: (index + 1) * 120_000,
    state,
    salesCents,
    recordCount: null,
    soFar: { recordCount: 0, salesCents: 0 },
    rejected: 0,
    minCents: null,
    maxCents: null,
    shards: [],
    objects: [],
    requests: [],
    inferred: false,
    terminatedEarly: false,
    closedWindows: state === 'closed' ? 1 : 0,
  };
}

const slots = [
  slot(0, 'before', null),
  slot(1, 'closed', 500),
  slot(2, 'empty', null),
  slot(3, 'closed', 300),
  slot(4, 'future', null),
];
const words = { money: String, time: (ms: number) => String(ms / 120_000) };

test('per window, what is unknown stays unknown', () => {
  expect(chartBars(slots, undefined, 'window').map((bar) => bar.cents)).toEqual([null, 500, null, 300, null]);
});

test('the running total stands through a blank, and is unknown before the first data and in the future', () => {
  expect(chartBars(slots, undefined, 'total').map((bar) => bar.cents)).toEqual([null, 500, 500, 800, null]);
});

test('the day before is compared place by place', () => {
  const previous = [slot(0, 'closed', 100), slot(1, 'closed', 200)];
  expect(chartBars(slots, previous, 'window').map((bar) => bar.previousCents)).toEqual([
    100,
    200,
    null,
    null,
    null,
  ]);
  expect(chartBars(slots, previous, 'total').map((bar) => bar.previousCents)).toEqual([
    100,
    300,
    null,
    null,
    null,
  ]);
});

test('the summary counts closed money only', () => {
  const open = [...slots.slice(0, 4), slot(4, 'open', 200)];
  expect(summarize(open, words)).toBe(
    '5 bars from 0 to 5, total 800 closed, highest 500 at 1, 1 without sales.',
  );
  expect(summarize([], words)).toBe('Nothing in this range.');
});
