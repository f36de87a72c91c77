import { spawn } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../infra/local/clock.ts';
import { ObjectStore } from '../../../../infra/local/s3/storage/object-store.ts';
import { endProcess, startProcess } from '../../../runtime-process.ts';
import { codeOf, openS3, refusal } from './local-s3.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'durable-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (folder = dataDir) =>
  new ObjectStore({ dataDir: folder, clock: systemClock, region: 'us-east-1' });
const headersOf = (store: ObjectStore, key: string) => store.bucket('bucket').head(key)?.headers;

/** Writes until it is killed, which is after so many puts; the number of the last one that it said was stored. */
function writeAndKill(first: number, puts: number): Promise<number> {
  const writer = path.join(import.meta.dirname, 'object-writer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', writer, dataDir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > puts) child.kill('SIGKILL'); // it is in the middle of the next put by now
    });
    child.on('error', reject);
    child.on('exit', () => resolve(Number(output.trimEnd().split('\n').at(-1))));
  });
}

test('a kill in mid-write leaves each object as it was, or as it was to be', {
  timeout: 120_000,
}, async () => {
  let last = 0;
  for (const puts of [1, 2, 5, 9, 17, 30]) {
    last = await writeAndKill(last + 1, puts);
    const store = open();
    expect(readdirSync(path.join(dataDir, 's3', '.temporary'))).toEqual([]);
    const bucket = store.bucket('bucket');
    for (let key = 0; key < 5; key += 1) {
      const object = bucket.head(`folder/${key}`);
      // The newest put of this key that was acknowledged, or the one that was under way.
      const acknowledged = last - ((((last - key) % 5) + 5) % 5);
      if (object === null) {
        const isDeleted = [acknowledged, acknowledged + 5].some((n) => n <= 0 || n % 7 === 0);
        expect([acknowledged, isDeleted]).toEqual([acknowledged, true]);
        continue;
      }
      const n = Number(object.headers['x-amz-meta-n']);
      expect(acknowledged % 7 === 0 ? [acknowledged + 5] : [acknowledged, acknowledged + 5]).toContain(n);
      const expected = Buffer.alloc(n % 3 === 0 ? 1_000_000 : 10, `${n};`);
      expect(bucket.read(`folder/${key}`).equals(expected)).toBe(true);
      expect([object.size, object.lastModifiedMs]).toEqual([expected.length, n]);
    }
  }
});

describe('a full disk', () => {
  test('is a clear error, and what was there stays', { timeout: 60_000 }, async () => {
    const env = { ...process.env, LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir };
    // No file may grow beyond this, which the runtime's own bundle does not: to the process that is a full disk.
    const full = await startProcess('local', env, { largestFileBytes: 4 * 1024 * 1024 });
    const Bucket = 'tumbling-window-results';
    const clientOf = (endpoint: string) =>
      new S3Client({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
      });
    try {
      const client = clientOf(full.endpoint);
      const put = (Key: string, bytes: number, n: string) =>
        client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(bytes, n), Metadata: { n } }));
      await put('kept', 3_000_000, '1');
      const tooMuch = put('kept', 5_000_000, '2');
      await expect(tooMuch).rejects.toThrow(/^The data folder could not be used: EFBIG/);
      expect(await refusal(put('new', 5_000_000, '3'))).toEqual({ name: 'InternalError', status: 500 });
      await put('small', 10, '4'); // what still fits is still stored
      client.destroy();
    } finally {
      await endProcess(full.child, 'SIGKILL');
    }

    const roomy = await startProcess('local', env);
    try {
      const client = clientOf(roomy.endpoint);
      const read = async (Key: string) => {
        const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return [(await Body?.transformToByteArray())?.length, Metadata];
      };
      expect(roomy.output).not.toContain('half-written'); // what did not fit had been removed at once
      expect(await read('kept')).toEqual([3_000_000, { n: '1' }]);
      expect(await read('small')).toEqual([10, { n: '4' }]);
      expect(await refusal(read('new'))).toEqual({ name: 'NoSuchKey', status: 404 });
      client.destroy();
    } finally {
      await endProcess(roomy.child, 'SIGTERM');
    }
  });
});

test('a folder that cannot be written is a clear error, until it can be', async () => {
  const s3 = await openS3();
  const Bucket = await s3.newBucket();
  const put = (body: string) => s3.send('PUT', `/${Bucket}/key`, { body });
  await put('before');
  const temporary = path.join(s3.dataDir, 's3', '.temporary');
  await rm(temporary, { recursive: true });
  await writeFile(temporary, 'in the way'); // stops root too, as permissions do not
  const refused = await put('after');
  expect(codeOf(refused)).toEqual({ status: 500, code: 'InternalError' });
  expect(refused.body).toContain('The data folder could not be used: ENOTDIR');
  expect((await s3.send('GET', `/${Bucket}/key`)).body).toBe('before');
  await rm(temporary);
  await cp(path.join(s3.dataDir, 's3', Bucket), temporary, { recursive: true });
  expect((await put('after')).status).toBe(200);
  expect((await s3.send('GET', `/${Bucket}/key`)).body).toBe('after');
  await s3.close();
});

describe('metadata', () => {
  const put = (store: ObjectStore, key: string, body: string, n: string) =>
    store.bucket('bucket').put(key, Buffer.from(body), { 'x-amz-meta-n': n }, 0);

  test('is found again after a restart', () => {
    const store = open();
    store.create('bucket');
    put(store, 'a', 'one', '1');
    put(store, 'a', 'two', '2');
    expect(headersOf(open(), 'a')).toEqual({ 'x-amz-meta-n': '2' });
  });

  test('goes along when the data folder is copied', async () => {
    const store = open();
    store.create('bucket');
    put(store, 'a', 'one', '1');
    put(store, 'b', 'two', '2');
    const copy = await mkdtemp(path.join(tmpdir(), 'copied-'));
    await cp(dataDir, copy, { recursive: true });
    expect([headersOf(open(copy), 'a'), headersOf(open(copy), 'b')]).toEqual([
      { 'x-amz-meta-n': '1' },
      { 'x-amz-meta-n': '2' },
    ]);
    await rm(copy, { recursive: true });
  });

  test('of a put that never came to its rename belongs to nobody', () => {
    const store = open();
    store.create('bucket');
    put(store, 'a', 'one', '1');
    const journal = path.join(dataDir, 's3', '.journals', 'bucket', 'journal.ndjson');
    const line = { key: 'a', size: 3, etag: '"x"', lastModifiedMs: 9, headers: { 'x-amz-meta-n': '2' } };
    appendFileSync(
      journal,
      `\n${JSON.stringify({ ...line, inode: 1, mtimeMs: 1 })}\n{"key":"a","size":3,"et`,
    );
    expect(headersOf(open(), 'a')).toEqual({ 'x-amz-meta-n': '1' });
  });
});
