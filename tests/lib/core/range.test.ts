import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  daysOf,
  MAX_BARS,
  PRESETS,
  parseRange,
  parseRangeQuery,
  rangeOf,
  rangeText,
  stepOf,
  UnknownRangeError,
} from '../../../lib/core/range.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const JAN_24 = Date.UTC(2021, 0, 24);
/** 15:57:12 UTC */
const NOW = JAN_24 + 15 * HOUR + 57 * 60_000 + 12_000;

function laid(
  day: string,
  range: string,
  rest: { shift?: string; windowSeconds?: number; last?: number } = {},
) {
  return rangeOf(
    parseRangeQuery(day, range, rest.shift ?? '0'),
    NOW,
    rest.windowSeconds ?? 120,
    rest.last ?? null,
  );
}

describe('a range of today', () => {
  test('1h is 30 windows and ends with the open one', () => {
    expect(laid('today', '1h')).toEqual({
      fromMs: JAN_24 + 14 * HOUR + 58 * 60_000,
      toMs: JAN_24 + 15 * HOUR + 58 * 60_000,
      stepSeconds: 120,
      live: true,
      dayMs: JAN_24,
    });
  });

  test('4h is 120 windows', () => {
    const { fromMs, toMs, stepSeconds } = laid('today', '4h');
    expect([toMs - fromMs, stepSeconds]).toEqual([4 * HOUR, 120]);
  });

  test('day is the whole UTC day in steps of ten minutes, 7d a week in steps of two hours', () => {
    expect(laid('today', 'day')).toMatchObject({
      fromMs: JAN_24,
      toMs: JAN_24 + DAY,
      stepSeconds: 600,
      live: true,
    });
    expect(laid('today', '7d')).toMatchObject({
      fromMs: JAN_24 - 6 * DAY,
      toMs: JAN_24 + DAY,
      stepSeconds: 7200,
    });
  });

  test('30d and 1y are whole days in steps that an axis can bear, and end with the day', () => {
    expect(laid('today', '30d')).toMatchObject({
      fromMs: JAN_24 - 29 * DAY,
      toMs: JAN_24 + DAY,
      stepSeconds: 21_600,
      live: true,
    });
    expect(laid('today', '1y')).toMatchObject({
      fromMs: JAN_24 - 364 * DAY,
      toMs: JAN_24 + DAY,
      stepSeconds: 3 * 86_400,
    });
  });

  test('named by its date is the same', () => {
    expect(laid('2021-01-24', '1h')).toEqual(laid('today', '1h'));
  });

  test('1h in time-lapse is as many single windows as fit', () => {
    const { fromMs, toMs, stepSeconds } = laid('today', '1h', { windowSeconds: 5 });
    expect([(toMs - fromMs) / 5000, stepSeconds]).toEqual([150, 5]);
  });
});

describe('a range of a past day', () => {
  test("1h ends with the day's last data", () => {
    const last = Date.UTC(2021, 0, 20, 9, 30);
    expect(laid('2021-01-20', '1h', { last })).toMatchObject({
      fromMs: Date.UTC(2021, 0, 20, 8, 32),
      toMs: Date.UTC(2021, 0, 20, 9, 32),
      live: false,
      dayMs: Date.UTC(2021, 0, 20),
    });
  });

  test('1h of a day without data is its last hour', () => {
    expect(laid('2021-01-20', '1h')).toMatchObject({
      fromMs: Date.UTC(2021, 0, 20, 23),
      toMs: Date.UTC(2021, 0, 21),
    });
  });
});

test('a shifted range is as long, a day earlier, and stands still', () => {
  const today = laid('today', '4h');
  expect(laid('today', '4h', { shift: '1' })).toEqual({
    ...today,
    fromMs: today.fromMs - DAY,
    toMs: today.toMs - DAY,
    dayMs: today.dayMs - DAY,
    live: false,
  });
});

test('for any window and any custom range the slots cover it, in at most 150 bars', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
      fc.integer({ min: 1, max: 366 * DAY }),
      (windowSeconds, fromMs, lengthMs) => {
        const range = laid('today', `${fromMs}-${fromMs + lengthMs}`, { windowSeconds });
        expect(range.stepSeconds % windowSeconds).toBe(0);
        expect(range.fromMs % (windowSeconds * 1000)).toBe(0);
        expect(range.fromMs).toBeLessThanOrEqual(fromMs);
        expect(range.toMs).toBeGreaterThanOrEqual(fromMs + lengthMs);
        const bars = (range.toMs - range.fromMs) / (range.stepSeconds * 1000);
        expect(Number.isInteger(bars)).toBe(true);
        expect(bars).toBeLessThanOrEqual(MAX_BARS);
        expect(range.live).toBe(false);
      },
    ),
  );
});

test('for any window a preset is whole windows, at most 150 bars, and holds now when it is live', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), fc.constantFrom(...PRESETS), (windowSeconds, preset) => {
      const range = laid('today', preset, { windowSeconds });
      expect(range.fromMs % (windowSeconds * 1000)).toBe(0);
      expect(range.toMs % (windowSeconds * 1000)).toBe(0);
      expect(range.stepSeconds % windowSeconds).toBe(0);
      expect((range.toMs - range.fromMs) / (range.stepSeconds * 1000)).toBeLessThanOrEqual(MAX_BARS);
      expect(range.fromMs).toBeLessThanOrEqual(NOW);
      expect(range.toMs).toBeGreaterThan(NOW);
    }),
  );
});

test('a range comes back from its text, and any other text is none', () => {
  fc.assert(
    fc.property(fc.nat(1_700_000_000_000), fc.integer({ min: 1, max: 31 * DAY }), (fromMs, lengthMs) => {
      const span = { fromMs, toMs: fromMs + lengthMs };
      expect(parseRange(rangeText(span))).toEqual(span);
    }),
  );
  for (const preset of PRESETS) expect(parseRange(rangeText(preset))).toBe(preset);
  for (const text of ['', '2h', '5-5', '9-5', '1-99999999999', '0-999999999999999', '-1-5', '1.5-2']) {
    expect(parseRange(text), text).toBeNull();
  }
});

test('steps are lengths that people read on an axis', () => {
  expect(stepOf(6 * HOUR, 120)).toBe(240);
  expect(stepOf(12 * HOUR, 120)).toBe(600);
  expect(stepOf(DAY, 60)).toBe(600);
  expect(stepOf(HOUR, 10)).toBe(30);
  expect(stepOf(31 * DAY, 120)).toBe(21_600);
  expect(stepOf(DAY, 7)).toBe(581); // no nice length is a multiple of seven
});

test('the days of a range are those that its windows start in', () => {
  expect(daysOf(JAN_24 - 1, JAN_24 + 1)).toEqual(['2021_01_23', '2021_01_24']);
  expect(daysOf(JAN_24, JAN_24 + DAY)).toEqual(['2021_01_24']);
});

test.each([
  ['yesterday', '1h', '0'],
  ['2021-02-30', '1h', '0'],
  ['2021_01_24', '1h', '0'],
  ['today', '2h', '0'],
  ['today', '5-5', '0'],
  ['today', '9-5', '0'],
  ['today', '1-99999999999', '0'],
  ['today', '1y2', '0'],
  ['today', '1h', '-1'],
  ['today', '1h', '1.5'],
])('day=%s range=%s shift=%s is refused', (day, range, shift) => {
  expect(() => parseRangeQuery(day, range, shift)).toThrow(UnknownRangeError);
});
