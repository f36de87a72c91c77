import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DayIndex, serializeDayIndex } from '../../../../lib/core/day-index.ts';
import { dayIndexKey, resultKey } from '../../../../lib/core/object-key.ts';
import { utcDay } from '../../../../lib/core/window.ts';
import { serializeResult, type WindowResult } from '../../../../lib/core/window-result.ts';
import { createDashboard, type Dashboard } from '../../../../lib/server/dashboard.ts';
import { metricsText } from '../../../../lib/server/prometheus.ts';
import { tracesAnswer } from '../../../../lib/server/traces.ts';
import type { ObjectReader } from '../../../../lib/server/window-store/object-reader.ts';
import { WindowStore } from '../../../../lib/server/window-store/window-store.ts';
import { windowsAnswer } from '../../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from '../local-bucket.ts';

const W = 120_000;
const DAY = 86_400_000;
/** 25 January 2021 */
const DAY_MS = Date.UTC(2021, 0, 25);
const SHARDS = ['a', 'b', 'c', 'd'];

let local: LocalBucket;

beforeEach(async () => {
  local = await openLocalBucket(DAY_MS + 9 * DAY);
});
afterEach(() => local.close());

/** A page's server that has just started: it knows nothing. */
function fresh(): Dashboard {
  const { clock } = local;
  return createDashboard(local.dashboard.settings, local.clients, {
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs,
    sleep: (ms) => clock.sleep(ms),
  });
}

async function ask({ store }: Dashboard, query: string) {
  const read = async () => {
    await Promise.all([store.refreshSnapshots(true), store.refreshLive()]);
  };
  const answer = await windowsAnswer(store, { fresh: read }, new URLSearchParams(query));
  // Each process counts its versions by itself.
  return { ...answer, version: '' };
}

/** Of all results that are stored of a shard, as the consumer writes it. */
async function indexOf(results: readonly WindowResult[], shardId: string): Promise<DayIndex> {
  const day = utcDay(DAY_MS);
  const { objects } = await local.reader.list(`revenue_sum/dt=${day}/`);
  const etags = new Map(objects.map(({ key, etag }) => [key, etag]));
  const rows = results
    .filter((each) => each.shardId === shardId)
    .map(({ requests: _, ...each }) => {
      const key = resultKey(each);
      return { key, etag: etags.get(key) ?? '', result: each };
    });
  return { day, shardId, rows };
}

async function putIndexes(results: readonly WindowResult[]): Promise<void> {
  for (const shardId of SHARDS) {
    const index = await indexOf(results, shardId);
    await local.put(dayIndexKey(index.day, shardId), serializeDayIndex(index));
  }
}

const dayOf = (windows: number): WindowResult[] =>
  Array.from({ length: windows }, (_, index) =>
    SHARDS.map((shard) => result(DAY_MS + index * W, shard, index + 1, [100, 250])),
  ).flat();

const reads = () => local.requests.filter((line) => /^GET \/results\/revenue_(sum|day)\/dt=/.test(line));

test('a day of 720 windows and 4 shards is read in some ten requests, and then answered from memory', async () => {
  const results = dayOf(720);
  local.fill(results);
  await putIndexes(results);
  const dashboard = fresh();
  const before = local.requests.length;
  const answer = await ask(dashboard, 'day=2021-01-25&range=day');
  expect(reads()).toHaveLength(4);
  expect(local.requests.length - before).toBeLessThan(16);
  expect(answer.slots).toHaveLength(144);
  expect(answer.dayTotal).toEqual({
    salesCents: 720 * 4 * 350,
    recordCount: 720 * 4 * 2,
    rejected: 0,
    closedWindows: 720,
    lack: null,
  });
  const asked = local.requests.length;
  const again = await windowsAnswer(
    dashboard.store,
    { fresh: async () => {} },
    new URLSearchParams('day=2021-01-25&range=day'),
  );
  expect({ ...again, version: '' }).toEqual(answer);
  expect(local.requests).toHaveLength(asked);
});

test('the first view has all sums without reading a single result', async () => {
  const results = dayOf(40);
  local.fill(results);
  await putIndexes(results);
  local.clock.nowMs = DAY_MS + 40 * W + 5000;
  const { store } = fresh();
  const read = async () => void (await store.refreshLive());
  const { slots, dayTotal } = await windowsAnswer(store, { fresh: read }, new URLSearchParams());
  expect(reads()).toHaveLength(4);
  expect(slots.filter(({ state }) => state === 'closed')).toHaveLength(29);
  expect(dayTotal.salesCents).toBe(40 * 4 * 350);
});

