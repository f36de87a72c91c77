import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  lastEndedWindow,
  parseUtcDay,
  parseWindowTime,
  utcDay,
  windowAt,
  windowStartMs,
  windowTime,
} from '../../../lib/core/window.ts';

const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
const windowSeconds = fc.integer({ min: 1, max: 900 });

describe('a window', () => {
  // 15:56:00          15:58:00          16:00:00
  // [-----------------)[-----------------)
  //                   ^ belongs to the second
  test('begins at its start and ends before its end', () => {
    const start = Date.UTC(2021, 0, 24, 15, 56);
    expect(windowAt(start, 120)).toEqual({ startMs: start, endMs: start + 120_000 });
    expect(windowAt(start + 119_999, 120)).toEqual({ startMs: start, endMs: start + 120_000 });
    expect(windowAt(start + 120_000, 120)).toEqual({ startMs: start + 120_000, endMs: start + 240_000 });
  });

  test('is a multiple of its length since the Unix epoch, also where that divides no day', () => {
    fc.assert(
      fc.property(moment, windowSeconds, (timeMs, seconds) => {
        const { startMs, endMs } = windowAt(timeMs, seconds);
        expect(startMs % (seconds * 1000)).toBe(0);
        expect(endMs - startMs).toBe(seconds * 1000);
        expect(startMs <= timeMs && timeMs < endMs).toBe(true);
      }),
    );
    expect(windowStartMs(86_400_000, 7)).toBe(86_394_000);
  });

  test('holds each moment exactly once: neighbours touch and do not overlap', () => {
    fc.assert(
      fc.property(moment, windowSeconds, (timeMs, seconds) => {
        const { startMs, endMs } = windowAt(timeMs, seconds);
        expect(windowAt(endMs, seconds).startMs).toBe(endMs);
        expect(windowAt(endMs - 1, seconds).startMs).toBe(startMs);
      }),
    );
  });

  test('of an original result is the last that had ended when it was written', () => {
    const written = 1_611_503_884_042; // 2021-01-24T15:58:04.042Z
    expect(windowTime(lastEndedWindow(written, 120).startMs)).toBe('2021-01-24T15:56:00Z');
    expect(windowTime(lastEndedWindow(written, 120).endMs)).toBe('2021-01-24T15:58:00Z');
    // Written at the very end: that window has just ended.
    const end = Date.UTC(2021, 0, 24, 15, 58);
    expect(lastEndedWindow(end, 120).endMs).toBe(end);
    expect(lastEndedWindow(end - 1, 120).endMs).toBe(end - 120_000);
  });
});

describe('a window time', () => {
  test('is written in whole seconds of UTC and read back', () => {
    expect(windowTime(Date.UTC(2020, 11, 9, 7, 4))).toBe('2020-12-09T07:04:00Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseWindowTime(windowTime(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  test.each([
    [undefined],
    [1607497440],
    [''],
    ['2020-12-09'],
    ['2020-12-09T07:04:00'],
    ['2020-12-09T07:04:00+01:00'],
    ['2020-13-09T07:04:00Z'],
    ['2020-12-09T25:04:00Z'],
  ])('is not read from %j', (text) => {
    expect(parseWindowTime(text)).toBeNull();
  });
});

describe('a UTC day', () => {
  test('is the day of its every millisecond', () => {
    fc.assert(
      fc.property(moment, (timeMs) => {
        const startMs = parseUtcDay(utcDay(timeMs));
        expect(startMs).toBe(Math.floor(timeMs / 86_400_000) * 86_400_000);
      }),
    );
  });

  test.each(['', '2021-01-24', '2021_1_24', '2021_02_29', '2021_13_01', '2021_00_10', 'x2021_01_24'])(
    'is not read from %j',
    (day) => {
      expect(parseUtcDay(day)).toBeNull();
    },
  );
});
