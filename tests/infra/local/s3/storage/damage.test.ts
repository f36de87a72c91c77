import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../../infra/local/clock.ts';
import { ObjectStore } from '../../../../../infra/local/s3/storage/object-store.ts';
import { S3Error } from '../../../../../infra/local/s3/wire/s3-error.ts';
import { codeOf, type LocalS3, openS3 } from '../local-s3.ts';

const said = vi.spyOn(console, 'error');
beforeEach(() => {
  said.mockReset().mockImplementation(() => {});
});
afterAll(() => said.mockRestore());

const open = (dataDir: string) => new ObjectStore({ dataDir, clock: systemClock, region: 'us-east-1' });

function flipBit(file: string, bit: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime); // a disk does not say when it forgot
}

describe('one bit that is flipped', () => {
  const RESULT = 'revenue_sum/dt=2021_01_24/1611503760000_shardId-000000000000_1.json';
  const KEYS = [RESULT, 'revenue_live/shard.json', 'top', 'a/b/c', 'by-hand.json'];
  let original: string;
  let files: string[];
  let expected: ReturnType<typeof everythingIn>;

  beforeAll(() => {
    original = mkdtempSync(path.join(tmpdir(), 'flip-'));
    const store = open(original);
    store.create('bucket', 'us-west-2', 'team=data');
    const bucket = store.bucket('bucket');
    for (const [index, key] of KEYS.slice(0, -1).entries()) {
      const headers = { 'content-type': 'application/json', 'x-amz-meta-n': String(index) };
      bucket.put(key, Buffer.from('{"sales": 1}'), headers, 1);
      bucket.put(key, Buffer.from(`{"sales": ${42_187 + index}}`), headers, 1_611_503_880_000 + index);
    }
    writeFileSync(path.join(original, 's3/bucket/by-hand.json'), '{}');
    const upload = { key: 'up', initiatedMs: 1, headers: { 'x-amz-meta-u': '1' }, checksum: null };
    const id = store.uploads.begin('bucket', upload);
    store.uploads.putPart('bucket', id, { number: 1, bytes: Buffer.from('part'), checksum: null });
    expected = everythingIn(original);
    files = filesBelow(original).filter((file) => !file.endsWith('by-hand.json'));
  });
  afterAll(() => rm(original, { recursive: true }));

  /** Each thing that a client can ask for, or the refusal in its place. */
  function everythingIn(dataDir: string) {
    const store = open(dataDir);
    const attempt = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        if (error instanceof S3Error && error.code === 'InternalError') return { refused: error.message };
        throw error;
      }
    };
    const objects = KEYS.map((key) =>
      attempt(() => {
        const object = store.bucket('bucket').head(key);
        if (object === null) return null;
        const { size, etag, lastModifiedMs, headers } = object;
        const body = store.bucket('bucket').read(key).toString();
        const isByHand = key.startsWith('by-hand');
        return { size, etag, headers, body, lastModifiedMs: isByHand ? 0 : lastModifiedMs };
      }),
    );
    const uploads = attempt(() =>
      store.uploads.list('bucket').map((upload) => ({
        ...upload,
        parts: store.uploads
          .parts('bucket', upload.uploadId)
          .map((part) => store.uploads.bytesOf(part).toString()),
      })),
    );
    return [
      ...objects,
      attempt(() => store.regionOf('bucket')),
      attempt(() => store.tags('bucket')),
      uploads,
    ];
  }

  test.each([
    ['where it lies', false],
    ['in a data folder that was copied', true],
  ])('is refused by the name of its file, or harmless: %s', (_where, isCopied) => {
    const dataDir = isCopied ? mkdtempSync(path.join(tmpdir(), 'flipped-')) : original;
    if (isCopied) cpSync(original, dataDir, { recursive: true });
    let refusals = 0;
    let flips = 0;
    for (const file of files) {
      const where = path.join(dataDir, file);
      const bits = statSync(where).size * 8;
      const step = Math.max(1, Math.floor(bits / 50)) | 1; // every part of the file, every bit of a byte in its turn
      for (let bit = 0; bit < bits; bit += step) {
        flipBit(where, bit);
        flips += 1;
        for (const [index, found] of everythingIn(dataDir).entries()) {
          const refused =
            typeof found === 'object' && found !== null && 'refused' in found ? String(found.refused) : null;
          if (refused === null) expect([file, bit, found]).toEqual([file, bit, expected[index]]);
          else {
            refusals += 1;
            expect(refused).toContain(where);
            expect(said.mock.calls.flat().join('\n')).toContain(where);
          }
        }
        flipBit(where, bit);
      }
    }
    if (isCopied) rmSync(dataDir, { recursive: true });
    expect(refusals).toBeGreaterThan(flips / 2);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describe('a damaged object', () => {
  let s3: LocalS3;
  let Bucket: string;
  let file: string;
  const url = () => `/${Bucket}/results/one.json`;
  beforeEach(async () => {
    s3 = await openS3();
    Bucket = await s3.newBucket();
    file = path.join(s3.dataDir, 's3', Bucket, 'results/one.json');
    const headers = { 'content-type': 'application/json' };
    await s3.send('PUT', url(), { body: '{"sales": 42187}', headers });
    await s3.send('PUT', `/${Bucket}/results/two.json`, { body: '{"sales": 1}', headers });
    flipBit(file, 12 * 8); // 4 becomes 5
  });
  afterEach(() => s3.close());

  test('is never answered, whole or in part, nor copied; others are', async () => {
    expect(readFileSync(file, 'utf8')).not.toContain('42187');
    for (const headers of [{}, { range: 'bytes=0-3' }]) {
      const answer = await s3.send('GET', url(), { headers });
      expect(codeOf(answer)).toEqual({ status: 500, code: 'InternalError' });
      expect(answer.body).toContain(`The file ${file} is damaged`);
    }
    const headers = { 'x-amz-copy-source': url() };
    expect((await s3.send('PUT', `/${Bucket}/copy`, { headers })).status).toBe(500);
    expect((await s3.send('GET', `/${Bucket}/results/two.json`)).body).toBe('{"sales": 1}');
    expect(said.mock.calls.filter(([message]) => String(message).includes(file))).toHaveLength(1);
  });

  test('is still listed, and can be put anew or deleted', async () => {
    expect((await s3.send('GET', `/${Bucket}?list-type=2`)).body).toContain('<KeyCount>2</KeyCount>');
    await s3.send('PUT', url(), { body: '{"sales": 42187}' });
    expect((await s3.send('GET', url())).body).toBe('{"sales": 42187}');
    flipBit(file, 0);
    const { UploadId } = await s3.client.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'results/one.json' }),
    );
    const part = { Bucket, Key: 'results/one.json', UploadId, PartNumber: 1 };
    const { ETag } = await s3.client.send(new UploadPartCommand({ ...part, Body: '{"sales": 3}' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.client.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload }));
    expect((await s3.send('GET', url())).body).toBe('{"sales": 3}');
    flipBit(file, 0);
    expect((await s3.send('DELETE', url())).status).toBe(204);
    expect((await s3.send('GET', url())).status).toBe(404);
  });
});

