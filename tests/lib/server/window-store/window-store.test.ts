import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpService } from '../../../../infra/local/http/http.ts';
import type { WindowsAnswer } from '../../../../lib/contract/answers.ts';
import { ProblemError } from '../../../../lib/server/problem.ts';
import type { WindowStore } from '../../../../lib/server/window-store/window-store.ts';
import { daysAnswer, windowsAnswer } from '../../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from '../local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const W = 120_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2021, 0, 25);

let local: LocalBucket;
let store: WindowStore;

beforeEach(async () => {
  local = await openLocalBucket(T + W + 10_000);
  store = local.dashboard.store;
});
afterEach(() => local.close());

const down: HttpService = () => ({ status: 503, headers: {}, body: '' });

async function read(): Promise<void> {
  await store.refreshSnapshots(true);
  await store.refreshLive();
}

/** What the page would be told right now, after a reading of what is due. */
async function ask(query: string): Promise<WindowsAnswer> {
  const still = { fresh: read };
  return windowsAnswer(store, still, new URLSearchParams(query));
}

function slotAt(answer: WindowsAnswer, startMs: number) {
  return answer.slots.find((slot) => slot.startMs === startMs);
}

function gets(): string[] {
  return local.requests.filter((line) => line.startsWith('GET /results/revenue_sum/dt='));
}

describe('results', () => {
  test("the seed example's object is the window 15:56 to 15:58 of 24 January 2021, inferred", async () => {
    local.clock.nowMs = T + 400 * DAY;
    await local.put('revenue_sum/dt=2021_01_24/1611503884042.json', '{"sales": 42187}');
    const answer = await ask('day=2021-01-24&range=1h');
    expect(answer.slots.filter(({ state }) => state === 'closed')).toMatchObject([
      { startMs: T, endMs: T + W, salesCents: 4_218_700, recordCount: null, inferred: true },
    ]);
    expect(answer.dayTotal).toEqual({
      salesCents: 4_218_700,
      recordCount: null,
      rejected: 0,
      closedWindows: 1,
      lack: null,
    });
    expect(answer).toMatchObject({ live: false, previousDayTotal: null, problem: null });
    expect(answer.newest).toMatchObject({ startMs: T });
  });

  test('are read once', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    await read();
    await read();
    expect(gets()).toHaveLength(1);
  });

  test('are read again when a repeated final invocation has overwritten them with more', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    expect(slotAt(await ask(''), T)?.salesCents).toBe(100);
    await local.putResult(result(T, 'a', 1, [100, 50]));
    expect(slotAt(await ask(''), T)?.salesCents).toBe(150);
  });

  test('are found though their keys sort before those that were seen', async () => {
    await local.putResult(result(T, 'shard-b', 1, [100]));
    await read();
    await local.putResult(result(T, 'shard-a', 1, [10]));
    expect(slotAt(await ask(''), T)?.salesCents).toBe(110);
  });

  test('of long ago are found within a minute', async () => {
    await read();
    await local.putResult(result(T - HOUR / 2, 'a', 1, [100]));
    await read();
    expect(store.results(0, T + W)).toHaveLength(0);
    local.clock.nowMs += 60_000;
    await read();
    expect(store.results(0, T + W)).toHaveLength(1);
  });

  test('of long ago are found at once when a snapshot has announced them', async () => {
    await local.putSnapshot(result(T - HOUR / 12, 'a', 1, [100]));
    await read();
    await local.putResult(result(T - HOUR / 12, 'a', 1, [100]));
    await read();
    expect(store.results(0, T + W)).toHaveLength(1);
    expect(store.isClosing()).toBe(false);
  });

  test('that are deleted are gone', async () => {
    const key = await local.putResult(result(T, 'a', 1, [100]));
    await read();
    await local.remove(key);
    expect(slotAt(await ask(''), T)?.state).not.toBe('closed');
    expect((await ask('')).dayTotal.salesCents).toBe(0);
  });

  test('that are none are listed, never counted, and hold up nobody', async () => {
    const objects = [
      'revenue_sum/README',
      'revenue_sum/dt=2021_01_24/',
      `revenue_sum/dt=2021_01_24/${T}_b_1.json`,
    ];
    for (const key of objects) await local.put(key, key.endsWith('/') ? '' : 'no result');
    await local.put('revenue_sum/dt=2021_01_24/zz.json', '{"sales": 5}');
    await local.putResult(result(T, 'a', 1, [100]));
    const answer = await ask('');
    expect(answer.dayTotal.salesCents).toBe(100);
    expect(answer.malformed.map(({ key }) => key).sort()).toEqual([
      'revenue_sum/README',
      `revenue_sum/dt=2021_01_24/${T}_b_1.json`,
      'revenue_sum/dt=2021_01_24/zz.json',
    ]);
    expect(answer.malformed[0]?.reason).toMatch(/^Expected /);
    await read();
    expect(gets()).toHaveLength(2);
    // Mended, it counts.
    await local.putResult(result(T, 'b', 1, [7]));
    expect((await ask('')).dayTotal.salesCents).toBe(107);
    expect((await ask('')).malformed).toHaveLength(2);
  });
});

