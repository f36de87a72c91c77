import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clicksAt } from '../../../components/replay/recorded-clicks.ts';
import { momentsBy, recordingOf, windowsAt } from '../../../components/replay/recording.ts';
import { statusOf } from '../../../lib/contract/click-status.ts';
import type { ReplayFile } from '../../../lib/contract/replay-file.ts';
import { T, W } from '../slots.ts';
import { DAY_MS, days, header, replayed, sent } from './replayed-day.ts';

/** A day and a moment of it, as a share of its length. */
const moments = fc.tuple(days, fc.double({ min: 0, max: 1, noNaN: true }));

function fileOf(rest: Partial<ReplayFile>): ReplayFile {
  return { header: header(), results: [], clicks: [], ...rest };
}

function slotAt(file: ReplayFile, nowMs: number, index: number) {
  return windowsAt(recordingOf(file), nowMs, '1h').slots.find((slot) => slot.startMs === T + index * W);
}

describe('at its end a replay', () => {
  test('sums to what the results of the file sum to, to the cent', () => {
    fc.assert(
      fc.property(days, (file) => {
        const recording = recordingOf(file);
        const { dayTotal, slots } = windowsAt(recording, recording.toMs, 'day');
        const cents = file.results.reduce(
          (sum, { body }) => sum + Math.round(JSON.parse(body).sales * 100),
          0,
        );
        const records = file.results.reduce((sum, { body }) => sum + JSON.parse(body).tot_record_count, 0);
        expect(dayTotal).toMatchObject({ salesCents: cents, recordCount: records });
        const soFar = slots.reduce((sum, slot) => sum + slot.soFar.salesCents, 0);
        expect(slots.reduce((sum, slot) => sum + (slot.salesCents ?? 0), 0) - soFar).toBe(cents);
      }),
    );
  });

  test('has closed every window that has a result', () => {
    fc.assert(
      fc.property(days, (file) => {
        const recording = recordingOf(file);
        const { slots } = windowsAt(recording, recording.toMs, { fromMs: T, toMs: T + 20 * W });
        const starts = new Set(file.results.map(({ part }) => part.window.startMs));
        for (const slot of slots) {
          if (starts.has(slot.startMs)) expect(slot.state).toBe('closed');
        }
      }),
    );
  });
});

