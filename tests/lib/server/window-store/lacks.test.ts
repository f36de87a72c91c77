import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpService } from '../../../../infra/local/http/http.ts';
import { emptyAggregate, fold, serializeState } from '../../../../lib/core/aggregate.ts';
import { failureKey, redrivenKey } from '../../../../lib/core/failure-key.ts';
import { type FailureRecord, serializeFailure } from '../../../../lib/core/failure-record.ts';
import { lackOf, UNREADABLE } from '../../../../lib/core/lack.ts';
import { liveKey, REJECTED_PREFIX, resultKey } from '../../../../lib/core/object-key.ts';
import { parseSale } from '../../../../lib/core/sale.ts';
import { DAY_MS } from '../../../../lib/core/window.ts';
import { healthAnswer } from '../../../../lib/server/health.ts';
import { rejectedAnswer } from '../../../../lib/server/rejected.ts';
import { objectAnswer } from '../../../../lib/server/stored-object.ts';
import { GivenUp } from '../../../../lib/server/window-store/given-up.ts';
import { windowsAnswer } from '../../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from '../local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const W = 120_000;
const NOW = T + 5 * W;

let local: LocalBucket;

beforeEach(async () => {
  local = await openLocalBucket(NOW);
});
afterEach(() => local.close());

async function read(): Promise<void> {
  const { store } = local.dashboard;
  await Promise.all([store.refreshSnapshots(true), store.refreshLive(), store.refreshGivenUp()]);
}

async function ask() {
  const answer = await windowsAnswer(local.dashboard.store, { fresh: read }, new URLSearchParams());
  const slotAt = (startMs: number) => answer.slots.find((slot) => slot.startMs === startMs);
  return { ...answer, slotAt };
}

describe('an object that cannot be read', () => {
  test('is never shown as zero sales: its window and the total say so, and so does the health', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    await local.put(resultKey(result(T, 'b', 1, [7])), '{"sales": 43904898160297.381}');
    await local.put(resultKey(result(T + W, 'a', 2, [7])), 'no result');
    const { slotAt, dayTotal } = await ask();
    expect(slotAt(T)).toMatchObject({ state: 'closed', salesCents: 100, lack: UNREADABLE });
    expect(slotAt(T + W)).toMatchObject({ state: 'incomplete', salesCents: null, lack: UNREADABLE });
    expect(slotAt(T + 2 * W)).toMatchObject({ state: 'empty', salesCents: 0, lack: null });
    expect(dayTotal).toMatchObject({ salesCents: 100, lack: { ...UNREADABLE, unreadable: 2 } });
    expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({
      status: 'degraded',
      lack: { unreadable: 2 },
    });
    await local.putResult(result(T, 'b', 1, [7]));
    await local.putResult(result(T + W, 'a', 2, [7]));
    local.clock.nowMs += 11_000; // the whole day is listed again
    const mended = await ask();
    expect(mended.slotAt(T + W)).toMatchObject({ state: 'closed', salesCents: 7, lack: null });
    expect(mended.dayTotal).toMatchObject({ salesCents: 114, lack: null });
    expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({ status: 'ok', lack: null });
  });

  test('of a key that names no window is listed, and no sum is doubted for it', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    await local.put('revenue_sum/dt=2021_01_24/notes.txt', 'by hand');
    const { dayTotal, malformed } = await ask();
    expect(malformed).toHaveLength(1);
    expect(dayTotal.lack).toBeNull();
  });
});

