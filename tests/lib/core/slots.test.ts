import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CENTS } from '../../../lib/core/cents.ts';
import { type Lack, UNREADABLE } from '../../../lib/core/lack.ts';
import { resultKey } from '../../../lib/core/object-key.ts';
import { buildSlots, type Known, uncovered } from '../../../lib/core/slots.ts';
import { newestOf, spreadOf, totalsOf } from '../../../lib/core/totals.ts';
import { parsePart, parseSnapshot, type WindowPart } from '../../../lib/core/window-part.ts';
import { serializeResult, type WindowResult } from '../../../lib/core/window-result.ts';
import { result } from '../server/local-bucket.ts';

/** 24 January 2021, 15:56 UTC: the start of the window of the seed example. */
const T = 1_611_503_760_000;
const W = 120_000;
const MINUTE = 60_000;
const GIVEN_UP: Lack = { unreadable: 0, unread: 0, givenUpRecords: 3, givenUpCents: 300 };

function part(of: WindowResult, lastModifiedMs = of.window.endMs + 1000): WindowPart {
  return parsePart({ key: resultKey(of), size: 400, lastModifiedMs }, serializeResult(of), 120);
}

function snapshot(of: WindowResult): WindowPart {
  const object = { key: `revenue_live/${of.shardId}.json`, size: 400, lastModifiedMs: of.window.startMs };
  return parseSnapshot(object, serializeResult(of));
}

function known(nowMs: number, rest: Partial<Known> = {}): Known {
  const results = rest.results ?? [];
  return {
    nowMs,
    readMs: nowMs,
    windowSeconds: 120,
    idleSeconds: 1,
    firstDataMs: T,
    lacks: [],
    ...rest,
    results,
    snapshots: uncovered(results, rest.snapshots ?? []),
  };
}

function states(of: Known, fromMs: number, toMs: number, stepSeconds = 120): string[] {
  return buildSlots(of, { fromMs, toMs, stepSeconds }).map(({ state }) => state);
}

describe('the state of a window', () => {
  //  15:54      15:56      15:58      16:00      16:02
  //    |  before  |  closed  |  empty   |   open   |  future
  //                                        ^ now 16:01
  test('tells closed, empty, open, before the first data and not begun apart', () => {
    const now = known(T + 5 * MINUTE, { results: [part(result(T, 'a', 1, [100]))] });
    expect(states(now, T - W, T + 4 * W)).toEqual(['before', 'closed', 'empty', 'open', 'future']);
  });

  test('without any data everything that ended lies before it', () => {
    expect(states(known(T + 5 * MINUTE, { firstDataMs: null }), T, T + 3 * W)).toEqual([
      'before',
      'before',
      'open',
    ]);
  });

  test('is closing with known sales until their result comes, late 30 s beyond the idle wait', () => {
    const snapshots = [snapshot(result(T, 'a', 1, [100]))];
    expect(states(known(T + W, { snapshots }), T, T + W)).toEqual(['closing']);
    expect(states(known(T + W + 31_000, { snapshots }), T, T + W)).toEqual(['closing']);
    expect(states(known(T + W + 31_001, { snapshots }), T, T + W)).toEqual(['late']);
    const results = [part(result(T, 'a', 1, [100]))];
    expect(states(known(T + W + 31_001, { snapshots, results }), T, T + W)).toEqual(['closed']);
  });

  test('is closing without known sales until the idle wait is over and the bucket was read since', () => {
    expect(states(known(T + W + 2999), T, T + W)).toEqual(['closing']);
    expect(states(known(T + W + 3000), T, T + W)).toEqual(['empty']);
    expect(states(known(T + W + 600_000, { readMs: T + W }), T, T + W)).toEqual(['closing']);
  });

  test('waits for every shard that has sales', () => {
    const results = [part(result(T, 'a', 1, [100]))];
    const snapshots = [snapshot(result(T, 'a', 1, [100])), snapshot(result(T, 'b', 5, [50]))];
    const [slot] = buildSlots(known(T + W + 5000, { results, snapshots }), {
      fromMs: T,
      toMs: T + W,
      stepSeconds: 120,
    });
    expect(slot).toMatchObject({ state: 'closing', salesCents: 150, recordCount: 2 });
  });

  test('an open window whose state outgrew Lambda sums the part that ended early and the snapshot after it', () => {
    const results = [part(result(T, 'a', 1, [100], { terminatedEarly: true }), T + 5000)];
    const snapshots = [snapshot(result(T, 'a', 2, [30]))];
    const [slot] = buildSlots(known(T + MINUTE, { results, snapshots }), {
      fromMs: T,
      toMs: T + W,
      stepSeconds: 120,
    });
    expect(slot).toMatchObject({
      state: 'open',
      salesCents: 130,
      recordCount: 2,
      terminatedEarly: true,
      closedWindows: 0,
    });
  });

  test('nothing known is null, and only an empty window is zero', () => {
    const slots = buildSlots(known(T + 5 * MINUTE, { results: [part(result(T, 'a', 1, [100]))] }), {
      fromMs: T - W,
      toMs: T + 4 * W,
      stepSeconds: 120,
    });
    expect(slots.map(({ salesCents }) => salesCents)).toEqual([null, 100, 0, null, null]);
    expect(slots.map(({ recordCount }) => recordCount)).toEqual([null, 1, 0, null, null]);
  });
});