describe('days', () => {
  test('the last window of a day that an original result files under the next one', async () => {
    local.clock.nowMs = MIDNIGHT + 5 * DAY;
    await local.put(`revenue_sum/dt=2021_01_25/${MIDNIGHT + 1500}.json`, '{"sales": 12.34}');
    await local.putResult(result(MIDNIGHT + HOUR, 'a', 1, [100]));
    await local.putResult(result(MIDNIGHT + 2 * DAY, 'a', 1, [7]));
    const before = await ask('day=2021-01-24&range=day');
    expect(before.dayTotal).toMatchObject({ salesCents: 1234, closedWindows: 1 });
    expect(before.slots.at(-1)).toMatchObject({ state: 'closed', salesCents: 1234 });
    // Of the next day only what is needed was read.
    expect(gets().filter((line) => line.includes('01_25'))).toEqual([
      `GET /results/revenue_sum/dt=2021_01_25/${MIDNIGHT + 1500}.json`,
    ]);
    const after = await ask('day=2021-01-25&range=day');
    expect(after.dayTotal).toMatchObject({ salesCents: 100, closedWindows: 1 });
    expect(after.previousDayTotal).toMatchObject({ salesCents: 1234 });
  });

  test('a window that closes after midnight is counted on the day that it began, at once', async () => {
    local.clock.nowMs = MIDNIGHT + 500;
    await local.putSnapshot(result(MIDNIGHT - W, 'a', 1, [100]));
    const closing = await ask('range=1h');
    expect(slotAt(closing, MIDNIGHT - W)).toMatchObject({ state: 'closing', salesCents: 100 });
    expect(closing.open.startMs).toBe(MIDNIGHT);
    await local.putResult(result(MIDNIGHT - W, 'a', 1, [100, 1]));
    local.clock.nowMs += 1000;
    const closed = await ask('range=1h');
    expect(slotAt(closed, MIDNIGHT - W)).toMatchObject({ state: 'closed', salesCents: 101 });
    expect(closed.dayTotal.salesCents).toBe(0);
    expect((await ask('day=2021-01-24&range=1h')).dayTotal.salesCents).toBe(101);
  });

  test('a day that is asked for by name is found, however short a time after it came', async () => {
    await ask('');
    await local.putResult(result(T - 9 * DAY, 'a', 1, [100]));
    const day = new Date(T - 9 * DAY).toISOString().slice(0, 10);
    expect((await ask(`day=${day}&range=day`)).dayTotal.salesCents).toBe(100);
  });

  test('a part of a day that has just come is found, too', async () => {
    await ask('');
    const startMs = T - 9 * DAY;
    await local.putResult(result(startMs, 'a', 1, [100]));
    const day = new Date(startMs).toISOString().slice(0, 10);
    const answer = await ask(`day=${day}&range=${startMs}-${startMs + 2 * W}`);
    expect(slotAt(answer, startMs)).toMatchObject({ state: 'closed', salesCents: 100 });
  });

  test('the day before is compared up to the same clock time', async () => {
    await local.putResult(result(T - DAY, 'a', 1, [100]));
    await local.putResult(result(T - DAY + W, 'a', 2, [50]));
    await local.putResult(result(T - DAY + HOUR, 'a', 3, [7]));
    expect((await ask('')).previousDayTotal).toMatchObject({ salesCents: 100, closedWindows: 1 });
  });

  test('a day that has come since the last listing is found by whoever asks for it', async () => {
    await read();
    await local.put('revenue_sum/dt=2020_05_05/1588636800001.json', '{"sales": 1}');
    local.clock.nowMs += 1500;
    expect((await ask('day=2020-05-04&range=day')).dayTotal.salesCents).toBe(100);
    await local.put('revenue_sum/dt=2019_05_05/1557014400001.json', '{"sales": 1}');
    local.clock.nowMs += 1500;
    expect((await ask('day=2019-05-04&range=day')).dayTotal.salesCents).toBe(100);
  });

  test('exist when there is a partition, today always, and have totals once they are read', async () => {
    await local.putResult(result(T - 3 * DAY, 'a', 1, [100]));
    const days = async () => (await daysAnswer(store, { fresh: read })).days;
    expect(await days()).toEqual([
      {
        day: '2021-01-24',
        total: { salesCents: 0, recordCount: 0, rejected: 0, closedWindows: 0, lack: null },
      },
      { day: '2021-01-21', total: null },
    ]);
    await ask('day=2021-01-21&range=day');
    expect((await days())[1]?.total).toMatchObject({ salesCents: 100, closedWindows: 1 });
  });

  test('nothing is known before the first data', async () => {
    await local.putResult(result(T - 2 * W, 'a', 1, [100]));
    const answer = await ask('range=4h');
    expect(slotAt(answer, T - 3 * W)).toMatchObject({ state: 'before', salesCents: null });
    expect(slotAt(answer, T - W)).toMatchObject({ state: 'empty', salesCents: 0 });
  });
});

