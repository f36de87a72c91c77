import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import { changeOf, type LiveEvent, withChange } from '../../../lib/contract/live-change.ts';
import { createDashboard, type Dashboard } from '../../../lib/server/dashboard.ts';
import { shared } from '../../../lib/server/http-answer.ts';
import { lastHour } from '../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from './local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const W = 120_000;

let local: LocalBucket;

beforeEach(async () => {
  local = await openLocalBucket(T + W + 5000);
  await local.putResult(result(T, 'a', 1, [100]));
});
afterEach(() => local.close());

/** Of the same bucket. */
function another(): Dashboard {
  const { clock, dashboard, clients } = local;
  const now = () => clock.nowMs;
  return createDashboard(dashboard.settings, clients, { now, elapsed: now, sleep: (ms) => clock.sleep(ms) });
}

const ask = (query = '') => local.dashboard.answers.windows(new URLSearchParams(query));
const bodyOf = (bytes: Uint8Array): WindowsAnswer => JSON.parse(Buffer.from(bytes).toString());

test('everyone gets the same bytes until there is news', async () => {
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(second).toBe(first);
  expect(await ask()).toBe(first);
  await local.putResult(result(T, 'b', 1, [7]));
  await local.dashboard.store.refreshLive();
  const news = await ask();
  expect(news.etag).not.toBe(first.etag);
  expect(bodyOf(news.text).dayTotal.salesCents).toBe(107);
  expect(await ask('range=4h')).not.toBe(news);
});

test('what cannot be answered is not kept', async () => {
  await expect(ask('range=2h')).rejects.toMatchObject({ status: 400 });
  await expect(ask('range=2h')).rejects.toMatchObject({ status: 400 });
});

test('the moments are in the headers, and whoever has the answer already gets 304', async () => {
  const answer = await ask();
  const times = { serverNowMs: 5, readMs: 3, cacheSeconds: 0 };
  const request = (headers: Record<string, string>) =>
    new Request('http://localhost/api/windows', { headers });
  const plain = shared(request({}), answer, times);
  expect(Object.fromEntries(plain.headers)).toMatchObject({
    etag: answer.etag,
    'x-server-now': '5',
    'x-server-read': '3',
    'cache-control': 'private, no-store',
  });
  expect(await plain.json()).toMatchObject({ serverNowMs: 0, readMs: 0, windowSeconds: 120 });
  const kept = shared(request({}), answer, { ...times, cacheSeconds: 60 });
  expect(kept.headers.get('cache-control')).toBe('private, max-age=60');
  const known = shared(request({ 'if-none-match': `W/${answer.etag}` }), answer, times);
  expect([known.status, known.headers.get('x-server-now'), known.body]).toEqual([304, '5', null]);
});

test('two processes, that share nothing and have seen other things, give the same answer with the same ETag', async () => {
  const [one, two] = [local.dashboard, another()];
  const day = 86_400_000;
  const both = async (query: string) => {
    const answers = await Promise.all(
      [one, two].map(({ answers: shared }) => shared.windows(new URLSearchParams(query))),
    );
    expect(answers[1]?.text).toEqual(answers[0]?.text);
    expect(answers[1]?.etag).toBe(answers[0]?.etag);
    return bodyOf(answers[0]?.text ?? new Uint8Array());
  };
  // One has been asked for days that the other knows nothing of, and has seen each result come.
  for (let ago = 1; ago < 9; ago += 1) await local.putResult(result(T - ago * day, 'a', 1, [ago]));
  await local.put(`revenue_sum/dt=2021_01_20/${T - 4 * day}_a_77.json`, 'no result');
  await ask('range=7d');
  await ask('day=2021-01-20&range=day');
  expect((await both('')).malformed).toEqual([]);
  for (const [index, shard] of ['b', 'c', 'd'].entries()) {
    await local.putResult(result(T, shard, 1, [7, index]));
    await local.put(`revenue_sum/dt=2021_01_24/${T}_${shard}_99.json`, 'no result');
    await one.store.refreshLive();
  }
  await two.store.refreshLive();
  for (const query of ['', 'range=4h', 'range=day', 'range=7d', 'range=30d', 'day=2021-01-20&range=day']) {
    await both(query);
  }
  // What one says of the stream goes on from what the other has answered.
  const before = await both('');
  expect(one.store.version).toBe(before.version);
  await local.putResult(result(T, 'e', 1, [5]));
  for (const { store } of [one, two]) await store.refreshLive();
  expect((await both('')).version).not.toBe(before.version);
  expect(withChange(before, changeOf(before, lastHour(one.store)))).toEqual(lastHour(two.store));
});

/** The events that come, as soon as one does that is asked for. */
async function eventsUntil(stream: ReadableStream<Uint8Array>, isLast: (event: LiveEvent) => boolean) {
  const events: LiveEvent[] = [];
  let text = '';
  for await (const chunk of stream) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^event: change\ndata: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) events.push(JSON.parse(data));
      if (events.some(isLast)) return events;
    }
  }
  return events;
}

test('a stream ends after an hour, for whoever holds it to say again who that is', async () => {
  const { feed, loop } = local.dashboard;
  await loop.fresh();
  const gone = new AbortController();
  const first = feed.open(gone.signal);
  local.clock.nowMs += 3_600_001;
  const second = feed.open(gone.signal);
  expect(feed.clientCount).toBe(2);
  await local.putResult(result(T, 'b', 1, [7]));
  await eventsUntil(first, () => false);
  await expect.poll(() => feed.clientCount).toBe(1);
  gone.abort();
  await second.cancel();
});

test('the events alone keep the last hour as it would be answered', async () => {
  const { feed, store, loop } = local.dashboard;
  await loop.fresh();
  let shown = lastHour(store);
  const gone = new AbortController();
  const told = eventsUntil(feed.open(gone.signal), ({ change }) => change?.dayTotal.salesCents === 142);
  await expect.poll(() => feed.clientCount).toBe(1);
  await local.putResult(result(T, 'b', 1, [7]));
  await store.refreshLive();
  // The loop goes by the clock: it reads when that has come so far.
  const turn = setInterval(() => {
    local.clock.nowMs += 5000;
  }, 100);
  await local.putResult(result(T + W, 'a', 5, [35]));
  const events = await told;
  clearInterval(turn);
  gone.abort();
  for (const { change } of events) if (change !== null) shown = withChange(shown, change) ?? shown;
  const now = lastHour(store);
  expect(shown.dayTotal).toEqual(now.dayTotal);
  expect(shown.slots.filter(({ state }) => state === 'closed')).toEqual(
    now.slots.filter(({ state }) => state === 'closed'),
  );
});