describe('at every moment of a replay', () => {
  test('a window is closed only after the first result of each of its shards was written', () => {
    fc.assert(
      fc.property(moments, ([file, share]) => {
        const recording = recordingOf(file);
        const nowMs = recording.fromMs + share * (recording.toMs - recording.fromMs);
        for (const slot of windowsAt(recording, nowMs, { fromMs: T, toMs: T + 20 * W }).slots) {
          if (slot.state !== 'closed') continue;
          const own = file.results.filter(({ part }) => part.window.startMs === slot.startMs);
          expect(own.length).toBeGreaterThan(0);
          for (const shardId of new Set(own.map(({ part }) => part.shardId))) {
            const writes = own.flatMap(({ part }) => (part.shardId === shardId ? part.lastModifiedMs : []));
            expect(Math.min(...writes)).toBeLessThanOrEqual(nowMs);
          }
        }
      }),
    );
  });

  test('a window that the file knows to have sold something is never said to have sold nothing', () => {
    fc.assert(
      fc.property(moments, ([file, share]) => {
        const recording = recordingOf(file);
        const nowMs = recording.fromMs + share * (recording.toMs - recording.fromMs);
        const first = (startMs: number) =>
          file.results.filter(({ part }) => part.window.startMs === startMs && part.window.endMs <= nowMs);
        for (const slot of windowsAt(recording, nowMs, { fromMs: T, toMs: T + 20 * W }).slots) {
          if (first(slot.startMs).length > 0) expect(['empty', 'before']).not.toContain(slot.state);
        }
      }),
    );
  });

  test('totals only grow, in windows and in records', () => {
    fc.assert(
      fc.property(
        days,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        (file, shares) => {
          const recording = recordingOf(file);
          const totals = [...shares]
            .sort((a, b) => a - b)
            .map((share) =>
              windowsAt(recording, recording.fromMs + share * (recording.toMs - recording.fromMs), '1h'),
            )
            .map(({ dayTotal }) => dayTotal);
          for (const [index, total] of totals.entries()) {
            const before = totals[index - 1];
            if (before === undefined) continue;
            expect(total.closedWindows).toBeGreaterThanOrEqual(before.closedWindows);
            expect(total.recordCount).toBeGreaterThanOrEqual(before.recordCount ?? 0);
          }
        },
      ),
    );
  });

  test('nothing is told that was not told at the last of its moments', () => {
    const news = (file: ReplayFile, nowMs: number) => {
      const recording = recordingOf(file);
      return [
        { ...windowsAt(recording, nowMs, '1h'), serverNowMs: 0, readMs: 0 },
        clicksAt(recording, nowMs),
      ];
    };
    fc.assert(
      fc.property(moments, ([file, share]) => {
        const recording = recordingOf(file);
        const nowMs = recording.fromMs + share * (recording.toMs - recording.fromMs);
        const last = recording.moments[momentsBy(recording, nowMs) - 1] ?? recording.fromMs;
        expect(news(file, nowMs)).toEqual(news(file, last));
      }),
    );
  });

  test('no receipt counts more than was sent, and each is counted once all its results are written', () => {
    fc.assert(
      fc.property(moments, ([file, share]) => {
        const recording = recordingOf(file);
        const nowMs = recording.fromMs + share * (recording.toMs - recording.fromMs);
        for (const click of clicksAt(recording, nowMs)) {
          expect(statusOf(click)).not.toBe('twice');
          expect(click.sentMs + click.durationMs).toBeLessThanOrEqual(nowMs);
        }
        for (const click of clicksAt(recording, recording.toMs)) {
          const isCounted = click.receipt?.requestId.startsWith('own') && click.receipt.recordCount > 0;
          if (isCounted) expect(statusOf(click)).toBe('counted');
        }
      }),
    );
  });
});

describe('a window that is still open', () => {
  const file = fileOf({
    results: [replayed(0, 1000, { own: [300, 200], other: [50] })],
    clicks: [sent('own', 0, [300, 200])],
  });

  //  15:56            15:58
  //    |····|···········|·|
  //       ^ sent        ^ ^ written
  test('holds what receipts say was sent into it, so far, and nothing that nobody here knew', () => {
    expect(windowsAt(recordingOf(file), T + 500, '1h').open).toMatchObject({
      state: 'open',
      salesCents: null,
      recordCount: null,
    });
    expect(windowsAt(recordingOf(file), T + 2000, '1h').open).toMatchObject({
      state: 'open',
      salesCents: 500,
      recordCount: 2,
      soFar: { salesCents: 500, recordCount: 2 },
      objects: [],
    });
    expect(slotAt(file, T + W + 999, 0)).toMatchObject({ state: 'closing', salesCents: 500 });
    expect(slotAt(file, T + W + 1000, 0)).toMatchObject({
      state: 'closed',
      salesCents: 550,
      soFar: { salesCents: 0 },
    });
  });

  test('is unknown without receipts, and closing once it has ended, until its result is written', () => {
    const silent = fileOf({ results: [replayed(0, 20_000, { other: [50] })] });
    expect(windowsAt(recordingOf(silent), T + W - 1, '1h').open).toMatchObject({ salesCents: null });
    expect(slotAt(silent, T + W + 19_999, 0)).toMatchObject({
      state: 'closing',
      salesCents: null,
      recordCount: null,
    });
    expect(slotAt(silent, T + W + 20_000, 0)).toMatchObject({ state: 'closed', salesCents: 50 });
  });

  test('is late 30 s beyond the idle wait', () => {
    const silent = fileOf({ results: [replayed(0, 60_000, { other: [50] })] });
    expect(slotAt(silent, T + W + 31_000, 0)).toMatchObject({ state: 'closing' });
    expect(slotAt(silent, T + W + 31_001, 0)).toMatchObject({ state: 'late', salesCents: null });
  });

  test('is closing in a slot that is shorter than itself, where the length of windows was changed since', () => {
    const short = header({ windowSeconds: 60 });
    const file = fileOf({ header: short, results: [replayed(0, 1000, { other: [50] })] });
    expect(slotAt(file, T + 90_000, 0)).toMatchObject({ state: 'closing', salesCents: null });
    expect(slotAt(file, T + W + 1000, 0)).toMatchObject({ state: 'closed', salesCents: 50 });
  });

  test('is closed though a late record adds a part hours later', () => {
    const late = fileOf({
      results: [
        replayed(0, 1000, { other: [50] }),
        replayed(0, 7_200_000, { other: [7] }, { sequence: 100 }),
      ],
    });
    expect(slotAt(late, T + W + 60_000, 0)).toMatchObject({ state: 'closed', salesCents: 50 });
    expect(windowsAt(recordingOf(late), T + W + 7_200_000, 'day').dayTotal).toMatchObject({ salesCents: 57 });
  });
});