test('where a click’s records are is read of single results, by several who ask at once no more than once', async () => {
  const results = dayOf(40);
  local.fill(results);
  await putIndexes(results);
  local.clock.nowMs = DAY_MS + DAY;
  const since = new URLSearchParams({ ids: 'click-30', since: String(DAY_MS + 30 * W) });
  const { store } = fresh();
  const read = async () => void (await store.refreshLive());
  const asked = [0, 1, 2].map(() => tracesAnswer(store, { fresh: read }, since));
  for (const { traces } of await Promise.all(asked)) expect(traces['click-30']).toHaveLength(4);
  expect(reads()).toHaveLength(4 + 4 * 11);
});

test('a window of more parts than can be waited for has its exact total at once, and says who sent once they are read', async () => {
  const parts = Array.from({ length: 1300 }, (_, index) => result(DAY_MS, 'a', index + 1, [100]));
  const texts = new Map(parts.map((each) => [resultKey(each), serializeResult(each)]));
  const index = { day: utcDay(DAY_MS), shardId: 'a', rows: [] };
  const rows = parts.map((each) => ({ key: resultKey(each), etag: resultKey(each), result: each }));
  texts.set(dayIndexKey(index.day, 'a'), serializeDayIndex({ ...index, rows }));
  const objectOf = (key: string, text: string) => ({
    key,
    etag: key,
    size: text.length,
    lastModifiedMs: DAY_MS,
  });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const read: string[] = [];
  const reader: ObjectReader = {
    list: async (prefix, { delimiter } = {}) => {
      const found = [...texts].filter(([key]) => key.startsWith(prefix)).sort();
      return delimiter === undefined
        ? { objects: found.map(([key, text]) => objectOf(key, text)), prefixes: [] }
        : { objects: [], prefixes: [`${prefix}dt=${index.day}/`] };
    },
    get: async (key) => {
      const text = texts.get(key);
      if (text === undefined) return 'gone';
      if (key.startsWith('revenue_sum/')) await released;
      read.push(key);
      return { ...objectOf(key, text), text, contentType: 'application/json' };
    },
  };
  const nowMs = DAY_MS + W + 5000;
  const clock = { now: () => nowMs, elapsed: () => nowMs, sleep: () => new Promise<void>(() => {}) };
  const { settings } = local.dashboard;
  const problemIn = (error: unknown) => {
    throw error;
  };
  const store = new WindowStore({ ...settings, reader, clock, problemIn });
  const fresh = async () => void (await store.refreshLive());
  const senders = async () => {
    const { slots, dayTotal } = await windowsAnswer(store, { fresh }, new URLSearchParams('range=1h'));
    const [slot] = slots.filter(({ salesCents }) => salesCents !== null && salesCents > 0);
    expect([slot?.salesCents, dayTotal.salesCents]).toEqual([130_000, 130_000]);
    const ids = new URLSearchParams({ ids: 'click-1,click-1300', since: String(DAY_MS) });
    const { traces } = await tracesAnswer(store, { fresh }, ids);
    return Object.values(traces).flat().length;
  };
  expect(await senders()).toBe(0);
  expect(await senders()).toBe(0);
  release();
  await expect.poll(senders).toBe(2);
  expect(read).toHaveLength(1 + 1300);
});

test('the metrics count the windows and results of days that are over, too', async () => {
  const results = dayOf(10);
  local.fill(results);
  await putIndexes(results);
  const dashboard = fresh();
  await ask(dashboard, 'day=2021-01-25&range=day');
  const text = metricsText(dashboard);
  expect(text).toContain('\ntumbling_windows_windows_seen 10\n');
  expect(text).toContain('\ntumbling_windows_result_objects 40\n');
});

test('a day that is over is small, and is read again when something in it has changed', async () => {
  const results = dayOf(10);
  local.fill(results);
  await putIndexes(results);
  const dashboard = fresh();
  const query = 'day=2021-01-25&range=day';
  expect((await ask(dashboard, query)).dayTotal.salesCents).toBe(10 * 4 * 350);
  await local.putResult(result(DAY_MS, 'a', 1, [100, 250, 1]));
  local.clock.nowMs += 600_000;
  const { dayTotal } = await ask(dashboard, query);
  expect(dayTotal.salesCents).toBe(10 * 4 * 350 + 1);
});

