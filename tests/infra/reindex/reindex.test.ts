import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DayIndexes } from '../../../infra/functions/day-indexes.ts';
import { type Reindexed, reindex } from '../../../infra/reindex/reindex.ts';
import { type IndexedResult, parseDayIndex } from '../../../lib/core/day-index.ts';
import { dayIndexKey, resultKey } from '../../../lib/core/object-key.ts';
import { serializeResult, type WindowResult } from '../../../lib/core/window-result.ts';
import { type LocalS3, openS3 } from '../local/s3/local-s3.ts';

const DAY = '2021_01_24';
const DAY_MS = Date.UTC(2021, 0, 24);
const W = 120_000;
const root = path.resolve(import.meta.dirname, '../../..');

let s3: LocalS3;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());
beforeEach(async () => {
  Bucket = await s3.newBucket();
});

function resultAt(index: number, shardId: string, cents = 500): WindowResult {
  const startMs = DAY_MS + index * W;
  return {
    window: { startMs, endMs: startMs + W },
    shardId,
    firstSequenceNumber: String(1000 + index),
    lastSequenceNumber: String(1000 + index),
    recordCount: 1,
    salesCents: cents,
    minCents: cents,
    maxCents: cents,
    rejected: 0,
    repeated: 0,
    requests: [{ requestId: 'click', recordCount: 1, salesCents: cents }],
    customers: [{ name: index % 2 === 0 ? 'Kobold' : 'Lizardfolk', recordCount: 1, salesCents: cents }],
    amounts: null,
    terminatedEarly: false,
  };
}

async function put(key: string, Body: string): Promise<string> {
  return (await s3.client.send(new PutObjectCommand({ Bucket, Key: key, Body }))).ETag ?? '';
}

async function putResult(result: WindowResult): Promise<IndexedResult> {
  const etag = await put(resultKey(result), serializeResult(result));
  const { requests: _, ...rest } = result;
  return { key: resultKey(result), etag, result: rest };
}

const putResults = (shard: string, count: number, cents?: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => putResult(resultAt(index, shard, cents))));

async function rowsOf(shard: string, day = DAY) {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key: dayIndexKey(day, shard) }));
  return parseDayIndex((await Body?.transformToString()) ?? '', day, shard)?.rows;
}

async function run(day: string | null = DAY): Promise<Reindexed[]> {
  const found: Reindexed[] = [];
  for await (const one of reindex(s3.client, { bucket: Bucket, day })) found.push(one);
  return found;
}

test('an index is made of the results, whatever was there, and made again it is the same', async () => {
  const [a, b] = [await putResults('a', 6), await putResults('b', 5)];
  await put(`revenue_sum/dt=${DAY}/${DAY_MS + 7 * W}_a_7.json`, 'no result');
  await put(`revenue_sum/dt=${DAY}/${DAY_MS + 5000}.json`, '{"sales": 12.34}');
  await put(dayIndexKey(DAY, 'b'), 'no index');
  expect(await run()).toEqual([
    { key: dayIndexKey(DAY, 'a'), results: 6, unreadable: 1, outcome: 'written' },
    { key: dayIndexKey(DAY, 'b'), results: 5, unreadable: 0, outcome: 'written' },
  ]);
  expect([await rowsOf('a'), await rowsOf('b')]).toEqual([a, b]);
  expect((await run()).map(({ outcome }) => outcome)).toEqual(['same', 'same']);

  // One that was written again, one that is gone, and one that is new.
  const again = await putResult(resultAt(0, 'a', 700));
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: resultKey(resultAt(1, 'a')) }));
  const more = await putResult(resultAt(6, 'a'));
  expect((await run()).map(({ outcome }) => outcome)).toEqual(['written', 'same']);
  expect(await rowsOf('a')).toEqual([again, ...a.slice(2), more]);
});

test('an index that a consumer has written says that already, in whatever order', async () => {
  const rows = await putResults('a', 5);
  for (const { etag } of rows.toReversed()) {
    const index = rows.findIndex((row) => row.etag === etag);
    await new DayIndexes(s3.client, Bucket, 20_000).add(resultAt(index, 'a'), etag, 60_000);
  }
  const head = () => s3.client.send(new HeadObjectCommand({ Bucket, Key: dayIndexKey(DAY, 'a') }));
  const before = await head();
  expect((await run()).map(({ outcome }) => outcome)).toEqual(['same']);
  expect((await head()).ETag).toBe(before.ETag);
});

test.each(['a', 'b', 'c'])('beside a consumer that goes on no row is lost: shard %s', async (shard) => {
  const rows = await putResults(shard, 12);
  await put(dayIndexKey(DAY, shard), 'no index');
  const consumer = async () => {
    for (let index = 12; index < 24; index += 1) {
      const row = await putResult(resultAt(index, shard));
      await new DayIndexes(s3.client, Bucket, 20_000).add(resultAt(index, shard), row.etag, 60_000);
      rows.push(row);
    }
  };
  const [, [reindexed]] = await Promise.all([consumer(), run()]);
  expect(reindexed?.outcome).toBe('written');
  const byKey = (a: IndexedResult, b: IndexedResult) => (a.key < b.key ? -1 : 1);
  expect((await rowsOf(shard))?.toSorted(byKey)).toEqual(rows);
});

test('npm run reindex takes a day or all of them, and says what it did', async () => {
  await putResults('a', 4);
  const later = { startMs: DAY_MS + 86_400_000, endMs: DAY_MS + 86_400_000 + W };
  await putResult({ ...resultAt(0, 'a'), window: later });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'reindex-'));
  const command = (...args: string[]) => {
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const child = spawn(process.execPath, ['--import', tsx, 'infra/doctor/reindex-command.ts', ...args], {
      cwd: root,
      env: {
        ...process.env,
        LOCAL_DATA_DIR: dataDir,
        BUCKET_NAME: Bucket,
        AWS_ENDPOINT_URL: s3.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return new Promise<string>((resolve) => child.on('close', (code) => resolve(`${said}${code}`)));
  };
  const first = `revenue_day/dt=${DAY}/a.json: 4 results`;
  expect(
    await Promise.all([command('--day', '2021-01-24'), command('--day', '2021-02-30'), command()]),
  ).toEqual([
    `${first}, written\n1 of 1 indexes written.\n0`,
    'Expected --day YYYY-MM-DD or --all, and perhaps aws, got --day 2021-02-30\n1',
    'Expected --day YYYY-MM-DD or --all, and perhaps aws, got nothing\n1',
  ]);
  expect(await command('--all')).toBe(
    `${first}, said that already\nrevenue_day/dt=2021_01_25/a.json: 1 results, written\n1 of 2 indexes written.\n0`,
  );
  await rm(dataDir, { recursive: true });
}, 60_000);