describe('where windows had another length', () => {
  //  15:56            15:58            16:00     now: windows of 60 s
  //    |    closed (120 s)    |  empty (60 s)  | empty |
  test('the time that a longer one holds is not said to be empty', () => {
    const now = {
      ...known(T + 10 * MINUTE, { results: [part(result(T, 'a', 1, [100]))] }),
      windowSeconds: 60,
    };
    expect(states(now, T, T + 2 * W, 60)).toEqual(['closed', 'within', 'empty', 'empty']);
    expect(
      buildSlots(now, { fromMs: T + MINUTE, toMs: T + W, stepSeconds: 60 }).map(
        ({ salesCents }) => salesCents,
      ),
    ).toEqual([null]);
  });

  test('records of an open window that were folded again are not also so far', () => {
    const old = snapshot(result(T, 'a', 1, [100, 50]));
    const again = (windowMs: number, first: number, sales: readonly number[]) =>
      part(result(windowMs, 'a', first, sales, { window: { startMs: windowMs, endMs: windowMs + 6000 } }));
    expect(uncovered([again(T + 6000, 1, [100])], [old])).toEqual([]);
    expect(uncovered([part(result(T - W, 'a', 0, [7]))], [old])).toEqual([old]);
    expect(uncovered([again(T - 6000, 0, [7])], [old])).toEqual([old]);
  });
});

describe('what is known to be missing', () => {
  const lacks = [{ startMs: T, ...UNREADABLE }];

  test('makes a window without results incomplete, never empty, and its sales unknown, never zero', () => {
    const now = known(T + 5 * MINUTE, { firstDataMs: T - W, lacks });
    const [slot, next] = buildSlots(now, { fromMs: T, toMs: T + 2 * W, stepSeconds: 120 });
    expect(slot).toMatchObject({
      state: 'incomplete',
      salesCents: null,
      recordCount: null,
      lack: UNREADABLE,
    });
    expect(next).toMatchObject({ state: 'empty', salesCents: 0, lack: null });
  });

  test('is said of a window, a longer slot and a total that have results, too', () => {
    const results = [part(result(T, 'a', 1, [100])), part(result(T + W, 'a', 2, [5]))];
    const now = known(T + 10 * MINUTE, { results, lacks: [...lacks, { startMs: T + W, ...GIVEN_UP }] });
    const [slot] = buildSlots(now, { fromMs: T, toMs: T + 2 * W, stepSeconds: 240 });
    const both = { ...GIVEN_UP, unreadable: 1 };
    expect(slot).toMatchObject({ state: 'closed', salesCents: 105, lack: both });
    expect(totalsOf(results, T, T + 2 * W, now.nowMs, now.lacks)).toMatchObject({
      salesCents: 105,
      lack: both,
    });
    expect(totalsOf(results, T, T + W, now.nowMs, now.lacks).lack).toEqual(UNREADABLE);
    expect(totalsOf(results, T + 2 * W, T + 3 * W, now.nowMs, now.lacks).lack).toBeNull();
  });

  test('does not hide that a window is open, or that another shard is still waited for', () => {
    const snapshots = [snapshot(result(T, 'a', 1, [100]))];
    expect(states(known(T + MINUTE, { lacks }), T, T + W)).toEqual(['open']);
    expect(states(known(T + W + 5000, { lacks, snapshots }), T, T + W)).toEqual(['closing']);
  });
});