describe('what Lambda gave up', () => {
  const MAPPING = '0e64a0f5-a9a2-4bbf-9a1e-5f0f7d4c4a61';
  const sale = (cents: number) => `{"cust_name":"A","cust_id":1,"sales":${cents / 100}}`;

  function failure(startMs: number, rest: Partial<FailureRecord> = {}): FailureRecord {
    return {
      requestId: 'a-request',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      condition: 'RetryAttemptsExhausted',
      invokeCount: 101,
      response: { functionError: 'Unhandled' },
      timeMs: NOW - 10_000,
      shardId: 'a',
      streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      batch: null,
      window: { window: { startMs, endMs: startMs + W }, final: true, early: false },
      payload: JSON.stringify({ Records: [], state: {} }),
      ...rest,
    };
  }

  /** A final invocation with the state of sales from the sequence number `first` on. */
  function final(startMs: number, first: number, sales: readonly number[]): FailureRecord {
    const state = emptyAggregate();
    sales.forEach((cents, index) => {
      fold(state, String(first + index), parseSale(sale(cents)));
    });
    return failure(startMs, { payload: JSON.stringify({ Records: [], state: serializeState(state) }) });
  }

  function records(startMs: number, texts: readonly string[]): FailureRecord {
    const kinesis = (text: string, index: number) => ({
      partitionKey: '1',
      sequenceNumber: String(index + 1),
      data: Buffer.from(text).toString('base64'),
      approximateArrivalTimestamp: startMs / 1000 + 1,
    });
    return failure(startMs, {
      batch: {
        firstSequenceNumber: '1',
        lastSequenceNumber: String(texts.length),
        firstArrivalMs: startMs + 1000,
        lastArrivalMs: startMs + 1000,
        recordCount: texts.length,
      },
      window: { window: { startMs, endMs: startMs + W }, final: false, early: false },
      payload: JSON.stringify({
        Records: texts.map((text, at) => ({ kinesis: kinesis(text, at) })),
        state: {},
      }),
    });
  }

  const keyOf = (id: string) => failureKey(MAPPING, 'a', NOW - 10_000, id);

  test('a final: its window is not empty, and says how much it lacks until a result holds it', async () => {
    await local.putResult(result(T - W, 'a', 1, [100]));
    // Its snapshot is still there, and nothing is waited for any more.
    await local.putSnapshot(result(T, 'a', 5, [200, 50]));
    await local.put(keyOf('final'), serializeFailure(final(T, 5, [200, 50])));
    const lack = { unreadable: 0, unread: 0, givenUpRecords: 2, givenUpCents: 250 };
    const { slotAt, dayTotal } = await ask();
    expect(slotAt(T)).toMatchObject({ state: 'incomplete', salesCents: null, lack });
    expect(dayTotal).toMatchObject({ salesCents: 100, lack });
    const health = await healthAnswer(local.dashboard, true, 'watch');
    expect(health).toMatchObject({ lack });
    expect(health.hops.find(({ name }) => name === 'dashboard')).toMatchObject({
      status: 'slow',
      detail: expect.stringContaining('2 records'),
      fix: 'npm run redrive',
    });

    await local.putResult(result(T, 'a', 5, [200, 50]));
    local.clock.nowMs += 11_000; // the whole day is listed again
    const after = await ask();
    expect(after.slotAt(T)).toMatchObject({ state: 'closed', salesCents: 250, lack: null });
    expect(after.dayTotal).toMatchObject({ salesCents: 350, lack: null });
  });

  test('records: their window is closed, and says how many of them and how much it lacks until they are back', async () => {
    await local.putResult(result(T, 'a', 1, [100]));
    await local.put(keyOf('batch'), serializeFailure(records(T, [sale(246), 'no sale', sale(-46)])));
    const lack = { unreadable: 0, unread: 0, givenUpRecords: 3, givenUpCents: 200 };
    expect((await ask()).slotAt(T)).toMatchObject({ state: 'closed', salesCents: 100, lack });
    expect(local.requests.filter((line) => line.endsWith('-batch'))).toHaveLength(2); // put, and read once
    await local.put(redrivenKey(keyOf('batch')), '');
    expect((await ask()).slotAt(T)).toMatchObject({ state: 'closed', lack: null });
  });

  test('an object of it that cannot be read is said at the time when it was given up', async () => {
    await local.put(keyOf('broken'), '{');
    const { slotAt, open } = await ask();
    expect([slotAt(NOW - W), open].map((slot) => slot?.lack)).toEqual([UNREADABLE, null]);
  });

  test('is told to whoever asks for the health, also while nobody watches, for one LIST a minute', async () => {
    await local.put(keyOf('batch'), serializeFailure(records(T, [sale(246)])));
    const ask = () => healthAnswer(local.dashboard, false, 'watch');
    const degraded = { status: 'degraded', lack: { givenUpRecords: 1, givenUpCents: 246 } };
    expect(await ask()).toMatchObject(degraded);
    const listed = () => local.dashboard.metrics.listCalls;
    expect([await ask(), await ask()]).toMatchObject([degraded, degraded]);
    expect(listed()).toBe(1);
    await local.put(redrivenKey(keyOf('batch')), '');
    local.clock.nowMs += 60_000;
    expect(await ask()).toMatchObject({ status: 'ok', lack: null });
    expect(listed()).toBe(2);
  });

  test('is no longer missing once a result holds it, of whatever day', async () => {
    local.clock.nowMs += 5 * DAY_MS;
    await local.put(keyOf('final'), serializeFailure(final(T, 5, [200, 50])));
    const ask = () => healthAnswer(local.dashboard, false, 'watch');
    expect(await ask()).toMatchObject({ status: 'degraded', lack: { givenUpRecords: 2 } });
    await local.putResult(result(T, 'a', 5, [200, 50]));
    local.clock.nowMs += DAY_MS;
    expect(await ask()).toMatchObject({ status: 'ok', lack: null });
  });

  test('is not known to be nothing before it was read', async () => {
    local.refuse = () => ({ status: 503, headers: {}, body: '' });
    expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({ status: 'down' });
    local.refuse = null;
    local.clock.nowMs += 60_000;
    expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({ status: 'ok' });
  });

  test('is counted to its end, however much it is', async () => {
    const objects = Array.from({ length: 12_000 }, (_, index) => ({
      key: failureKey(MAPPING, 'a', NOW - index * 1000, `batch${index}`),
      size: 1,
      lastModifiedMs: NOW,
      etag: '',
    }));
    const givenUp = new GivenUp({
      list: async (_prefix, { pages = Infinity } = {}) => ({
        objects: objects.slice(0, pages * 1000),
        prefixes: [],
      }),
      get: async () => 'too-large',
    });
    await givenUp.refresh();
    expect(lackOf(givenUp.lacks(0, NOW + W, 120, () => false))).toMatchObject({
      unreadable: 16,
      unread: 11_984,
    });
  });

  test('many are read by and by, and say until then that they are not read', async () => {
    for (let index = 0; index < 20; index += 1) {
      await local.put(keyOf(`batch${index}`), serializeFailure(records(T, [sale(100)])));
    }
    const first = await ask();
    expect(first.dayTotal.lack).toEqual({ unreadable: 0, unread: 4, givenUpRecords: 16, givenUpCents: 1600 });
    const second = await ask();
    expect(second.dayTotal.lack).toEqual({
      unreadable: 0,
      unread: 0,
      givenUpRecords: 20,
      givenUpCents: 2000,
    });
  });
});

