import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingOf, windowsAt } from '../../../components/replay/recording.ts';
import { parseReplay } from '../../../lib/contract/replay-file.ts';
import { rangeText } from '../../../lib/core/range.ts';
import { ProblemError } from '../../../lib/server/problem.ts';
import { replayText } from '../../../lib/server/replay.ts';
import { windowsAnswer } from '../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from './local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const W = 120_000;
const DAY = 86_400_000;

let local: LocalBucket;

beforeEach(async () => {
  local = await openLocalBucket(T + 4 * W);
});
afterEach(() => local.close());

const still = {
  fresh: async () => {
    await local.dashboard.store.refreshLive();
  },
};

function exported(day: string): Promise<string> {
  return replayText({ ...local.dashboard, loop: still }, day, 'EUR');
}

test('a day is its settings and every result that starts in it, as stored, by key', async () => {
  await local.putResult(result(T - DAY, 'a', 1, [999]));
  await local.putResult(result(T, 'b', 1, [100]));
  await local.putResult(result(T, 'a', 1, [250]));
  await local.put('revenue_sum/dt=2021_01_24/1611503884042.json', '{ "sales":42187 }');
  await local.put('revenue_sum/dt=2021_01_25/1611533000000.json', '{"sales": 1}');
  const [header, ...lines] = (await exported('2021-01-24'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toEqual({
    kind: 'tumbling-windows-replay',
    version: 1,
    day: '2021-01-24',
    window_seconds: 120,
    idle_seconds: 1,
    currency: 'EUR',
    exported_at: '2021-01-24T16:04:00.000Z',
    first_data: '2021-01-23T15:56:00.000Z',
  });
  expect(lines.map(({ kind, key, last_modified }) => [kind, key, last_modified])).toEqual([
    ['result', `revenue_sum/dt=2021_01_24/${T}_a_1.json`, '2021-01-24T16:04:00.000Z'],
    ['result', `revenue_sum/dt=2021_01_24/${T}_b_1.json`, '2021-01-24T16:04:00.000Z'],
    ['result', 'revenue_sum/dt=2021_01_24/1611503884042.json', '2021-01-24T16:04:00.000Z'],
  ]);
  expect(lines.at(-1).body).toBe('{ "sales":42187 }');
});

test('an original result that was written after midnight is of the day before', async () => {
  local.clock.nowMs = T + DAY;
  const midnight = Date.UTC(2021, 0, 25);
  await local.put(`revenue_sum/dt=2021_01_25/${midnight + 4000}.json`, '{"sales": 7}');
  expect(parseReplay(await exported('2021-01-24')).results).toMatchObject([
    { part: { salesCents: 700, window: { startMs: midnight - W, endMs: midnight }, inferred: true } },
  ]);
});

test('replayed at the moment of its export it is what the page shows at that moment', async () => {
  await local.putResult(result(T - DAY, 'a', 1, [999]));
  for (const [index, shard] of [
    [0, 'a'],
    [0, 'b'],
    [1, 'a'],
    [3, 'b'],
  ] as const) {
    local.clock.nowMs = T + (index + 1) * W + 1500;
    await local.putResult(result(T + index * W, shard, 1, [100 * index + 5, -3]));
  }
  const { header, results, clicks } = parseReplay(await exported('today'));
  for (const range of ['1h', '4h', 'day', { fromMs: T, toMs: T + 3 * W }] as const) {
    const shown = await windowsAnswer(
      local.dashboard.store,
      still,
      new URLSearchParams({ range: rangeText(range) }),
    );
    const { previousDayTotal: _, ...live } = shown;
    const { previousDayTotal: __, ...replayed } = windowsAt(
      recordingOf({ header, results, clicks }),
      header.exportedMs,
      range,
    );
    // Of the evening before, a file knows nothing.
    const isOfDay = ({ startMs }: { startMs: number }) => startMs >= Date.UTC(2021, 0, 24);
    expect({ ...replayed, slots: replayed.slots.filter(isOfDay) }).toEqual({
      ...live,
      // Of which state of its server an answer is, a file does not know.
      version: '',
      slots: live.slots.filter(isOfDay),
    });
  }
});

test('a result that was overwritten after the store had read it counts from when that happened', async () => {
  await local.putResult(result(T, 'a', 1, [100]));
  await still.fresh();
  local.clock.nowMs += 9000;
  const overwriting = {
    fresh: async () => {
      await local.putResult(result(T, 'a', 1, [100, 50]));
    },
  };
  const text = await replayText({ ...local.dashboard, loop: overwriting }, 'today', 'USD');
  expect(parseReplay(text).results).toMatchObject([
    { part: { salesCents: 150, lastModifiedMs: T + 4 * W + 9000 } },
  ]);
});

test('a day without results is a file all the same', async () => {
  expect(parseReplay(await exported('2020-02-29'))).toMatchObject({
    header: { day: '2020-02-29' },
    results: [],
  });
});

test.each([['yesterday'], ['2021-02-30'], ['']])('the day "%s" is refused in words', async (day) => {
  const refusal = exported(day);
  await expect(refusal).rejects.toThrow(ProblemError);
  await expect(refusal).rejects.toThrow('Expected `day` to be `today` or a day such as 2021-01-24');
});