describe('a slot', () => {
  test('sums shards and parts, and says who sent them', () => {
    const results = [
      part(result(T, 'b', 7, [50, 60])),
      part(result(T, 'a', 1, [100], { terminatedEarly: true })),
      part(result(T, 'a', 2, [20], { rejected: 3 })),
    ];
    const [slot] = buildSlots(known(T + 600_000, { results }), {
      fromMs: T,
      toMs: T + W,
      stepSeconds: 120,
    });
    expect(slot).toMatchObject({
      state: 'closed',
      salesCents: 230,
      recordCount: 4,
      rejected: 3,
      minCents: 20,
      maxCents: 100,
      closedWindows: 1,
      terminatedEarly: true,
      shards: [
        { shardId: 'a', salesCents: 120, recordCount: 2, rejected: 3 },
        { shardId: 'b', salesCents: 110, recordCount: 2, rejected: 0 },
      ],
    });
    expect(slot?.objects).toHaveLength(3);
    expect(slot?.requests).toEqual([]);
  });

  test('who sent is told of what is not final yet, by invocation, of all shards together', () => {
    const requests = [{ requestId: 'click', recordCount: 1, salesCents: 100 }];
    const results = [part(result(T, 'a', 1, [100], { requests, terminatedEarly: true }))];
    const snapshots = ['a', 'b'].map((shard) => snapshot(result(T, shard, 2, [100], { requests })));
    const [slot] = buildSlots(known(T + MINUTE, { results, snapshots }), {
      fromMs: T,
      toMs: T + W,
      stepSeconds: 120,
    });
    expect(slot?.soFar).toEqual({ recordCount: 2, salesCents: 200 });
    expect(slot?.requests).toEqual([{ requestId: 'click', recordCount: 2, salesCents: 200 }]);
  });

  test('an original result is inferred, and leaves open what it does not say', () => {
    const object = {
      key: 'revenue_sum/dt=2021_01_24/1611503884042.json',
      size: 16,
      lastModifiedMs: T + W + 4042,
    };
    const results = [parsePart(object, '{"sales": 42187}', 120)];
    const [slot] = buildSlots(known(T + 600_000, { results }), {
      fromMs: T,
      toMs: T + W,
      stepSeconds: 120,
    });
    expect(slot).toMatchObject({
      state: 'closed',
      inferred: true,
      salesCents: 4_218_700,
      recordCount: null,
      minCents: null,
      shards: [{ shardId: null, salesCents: 4_218_700, recordCount: null, rejected: 0 }],
    });
  });

  test('a longer slot is as unsettled as its most unsettled window', () => {
    const results = [part(result(T, 'a', 1, [100]))];
    const snapshots = [snapshot(result(T + W, 'a', 2, [5]))];
    expect(states(known(T + 2 * W, { results, snapshots }), T, T + 2 * W, 240)).toEqual(['closing']);
    expect(states(known(T + 3 * W, { results, snapshots }), T, T + 2 * W, 240)).toEqual(['late']);
    expect(states(known(T + 3 * W, { results }), T, T + 2 * W, 240)).toEqual(['closed']);
    expect(states(known(T + W + 1, { results, snapshots }), T, T + 2 * W, 240)).toEqual(['open']);
  });
});

