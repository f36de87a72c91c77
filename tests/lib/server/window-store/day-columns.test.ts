import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_CENTS } from '../../../../lib/core/cents.ts';
import { resultKey } from '../../../../lib/core/object-key.ts';
import { isRolled } from '../../../../lib/core/rolled-part.ts';
import { buildSlots } from '../../../../lib/core/slots.ts';
import { lastEndedWindow } from '../../../../lib/core/window.ts';
import type { WindowPart } from '../../../../lib/core/window-part.ts';
import { UNSAID } from '../../../../lib/core/window-result.ts';
import { DayColumns } from '../../../../lib/server/window-store/day-columns.ts';
import { result } from '../local-bucket.ts';

const DAY = 86_400_000;
const DAY_MS = Date.UTC(2021, 0, 25);
const NOW_MS = DAY_MS + 30 * DAY;

const cents = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(MAX_CENTS, -MAX_CENTS, MAX_CENTS - 1),
);

/** A result of a day, of windows of that length; now and then of longer or shorter ones. */
const partOf = (dayMs: number, windowSeconds: number): fc.Arbitrary<WindowPart> =>
  fc
    .record({
      // Few places, so that windows have several parts.
      at: fc.oneof(fc.nat(5), fc.nat(Math.floor(DAY / 1000 / windowSeconds))),
      ownSeconds: fc.oneof(
        { weight: 40, arbitrary: fc.constant(windowSeconds) },
        fc.constantFrom(1, 10, 900),
      ),
      shardId: fc.constantFrom('a', 'b', 'c'),
      first: fc.nat(),
      sales: fc.array(cents, { maxLength: 1 }),
      rejected: fc.nat(3),
      terminatedEarly: fc.boolean(),
      lateMs: fc.nat(300_000),
    })
    .map(({ at, ownSeconds, shardId, first, sales, rejected, terminatedEarly, lateMs }) => {
      const startMs = Math.ceil(dayMs / ownSeconds / 1000 + at) * ownSeconds * 1000;
      const window = { startMs, endMs: startMs + ownSeconds * 1000 };
      const of = result(startMs, shardId, first, sales, { window, rejected, terminatedEarly });
      return { ...of, key: resultKey(of), size: 400, lastModifiedMs: window.endMs + lateMs, inferred: false };
    })
    .filter(({ window }) => window.startMs < dayMs + DAY);

/** An original result, filed by its write: one written right after midnight is of the day before. */
const originalOf = (dayMs: number, windowSeconds: number): fc.Arbitrary<WindowPart> =>
  fc
    .record({
      intoMs: fc.nat(3 * windowSeconds * 1000),
      recordCount: fc.option(fc.nat(9)),
      salesCents: cents,
    })
    .map(({ intoMs, recordCount, salesCents }) => ({
      ...UNSAID,
      key: `revenue_sum/dt=2021_01_25/${dayMs + intoMs}.json`,
      size: 20,
      lastModifiedMs: dayMs + intoMs,
      window: lastEndedWindow(dayMs + intoMs, windowSeconds),
      shardId: null,
      firstSequenceNumber: null,
      lastSequenceNumber: null,
      recordCount,
      salesCents,
      inferred: true,
    }));

const days = [DAY_MS, DAY_MS + DAY, DAY_MS + 2 * DAY];
const daysOf = (windowSeconds: number) =>
  fc.tuple(
    ...days.map((dayMs) =>
      fc
        .tuple(
          fc.array(partOf(dayMs, windowSeconds), { maxLength: 25 }),
          fc.array(originalOf(dayMs, windowSeconds), { maxLength: 2 }),
        )
        .map((parts) => parts.flat()),
    ),
  );
const scene = fc.constantFrom(6, 7, 60, 120).chain((windowSeconds) =>
  fc.record({
    windowSeconds: fc.constant(windowSeconds),
    days: daysOf(windowSeconds),
    // As many bars at most as the page shows.
    windows: fc.integer({ min: Math.ceil(1728 / windowSeconds), max: Math.ceil(172_800 / windowSeconds) }),
    shift: fc.integer({ min: -5, max: 5 }),
  }),
);

test('days that are rolled up for slots fill them as their single results do', () => {
  let rolledUp = 0;
  fc.assert(
    fc.property(scene, ({ windowSeconds, days: results, windows, shift }) => {
      const windowMs = windowSeconds * 1000;
      const fromMs = (Math.floor(DAY_MS / windowMs) + shift) * windowMs;
      const range = { fromMs, toMs: fromMs + 3 * DAY, stepSeconds: windows * windowSeconds };
      const grid = { ...range, windowSeconds, settledMs: NOW_MS };
      const columns = results.map((parts, index) => new DayColumns(parts, days[index] ?? 0));
      const slotsOf = (all: readonly WindowPart[]) =>
        buildSlots(
          {
            nowMs: NOW_MS,
            readMs: NOW_MS,
            windowSeconds,
            idleSeconds: 1,
            firstDataMs: DAY_MS,
            results: all,
            snapshots: [],
            lacks: [],
          },
          range,
        );
      const rolled = columns.flatMap((day) => day.rolled(grid) ?? day.parts(fromMs, range.toMs));
      rolledUp += rolled.filter(isRolled).length;
      const single = results.flat();
      expect(slotsOf(rolled)).toEqual(slotsOf(single));
      expect(columns.flatMap((day) => day.parts(fromMs, range.toMs)).length).toBe(
        single.filter(({ window }) => window.startMs >= fromMs && window.startMs < range.toMs).length,
      );
    }),
  );
  expect(rolledUp).toBeGreaterThan(100);
});

test('a day whose last window may still change is not rolled up', () => {
  const part = { ...result(DAY_MS, 'a', 1, [5]), key: '', size: 0, lastModifiedMs: 0, inferred: false };
  const columns = new DayColumns([part], DAY_MS);
  const grid = { fromMs: DAY_MS, toMs: DAY_MS + DAY, stepSeconds: 600, windowSeconds: 120 };
  expect(columns.rolled({ ...grid, settledMs: DAY_MS + 119_999 })).toBeNull();
  expect(columns.rolled({ ...grid, settledMs: DAY_MS + 120_000 })).toHaveLength(1);
});
