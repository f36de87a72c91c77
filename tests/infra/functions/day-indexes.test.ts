import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DayIndexes } from '../../../infra/functions/day-indexes.ts';
import { MAX_DAY_INDEX_BYTES, parseDayIndex } from '../../../lib/core/day-index.ts';
import { dayIndexKey, resultKey } from '../../../lib/core/object-key.ts';
import type { WindowResult } from '../../../lib/core/window-result.ts';
import { type FaultProxy, openFaultProxy } from '../../faults/fault-proxy.ts';
import { type LocalS3, openS3 } from '../local/s3/local-s3.ts';

const SHARD = 'shardId-000000000000';
const DAY = '2021_01_24';
const DAY_MS = Date.UTC(2021, 0, 24);
const KEY = dayIndexKey(DAY, SHARD);
const LIMIT_MS = 2000;

let s3: LocalS3;
let proxy: FaultProxy;
let client: S3Client;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
  proxy = await openFaultProxy(s3.url);
  client = new S3Client({
    endpoint: proxy.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await s3.close();
});
beforeEach(async () => {
  Bucket = await s3.newBucket();
  proxy.calls.length = 0;
  proxy.choose(() => 'none');
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

function resultAt(index: number, rest: Partial<WindowResult> = {}): WindowResult {
  const startMs = DAY_MS + index * 120_000;
  return {
    window: { startMs, endMs: startMs + 120_000 },
    shardId: SHARD,
    firstSequenceNumber: String(1000 + index),
    lastSequenceNumber: String(1000 + index),
    recordCount: 1,
    salesCents: 500 + index,
    minCents: 500,
    maxCents: 500,
    rejected: 0,
    repeated: 0,
    requests: [{ requestId: 'click', recordCount: 1, salesCents: 500 }],
    customers: [{ name: 'Kobold', recordCount: 1, salesCents: 500 }],
    amounts: '6n',
    terminatedEarly: false,
    ...rest,
  };
}

const rowOf = ({ requests: _, ...result }: WindowResult, etag: string) => ({
  key: resultKey(result),
  etag,
  result,
});

async function rows(Key = KEY) {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  return parseDayIndex((await Body?.transformToString()) ?? '', DAY, SHARD)?.rows;
}

const indexes = (limitMs = LIMIT_MS) => new DayIndexes(client, Bucket, limitMs);

test('a result adds its row, one that is written again replaces it, and the same one writes nothing', async () => {
  await indexes().add(resultAt(0), '"a"', 60_000);
  await indexes().add(resultAt(1), '"b"', 60_000);
  await indexes().add(resultAt(0, { salesCents: 7 }), '"c"', 60_000);
  expect(await rows()).toEqual([rowOf(resultAt(1), '"b"'), rowOf(resultAt(0, { salesCents: 7 }), '"c"')]);
  const puts = () => proxy.calls.filter((call) => call.startsWith('PUT')).length;
  expect(puts()).toBe(3);
  await indexes().add(resultAt(1), '"b"', 60_000);
  expect(puts()).toBe(3);
});

test('rows that are added at the same time are all there', async () => {
  await Promise.all([0, 1, 2].map((index) => indexes(20_000).add(resultAt(index), `"${index}"`, 60_000)));
  expect((await rows())?.map(({ etag }) => etag).sort()).toEqual(['"0"', '"1"', '"2"']);
});

test.each(['no index', '', '{"version":99}', '['.repeat(50_000)])(
  'an object that is none is replaced: %.20j',
  async (Body) => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: KEY, Body }));
    await indexes().add(resultAt(0), '"a"', 60_000);
    expect(await rows()).toEqual([rowOf(resultAt(0), '"a"')]);
  },
);

test('one that is larger than anybody reads stays as it is, and is not even read', async () => {
  const Body = ' '.repeat(MAX_DAY_INDEX_BYTES + 1);
  await s3.client.send(new PutObjectCommand({ Bucket, Key: KEY, Body }));
  await indexes().add(resultAt(0), '"a"', 60_000);
  expect(vi.mocked(console.warn).mock.calls.join()).toContain('expected at most 4194304 bytes');
  expect(proxy.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
});

test.each(['hang', 'stall', 'lose', 'fail'] as const)(
  'calls that %s cost bounded time, and never fail',
  async (fault) => {
    await indexes().add(resultAt(0), '"a"', 60_000);
    proxy.choose(() => fault);
    const startedMs = performance.now();
    await indexes(300).add(resultAt(1), '"b"', 60_000);
    await indexes().add(resultAt(1), '"b"', 0); // nothing is left of the invocation
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(vi.mocked(console.warn).mock.calls.join()).toContain(`${KEY} was not brought up to date`);
  },
);