describe('open snapshots', () => {
  test('grow, and give way to their result', async () => {
    local.clock.nowMs = T + 1000;
    await local.putSnapshot(result(T, 'a', 1, [100]));
    expect((await ask('')).open).toMatchObject({ state: 'open', salesCents: 100, recordCount: 1 });
    await local.putSnapshot(result(T, 'a', 1, [100, 20]));
    await store.refreshSnapshots(false);
    expect((await ask('')).open).toMatchObject({ salesCents: 120, recordCount: 2 });
    local.clock.nowMs = T + W + 100;
    expect(store.isClosing()).toBe(true);
    await local.putResult(result(T, 'a', 1, [100, 20]));
    const answer = await ask('');
    expect(slotAt(answer, T)).toMatchObject({ state: 'closed', salesCents: 120 });
    expect(answer.open).toMatchObject({ startMs: T + W, salesCents: null });
  });

  test('are only fetched when they have changed', async () => {
    await local.putSnapshot(result(T, 'a', 1, [100]));
    await store.refreshSnapshots(true);
    await store.refreshSnapshots(false);
    await store.refreshSnapshots(false);
    expect(local.dashboard.metrics).toMatchObject({ getCalls: 3, notModified: 2 });
  });

  test('of a window whose result never came stay known when the next window overwrites them', async () => {
    await local.putSnapshot(result(T, 'a', 1, [100]));
    await read();
    await local.putSnapshot(result(T + W, 'a', 2, [30]));
    local.clock.nowMs = T + W + 60_000;
    expect(slotAt(await ask(''), T)).toMatchObject({ state: 'late', salesCents: 100 });
    await local.putResult(result(T, 'a', 1, [100]));
    expect(slotAt(await ask(''), T)).toMatchObject({ state: 'closed', salesCents: 100 });
  });

  test('of records that are folded again, for windows have another length now, are those of the new windows', async () => {
    local.clock.nowMs = T + 30_000;
    await local.putSnapshot(result(T, 'a', 1, [100, 20]));
    await read();
    const again = (first: number, sales: readonly number[]) =>
      result(T + 18_000, 'a', first, sales, { window: { startMs: T + 18_000, endMs: T + 24_000 } });
    await local.putSnapshot(again(1, [100, 20]));
    await read();
    expect(store.snapshots().map(({ window, salesCents }) => [window.startMs, salesCents])).toEqual([
      [T + 18_000, 120],
    ]);
    await local.putResult(again(1, [100, 20]));
    await read();
    expect(store.snapshots()).toEqual([]);
  });

  test('that are no snapshots are passed over', async () => {
    await local.put('revenue_live/a.json', '{');
    expect((await ask('')).problem).toBeNull();
  });
});