describe('what is larger than it can be is not loaded', () => {
  const LARGE = ' '.repeat(5 * 1024 * 1024);

  test('a snapshot, a rejected record, an object that is shown', async () => {
    await local.put(liveKey('a'), LARGE);
    const key = `${REJECTED_PREFIX}dt=2021_01_24/a_7.json`;
    await local.put(key, LARGE);
    const { problem, open } = await ask();
    expect([problem, open.salesCents]).toEqual([null, null]);
    const { records } = await rejectedAnswer(local.reader, '2021-01-24');
    expect(records).toMatchObject([{ key, shardId: 'a', sequenceNumber: '7', preview: '' }]);
    expect(records[0]?.reason).toContain(String(LARGE.length));
    await expect(objectAnswer(local.dashboard, key)).rejects.toMatchObject({ status: 413 });
    expect(await local.reader.get(key, { maxBytes: 1000 })).toBe('too-large');
  });
});

describe('a listing', () => {
  const answering =
    (body: string): HttpService =>
    () => ({
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body,
    });

  test.each([
    ['another root', '<html><body>Sign in</body></html>'],
    ['an error with status 200', '<Error><Code>InternalError</Code></Error>'],
    ['nothing', ''],
    ['half of one', '<ListBucketResult><Contents><Key>a</Key>'],
  ])('of %s is an error, not an empty bucket', async (_name, body) => {
    local.refuse = answering(body);
    await expect(ask()).rejects.toMatchObject({ problem: { message: expect.stringContaining('listing') } });
  });

  test('keys come as they are, whatever stands in them', async () => {
    const keys = ['a&b<c>"d\'.txt', 'ä/ü €.txt', 'x y+z%20.txt', '&amp;.txt'].map(
      (name) => `revenue_sum/${name}`,
    );
    for (const key of keys) await local.put(key, 'x');
    const { objects } = await local.reader.list('revenue_sum/');
    expect(objects.map(({ key }) => key)).toEqual([...keys].sort());
    expect(objects[0]).toMatchObject({ size: 1, etag: '"9dd4e461268c8034f5c8564e155c67a6"' });
  });

  test('of many pages is read to its end', async () => {
    local.fill(Array.from({ length: 7 }, (_, index) => result(T + index * W, 'a', index, [1])));
    const { objects } = await local.reader.list('revenue_sum/', { pageSize: 3 });
    expect(objects).toHaveLength(7);
  });
});
