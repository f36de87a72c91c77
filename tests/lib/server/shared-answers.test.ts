import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import { type LiveEvent, withChange } from '../../../lib/contract/live-change.ts';
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

test('two processes, that share nothing, give the same answer with the same ETag but for its version', async () => {
  const other = await openLocalBucket(T + W + 5000);
  try {
    await other.putResult(result(T, 'a', 1, [100]));
    const answers = await Promise.all([ask(), other.dashboard.answers.windows(new URLSearchParams())]);
    const [one, two] = answers.map(({ text }) => ({ ...bodyOf(text), version: '' }));
    expect(one).toEqual(two);
  } finally {
    await other.close();
  }
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