describe('for any results', () => {
  const HOURS = 3;
  const anyResult = fc
    .tuple(
      fc.integer({ min: 0, max: HOURS * 30 - 1 }),
      fc.constantFrom('a', 'b', 'c'),
      fc.nat(1_000_000),
      fc.array(fc.integer({ min: -50_000, max: 50_000 }), { maxLength: 5 }),
    )
    .map(([index, shard, first, sales]) => part(result(T + index * W, shard, first, sales)));
  const anyResults = fc.uniqueArray(anyResult, { maxLength: 80, selector: ({ key }) => key });
  const steps = fc.constantFrom(120, 240, 600, 1800);
  const range = { fromMs: T, toMs: T + HOURS * 3_600_000 };

  test('slots are contiguous, do not overlap, and fill the range', () => {
    fc.assert(
      fc.property(anyResults, steps, fc.nat(HOURS * 3_600_000), (results, stepSeconds, intoMs) => {
        const slots = buildSlots(known(T + intoMs, { results }), { ...range, stepSeconds });
        expect(slots[0]?.startMs).toBe(range.fromMs);
        expect(slots.at(-1)?.endMs).toBe(range.toMs);
        for (const [index, slot] of slots.entries()) {
          expect(slot.endMs).toBeGreaterThan(slot.startMs);
          if (index > 0) expect(slot.startMs).toBe(slots[index - 1]?.endMs);
        }
      }),
    );
  });

  test('the sum of slots is the sum of results, whatever the step', () => {
    fc.assert(
      fc.property(anyResults, steps, (results, stepSeconds) => {
        const nowMs = range.toMs + 3_600_000;
        const slots = buildSlots(known(nowMs, { results }), { ...range, stepSeconds });
        const cents = slots.reduce((sum, slot) => sum + (slot.salesCents ?? 0), 0);
        expect(cents).toBe(results.reduce((sum, each) => sum + each.salesCents, 0));
        expect(totalsOf(results, range.fromMs, range.toMs, nowMs).salesCents).toBe(cents);
        const closed = slots.reduce((sum, slot) => sum + slot.closedWindows, 0);
        expect(totalsOf(results, range.fromMs, range.toMs, nowMs).closedWindows).toBe(closed);
        for (const slot of slots) {
          const shards = slot.shards.reduce((sum, share) => sum + share.salesCents, 0);
          expect(shards).toBe(slot.salesCents ?? 0);
        }
      }),
    );
  });

  // Seventy trillion and more: beyond it a double would be off by a cent and more.
  test('the sums of amounts as large as a window can have are exact, or unknown; never rounded', () => {
    const large = fc
      .tuple(fc.nat(29), fc.constantFrom('a', 'b'), fc.nat(1_000_000), fc.maxSafeInteger())
      .map(([index, shard, first, cents]) =>
        part(result(T + index * W, shard, first, [cents % (MAX_CENTS + 1)])),
      );
    const all = fc.uniqueArray(large, { maxLength: 20, selector: ({ key }) => key });
    const exactOf = (parts: readonly WindowPart[]) => {
      const sum = parts.reduce((cents, each) => cents + BigInt(each.salesCents), 0n);
      return sum <= BigInt(MAX_CENTS) && -sum <= BigInt(MAX_CENTS) ? Number(sum) : null;
    };
    fc.assert(
      fc.property(all, (results) => {
        const nowMs = range.toMs + 3_600_000;
        expect(totalsOf(results, range.fromMs, range.toMs, nowMs).salesCents).toBe(exactOf(results));
        for (const slot of buildSlots(known(nowMs, { results }), { ...range, stepSeconds: 1800 })) {
          const own = results.filter(
            ({ window }) => window.startMs >= slot.startMs && window.startMs < slot.endMs,
          );
          expect(slot.salesCents).toBe(exactOf(own));
          for (const { shardId, salesCents } of slot.shards) {
            expect(salesCents).toBe(exactOf(own.filter((each) => each.shardId === shardId)));
          }
        }
      }),
    );
  });

  test('the order of arrival does not matter', () => {
    fc.assert(
      fc.property(
        anyResults.chain((results) =>
          fc.tuple(
            fc.constant(results),
            fc.shuffledSubarray(results, { minLength: results.length, maxLength: results.length }),
          ),
        ),
        steps,
        ([one, other], stepSeconds) => {
          const build = (results: WindowPart[]) =>
            buildSlots(known(range.toMs, { results }), { ...range, stepSeconds });
          expect(build(other)).toEqual(build(one));
        },
      ),
    );
  });
});