describe('what lies outside the file', () => {
  const quiet = fileOf({
    header: header({ firstDataMs: DAY_MS - 5 * W }),
    results: [replayed(0, 1000, { other: [1] })],
  });

  test('before its day is unknown, within it empty when there was data before', () => {
    const { slots } = windowsAt(recordingOf(quiet), T, { fromMs: DAY_MS - 2 * W, toMs: DAY_MS + 2 * W });
    expect(slots.map(({ state }) => state)).toEqual(['before', 'before', 'empty', 'empty']);
  });

  test('of more days is answered with the whole day', () => {
    const { fromMs, toMs } = windowsAt(recordingOf(quiet), T, '7d');
    expect([fromMs, toMs]).toEqual([DAY_MS, DAY_MS + 86_400_000]);
  });

  test('after midnight, when the last results are written, the range is still of its day', () => {
    const evening = { startMs: DAY_MS + 86_400_000 - W, endMs: DAY_MS + 86_400_000 };
    const file = fileOf({ results: [replayed(241, 1300, { other: [9] }, { window: evening })] });
    const recording = recordingOf(file);
    expect(recording.toMs).toBe(evening.endMs + 3000);
    expect(windowsAt(recording, recording.toMs, '1h')).toMatchObject({ toMs: evening.endMs, live: true });
    expect(windowsAt(recording, recording.toMs, '1h').slots.at(-1)).toMatchObject({ state: 'closed' });
  });

  test('after it was made is not played: a window that was open then stays open', () => {
    const file = fileOf({ header: header({ exportedMs: T + 60_000 }), clicks: [sent('own', 0, [300])] });
    const recording = recordingOf({ ...file });
    expect(recording.toMs).toBe(T + 60_000);
    expect(windowsAt(recording, recording.toMs, '1h').open).toMatchObject({
      state: 'open',
      salesCents: null,
    });
    expect(clicksAt(recording, recording.toMs).map(statusOf)).toEqual(['sent']);
  });

  test('a share that was so far when the file was made is so far in it, too', () => {
    const shares = [
      { startMs: T, endMs: T + W, recordCount: 1, salesCents: 300, counted: false, keys: ['live'] },
    ];
    const file = fileOf({
      header: header({ exportedMs: T + 60_000 }),
      clicks: [sent('own', 0, [300], { shares })],
    });
    const recording = recordingOf(file);
    expect(windowsAt(recording, recording.toMs, '1h').open).toMatchObject({
      salesCents: 300,
      soFar: { recordCount: 1 },
    });
    expect(clicksAt(recording, recording.toMs).map(statusOf)).toEqual(['in-stream']);
  });
});

test('a file of nothing is a day of nothing', () => {
  const recording = recordingOf(fileOf({ header: header({ firstDataMs: null }) }));
  expect(windowsAt(recording, recording.toMs, 'day')).toMatchObject({
    dayTotal: { salesCents: 0, closedWindows: 0 },
    newest: null,
    daySpread: null,
    previousDayTotal: null,
  });
});