describe('a journal that is damaged', () => {
  test('is refused by name for whatever it may have told of, and for nothing else', async () => {
    const s3 = await openS3();
    const Bucket = await s3.newBucket();
    for (const key of ['one.json', 'two.json', 'other/three.json']) {
      await s3.send('PUT', `/${Bucket}/${key}`, { body: key, headers: { 'x-amz-meta-k': key } });
    }
    const journal = path.join(s3.dataDir, 's3/.journals', Bucket, 'journal.ndjson');
    flipBit(journal, 30 * 8);
    const store = open(s3.dataDir).bucket(Bucket);
    expect(() => store.head('one.json')).toThrow(journal);
    expect(store.head('two.json')?.headers['x-amz-meta-k']).toBe('two.json');
    expect(store.head('other/three.json')?.headers['x-amz-meta-k']).toBe('other/three.json');
    expect(store.list({ prefix: '', delimiter: '', after: '', maxKeys: 10 }).entries).toHaveLength(3);
    await s3.close();
  });
});

describe('a journal that is deleted', () => {
  let dataDir: string;
  const headersOf = (key: string) => open(dataDir).bucket('bucket').head(key)?.headers;
  const put = (key: string) =>
    open(dataDir).bucket('bucket').put(key, Buffer.from(key), { 'x-amz-meta-k': key }, 1);
  const giveUp = (refusal: string) => execFileSync('sh', ['-c', refusal.match(/`(.+)`/)?.[1] ?? '']);
  const refusalOf = (key: string) => refusal(() => headersOf(key));
  const refusal = (ask: () => unknown): string => {
    try {
      ask();
    } catch (error) {
      return error instanceof S3Error ? error.message : '';
    }
    return '';
  };
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "its owner's gone "));
    open(dataDir).create('bucket', 'us-west-2', 'team=data');
    for (const key of ['a/one', 'a/two', 'b/three']) put(key);
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const journal = () => path.join(dataDir, 's3/.journals/bucket/a/journal.ndjson');

  test('is missed by name by all that it may have told of, and by nothing else', () => {
    rmSync(journal());
    for (const key of ['a/one', 'a/two']) expect(refusalOf(key)).toContain(journal());
    expect(said.mock.calls.flat().join('\n')).toContain(journal());
    expect(headersOf('b/three')).toEqual({ 'x-amz-meta-k': 'b/three' });
  });

  test('is missed still after something else was put', () => {
    rmSync(journal());
    for (const key of ['a/new', 'a/one']) put(key);
    expect(headersOf('a/new')).toEqual({ 'x-amz-meta-k': 'a/new' });
    expect(headersOf('a/one')).toEqual({ 'x-amz-meta-k': 'a/one' });
    expect(refusalOf('a/two')).toContain(journal());
  });

  test.each([
    ['at once', []],
    ['after something else was put', ['a/new']],
  ])('is given up by the command that the refusal says: %s', (_when, keys) => {
    rmSync(path.join(dataDir, 's3/.journals'), { recursive: true });
    for (const key of keys) put(key);
    giveUp(refusalOf('a/two'));
    expect(headersOf('a/two')).toEqual({ 'content-type': 'binary/octet-stream' });
    expect(refusalOf('b/three')).toContain('b/journal.ndjson');
  });

  test('takes the settings of a bucket with it, which are given up likewise', () => {
    rmSync(path.join(dataDir, 's3/.journals'), { recursive: true });
    const settings = refusal(() => open(dataDir).tags('bucket'));
    expect(settings).toContain(path.join(dataDir, 's3/.journals/bucket/bucket.json'));
    giveUp(settings);
    expect([open(dataDir).tags('bucket'), open(dataDir).location('bucket')]).toEqual(['', 'us-east-1']);
  });

  test('is missed where an older version made it, once it was read', () => {
    rmSync(path.join(dataDir, 's3/.marks'), { recursive: true });
    expect(headersOf('a/one')).toEqual({ 'x-amz-meta-k': 'a/one' });
    rmSync(journal());
    expect(refusalOf('a/one')).toContain(journal());
  });

  test('under a running runtime is made again with the next put', () => {
    const bucket = open(dataDir).bucket('bucket');
    expect(bucket.head('a/one')?.headers).toEqual({ 'x-amz-meta-k': 'a/one' });
    rmSync(journal());
    bucket.put('a/new', Buffer.from('new'), { 'x-amz-meta-k': 'a/new' }, 1);
    for (const key of ['a/one', 'a/two', 'a/new']) expect(headersOf(key)).toEqual({ 'x-amz-meta-k': key });
  });

  test('is missed by no bucket that is made anew', () => {
    for (const folder of ['.journals/bucket', 'bucket']) {
      rmSync(path.join(dataDir, 's3', folder), { recursive: true });
    }
    open(dataDir).create('bucket');
    put('a/one');
    writeFileSync(path.join(dataDir, 's3/bucket/a/by-hand.txt'), 'x');
    expect(headersOf('a/by-hand.txt')).toEqual({ 'content-type': 'binary/octet-stream' });
    expect(open(dataDir).tags('bucket')).toBe('');
  });
});