describe('an outage', () => {
  test('takes nothing away: the last data stay, with the problem and their age, until the next success', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    const before = await ask('');
    local.refuse = down;
    local.clock.nowMs += 300_000;
    const during = await ask('');
    expect(during.problem?.kind).toBe('endpoint-down');
    expect(during.readMs).toBe(before.readMs);
    expect(slotAt(during, T)).toMatchObject({ state: 'closed', salesCents: 100 });
    // Of windows that ended since, nothing is known: they are not empty.
    expect(slotAt(during, T + 2 * W)).toMatchObject({ state: 'closing', salesCents: null });
    local.refuse = null;
    const after = await ask('');
    expect(after).toMatchObject({ problem: null, readMs: local.clock.nowMs });
    expect(slotAt(after, T + 2 * W)?.state).toBe('empty');
  });

  test('before anything was read is an error, not an empty page', async () => {
    local.refuse = down;
    await expect(ask('')).rejects.toThrow(ProblemError);
  });

  test('of a past day that was never read is an error', async () => {
    await local.putResult(result(T - 3 * DAY, 'a', 1, [100]));
    await read();
    const still = { fresh: async () => {} };
    local.refuse = down;
    await expect(
      windowsAnswer(store, still, new URLSearchParams('day=2021-01-21&range=day')),
    ).rejects.toMatchObject({ status: 503, problem: { kind: 'endpoint-down' } });
  });

  test('of the snapshots alone leaves the results as they are', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    local.refuse = null;
    await read();
    const results = store.readMs;
    local.refuse = down;
    await store.refreshSnapshots(true);
    expect(store.problem?.kind).toBe('endpoint-down');
    local.refuse = null;
    await store.refreshLive();
    expect(store.problem?.kind).toBe('endpoint-down');
    await store.refreshSnapshots(true);
    expect(store.problem).toBeNull();
    expect(store.readMs).toBe(results);
  });
});

test('the version changes when there is news of closed windows, and not when only an open one grows', async () => {
  await local.putResult(result(T, 'a', 1, [100]));
  await read();
  const first = store.version;
  await local.putSnapshot(result(T + W, 'a', 5, [10]));
  await read();
  expect(store.version).toBe(first);
  await local.putResult(result(T, 'b', 1, [100]));
  await read();
  const second = store.version;
  expect(second).not.toBe(first);
  local.clock.nowMs += W;
  await read();
  expect(store.version).not.toBe(second);
});

describe('the length of windows', () => {
  const mapping = (seconds: number): HttpService => {
    const EventSourceMappings = [
      {
        UUID: 'a',
        EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe',
        TumblingWindowInSeconds: seconds,
      },
    ];
    return () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ EventSourceMappings }),
    });
  };

  test('is what the mapping says by now, and whoever asks then is told in such windows', async () => {
    const changed = await openLocalBucket(T + W + 10_000, {}, { lambda: mapping(60) });
    try {
      await changed.putResult(result(T, 'a', 1, [100]));
      await changed.put('revenue_sum/dt=2021_01_24/1611503850000.json', '{"sales": 7}');
      const { store, loop } = changed.dashboard;
      await loop.measure();
      const answer = await windowsAnswer(store, loop, new URLSearchParams());
      expect(answer).toMatchObject({ windowSeconds: 60, stepSeconds: 60, dayTotal: { salesCents: 800 } });
      expect(slotAt(answer, T)).toMatchObject({ state: 'closed', salesCents: 800, endMs: T + 60_000 });
      expect(slotAt(answer, T + 60_000)).toMatchObject({ state: 'within', salesCents: null });
    } finally {
      await changed.close();
    }
  });

  test.each([
    ['has no windows', mapping(0)],
    ['cannot be asked', down],
  ])('stays what was set where the mapping %s', async (_, lambda) => {
    const same = await openLocalBucket(T + W + 10_000, {}, { lambda });
    try {
      await same.dashboard.loop.measure();
      expect(same.dashboard.store.windowSeconds).toBe(120);
    } finally {
      await same.close();
    }
  });
});