describe('days', () => {
  //  28 March 2021: in Berlin the clocks skip from 02:00 to 03:00, which is 01:00 UTC.
  test('the slots of a day on which clocks change are those of any day, since windows are UTC', () => {
    const dayMs = Date.UTC(2021, 2, 28);
    const results = Array.from({ length: 720 }, (_, index) =>
      part(result(dayMs + index * W, 'a', index, [1])),
    );
    const slots = buildSlots(known(dayMs + 2 * 86_400_000, { results }), {
      fromMs: dayMs,
      toMs: dayMs + 86_400_000,
      stepSeconds: 600,
    });
    expect(slots).toHaveLength(144);
    expect(new Set(slots.map(({ salesCents }) => salesCents))).toEqual(new Set([5]));
  });

  test('an original result that was written after midnight belongs to the day before', () => {
    const midnight = Date.UTC(2021, 0, 25);
    const object = {
      key: `revenue_sum/dt=2021_01_25/${midnight + 900}.json`,
      size: 16,
      lastModifiedMs: midnight,
    };
    const late = parsePart(object, '{"sales": 1}', 120);
    expect(late.window).toEqual({ startMs: midnight - W, endMs: midnight });
    expect(totalsOf([late], midnight - 86_400_000, midnight, midnight + W).salesCents).toBe(100);
    expect(totalsOf([late], midnight, midnight + 86_400_000, midnight + W).salesCents).toBe(0);
  });

  test('totals count closed windows only', () => {
    const results = [
      part(result(T, 'a', 1, [100])),
      part(result(T + W, 'a', 2, [50], { terminatedEarly: true })),
    ];
    expect(totalsOf(results, T, T + 10 * W, T + W + 1)).toEqual({
      salesCents: 100,
      recordCount: 1,
      rejected: 0,
      closedWindows: 1,
      lack: null,
    });
  });
});

test('the lag of the newest window is that of its slowest shard, late records aside', () => {
  const results = [
    part(result(T, 'a', 1, [100]), T + W + 1200),
    part(result(T, 'b', 2, [100]), T + W + 3400),
    part(result(T, 'a', 9, [1]), T + W + 90_000),
    part(result(T - W, 'a', 0, [1]), T + 1_000_000),
  ];
  expect(newestOf(results, T + W + 100_000)).toEqual({ startMs: T, endMs: T + W, lagMs: 3400 });
  expect(newestOf(results, T + 1)).toEqual({ startMs: T - W, endMs: T, lagMs: 1_000_000 });
  expect(newestOf([], T)).toBeNull();
});

describe('an object is no result when', () => {
  const good = result(T, 'a', 1, [100]);
  const body = serializeResult(good);
  const endless = serializeResult({ ...good, window: { startMs: T, endMs: Date.UTC(9999, 11, 31) } });
  test.each([
    ['its key is no result key', 'revenue_sum/dt=2021_01_24/notes.txt', body],
    ['it lies in the partition of another day', `revenue_sum/dt=2021_01_25/${T}_a_1.json`, body],
    ['its window is not the one of its key', `revenue_sum/dt=2021_01_24/${T + W}_a_1.json`, body],
    ['its window is longer than any can be', `revenue_sum/dt=2021_01_24/${T}_a_1.json`, endless],
    ['its shard is not the one of its key', `revenue_sum/dt=2021_01_24/${T}_b_1.json`, body],
    ['its first record is not the one of its key', `revenue_sum/dt=2021_01_24/${T}_a_2.json`, body],
    ['its body is not JSON', `revenue_sum/dt=2021_01_24/${T}_a_1.json`, '<html>'],
    ['its body lacks the sales', `revenue_sum/dt=2021_01_24/${T}.json`, '{"total": 1}'],
  ])('%s', (_name, key, text) => {
    expect(() => parsePart({ key, size: 1, lastModifiedMs: 0 }, text, 120)).toThrow(
      /^Expected a window result/,
    );
  });
});

test('the best, the middle and the least window of a day are of its closed windows, with all their parts', () => {
  const results = [
    part(result(T, 'a', 1, [300])),
    part(result(T, 'b', 1, [50])),
    part(result(T + W, 'a', 9, [500])),
    part(result(T + 2 * W, 'a', 20, [-100])),
    part(result(T + 3 * W, 'a', 30, [400])),
    part(result(T + 4 * W, 'a', 40, [9999])),
  ];
  // The last one is still open.
  expect(spreadOf(results, T, T + 10 * W, T + 4 * W + 1)).toEqual({
    best: { startMs: T + W, salesCents: 500 },
    median: { startMs: T, salesCents: 350 },
    worst: { startMs: T + 2 * W, salesCents: -100 },
  });
  expect(spreadOf([], T, T + W, T + W)).toBeNull();
});