describe('a data folder that is deleted while the runtime uses it', () => {
  test('takes nothing any more, and says so', async () => {
    const s3 = await openS3();
    const Bucket = await s3.newBucket();
    await s3.send('PUT', `/${Bucket}/key`, { body: 'x' });
    rmSync(path.join(s3.dataDir, 's3'), { recursive: true });
    for (const [method, target] of [
      ['PUT', `/${Bucket}/key`],
      ['GET', `/${Bucket}/key`],
      ['GET', `/${Bucket}?list-type=2`],
      ['POST', `/${Bucket}/key?uploads`],
      ['PUT', '/another-bucket'],
    ] as const) {
      const answer = await s3.send(method, target, {
        body: method === 'PUT' && target !== '/another-bucket' ? 'x' : '',
      });
      expect(codeOf(answer)).toEqual({ status: 500, code: 'InternalError' });
      expect(answer.body).toContain('The data folder is gone');
    }
    expect(readdirSync(s3.dataDir)).toEqual([]);
    await s3.close();
  });

  test('and so does a bucket alone', async () => {
    const s3 = await openS3();
    const Bucket = await s3.newBucket();
    await s3.send('PUT', `/${Bucket}/key`, { body: 'x' });
    rmSync(path.join(s3.dataDir, 's3', Bucket), { recursive: true });
    expect(codeOf(await s3.send('PUT', `/${Bucket}/key`, { body: 'y' }))).toEqual({
      status: 404,
      code: 'NoSuchBucket',
    });
    await s3.close();
  });
});