describe('whatever stands in an index', () => {
  const WINDOWS = 6;
  const results = [
    ...dayOf(WINDOWS),
    // A late record's part, one that ended early, and rejected records only.
    result(DAY_MS, 'a', 900, [7]),
    result(DAY_MS + W, 'b', 901, [3], { terminatedEarly: true }),
    result(DAY_MS + 2 * W, 'c', 902, [], { rejected: 5 }),
  ];

  test.each(['read after the listing', 'read beside it, for the newest day has the same shards'])(
    'the answer is the same as without any: %s',
    async (when) => {
      local.fill(results);
      const newest = SHARDS.map((shard) => result(DAY_MS + 9 * DAY - 4 * W, shard, 1, [9]));
      if (when.startsWith('read beside')) local.fill(newest);
      await local.put(`revenue_sum/dt=2021_01_25/${DAY_MS + 5 * W + 1000}.json`, '{"sales": 12.34}');
      const queries = ['day=2021-01-25&range=day', `day=2021-01-25&range=${DAY_MS}-${DAY_MS + WINDOWS * W}`];
      const answers = (dashboard: Dashboard) => Promise.all(queries.map((query) => ask(dashboard, query)));
      const without = await answers(fresh());
      const whole = await indexOf(results, 'a');
      const etag = whole.rows[0]?.etag ?? '';
      const row = fc.nat(whole.rows.length - 1).chain((at) =>
        fc.record({
          at: fc.constant(at),
          // Whoever says another amount has seen another object, which has another ETag.
          salesCents: fc.integer({ min: -500, max: 500 }),
          isRight: fc.boolean(),
        }),
      );
      const index = fc.oneof(
        fc.array(row, { maxLength: 12 }).map((rows) =>
          serializeDayIndex({
            ...whole,
            rows: rows.flatMap(({ at, isRight, salesCents }) => {
              const known = whole.rows[at];
              if (known === undefined) return [];
              return isRight
                ? [known]
                : [{ ...known, etag: `${etag.slice(0, -2)}x"`, result: { ...known.result, salesCents } }];
            }),
          }),
        ),
        fc.nat(serializeDayIndex(whole).length).map((length) => serializeDayIndex(whole).slice(0, length)),
        fc.constantFrom(
          '',
          '{}',
          '[]',
          'null',
          '{"version":1}',
          serializeDayIndex({ ...whole, shardId: 'b' }),
        ),
      );
      await fc.assert(
        fc.asyncProperty(index, async (text) => {
          await local.put(dayIndexKey(whole.day, 'a'), text);
          expect(await answers(fresh())).toEqual(without);
        }),
        { numRuns: 12 },
      );
    },
  );

  test('results of which it says nothing are read one by one', async () => {
    local.fill(results);
    const whole = await indexOf(results, 'a');
    await local.put(
      dayIndexKey(whole.day, 'a'),
      serializeDayIndex({ ...whole, rows: whole.rows.slice(0, 4) }),
    );
    await ask(fresh(), 'day=2021-01-25&range=day');
    expect(reads().filter((line) => line.includes('revenue_sum'))).toHaveLength(results.length - 4);
  });
});

describe('what takes long to read', () => {
  test('is not said to be all before each of its days is, listed or not', async () => {
    const days = Array.from({ length: 29 }, (_, index) => DAY_MS - index * DAY);
    local.fill(days.map((dayMs, index) => result(dayMs, 'a', index + 1, [100])));
    local.clock.sleep = async () => {};
    const dashboard = fresh();
    let answer = await ask(dashboard, 'day=2021-01-25&range=30d');
    let asked = 1;
    for (; answer.reading !== null && asked < 500; asked += 1) {
      answer = await ask(dashboard, 'day=2021-01-25&range=30d');
    }
    expect(asked).toBeGreaterThan(1);
    expect(answer.slots.reduce((sum, { closedWindows }) => sum + closedWindows, 0)).toBe(29);
  });

  test('is answered with what is known by then, the newest first, and says how much is left', async () => {
    const results = dayOf(30);
    local.fill(results);
    local.clock.nowMs = DAY_MS + 30 * W + 5000;
    let late = () => {};
    const lateness = new Promise<void>((resolve) => {
      late = resolve;
    });
    local.clock.sleep = () => lateness;
    // The gate lets 64 through; time is up as soon as some of them are back.
    const dashboard = fresh();
    const answering = ask(dashboard, 'range=1h');
    await expect.poll(() => reads().length).toBeGreaterThan(70);
    late();
    const answer = await answering;
    const { reading, slots, dayTotal } = answer;
    if (reading !== null) {
      expect(reading.total).toBe(120);
      expect(reading.done).toBeGreaterThan(0);
      expect(dayTotal.lack?.unread).toBe(reading.total - reading.done);
    }
    // Nothing of it is said to be empty, whatever has been read.
    expect(slots.slice(0, 30).map(({ state }) => state)).not.toContain('empty');
    await expect
      .poll(async () => (await ask(dashboard, 'range=1h')).dayTotal)
      .toMatchObject({ salesCents: 30 * 4 * 350, lack: null });
  });
});
