import { mkdir, rm, writeFile } from 'node:fs/promises';
import {
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type LocalS3, openS3, refusal } from '../local-s3.ts';

let s3: LocalS3;
let Bucket: string;
let clockMs = Date.UTC(2026, 0, 24, 15, 56, 0, 789);
beforeAll(async () => {
  s3 = await openS3({ clock: { now: () => clockMs, sleep: async () => {} } });
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

const put = (Key: string, Body: string | Buffer, more: object = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more: object = {}) =>
  s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const head = (Key: string) => s3.client.send(new HeadObjectCommand({ Bucket, Key }));
const MD5_OF_HELLO = '"5d41402abc4b2a76b9719d911017c592"';

test('what is put is what is got, byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 31) % 256));
  await put('bytes', bytes);
  const { Body, ContentLength } = await get('bytes');
  expect(ContentLength).toBe(70_000);
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
});

test('an object is answered with its ETag, time, type, length and encryption', async () => {
  const { ETag, ServerSideEncryption } = await put('hello', 'hello');
  expect([ETag, ServerSideEncryption]).toEqual([MD5_OF_HELLO, 'AES256']);
  expect(await head('hello')).toMatchObject({
    ETag: MD5_OF_HELLO,
    LastModified: new Date('2026-01-24T15:56:00.000Z'), // whole seconds
    ContentLength: 5,
    AcceptRanges: 'bytes',
    ServerSideEncryption: 'AES256',
    Metadata: {},
  });
  const raw = await s3.send('HEAD', `/${Bucket}/hello`);
  expect(raw).toMatchObject({ status: 200, body: '' });
  expect(raw.headers).toMatchObject({ 'content-length': '5', server: 'AmazonS3' });
});

test('a new object takes the place of the old one, metadata and all', async () => {
  await put('twice', 'first', { ContentType: 'text/plain', Metadata: { a: '1' } });
  clockMs += 60_000;
  await put('twice', 'second');
  const { Body, Metadata, ContentType, LastModified } = await get('twice');
  expect([await Body?.transformToString(), Metadata, ContentType]).toEqual([
    'second',
    {},
    'application/octet-stream',
  ]);
  expect(LastModified?.getTime()).toBe(Math.floor(clockMs / 1000) * 1000);
});

describe('what is not there', () => {
  test.each([
    ['GET', 'missing', 404, 'NoSuchKey'],
    ['HEAD', 'missing', 404, undefined],
    ['DELETE', 'missing', 204, undefined],
    ['GET', 'hello/deeper', 404, 'NoSuchKey'],
    ['GET', 'hell', 404, 'NoSuchKey'],
  ])('%s %s is answered with %i', async (method, key, status, code) => {
    await put('hello', 'hello');
    expect(codeOf(await s3.send(method, `/${Bucket}/${key}`))).toEqual({ status, code });
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s in a bucket that is not there says so', async (method) => {
    expect(codeOf(await s3.send(method, '/no-such-bucket/key'))).toEqual({
      status: 404,
      code: 'NoSuchBucket',
    });
  });
});

test('a deleted object is gone, and others near it are not', async () => {
  for (const key of ['near', 'near/a', 'near/a/b']) await put(key, key);
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'near/a' }));
  expect(await refusal(get('near/a'))).toEqual({ name: 'NoSuchKey', status: 404 });
  expect(await (await get('near')).Body?.transformToString()).toBe('near');
  expect(await (await get('near/a/b')).Body?.transformToString()).toBe('near/a/b');
});

describe('a key', () => {
  test.each([
    'a', 'a/b', 'a/', '/', '//', '/leading', 'trailing/', 'a//b', '.', '..', '../../../etc/passwd', './a', 'a/./b',
    'a/../b', '..%2F..', '%2e%2e/x', 'con', 'a:b', 'a\\b', 'sp ace', 'plus+sign', 'per%cent', '%41', 'q?m', 'h#sh',
    'ünï/cödé', '日本語', '🎉/🎈', 'e\u0301', 'tab\there', 'nl\nhere', '\u0001', '~tilde', "quote'\"", '<&>', '*', '\uffff',
    'x'.repeat(1024), `${'é'.repeat(255)}/${'ü'.repeat(255)}`, 'd/'.repeat(512),
  ])('%j holds its own object', async (Key) => {
    await put(Key, `body of ${Key}`);
    expect(await (await get(Key)).Body?.transformToString()).toBe(`body of ${Key}`);
    expect(s3.objects.bucket(Bucket).listed(Key)?.size).toBe(Buffer.byteLength(`body of ${Key}`));
  }); // biome-ignore format: a list

  test('of more than 1024 bytes is refused', async () => {
    expect(codeOf(await s3.send('PUT', `/${Bucket}/${'x'.repeat(1025)}`))).toEqual({
      status: 400,
      code: 'KeyTooLongError',
    });
    expect(codeOf(await s3.send('PUT', `/${Bucket}/${'%C3%A9'.repeat(513)}`)).code).toBe('KeyTooLongError');
  });

  test('that is no UTF-8 is refused', async () => {
    expect(codeOf(await s3.send('GET', `/${Bucket}/%FF`))).toEqual({ status: 400, code: 'InvalidURI' });
  });
});

describe('user metadata', () => {
  test('comes back, its names in lower case', async () => {
    await put('meta', '', { Metadata: { Colour: 'blue', 'x-y': '"quoted", with commas' } });
    expect((await head('meta')).Metadata).toEqual({ colour: 'blue', 'x-y': '"quoted", with commas' });
  });

  // As AWS answers them: decoded when stored, encoded again by its own rules.
  test.each([
    ['=?UTF-8?B?YWJj?=', 'abc'],
    ['=?UTF-8?Q?actually-ascii?=', 'actually-ascii'],
    ['=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?=', '=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?='],
    ['=?UTF-8?Q?=E2=80=94=E2=80=94?=', '=?UTF-8?B?4oCU4oCU?='],
    ['=?UTF-8?B?AAECAw==?=', '=?UTF-8?B?AAECAw==?='],
    [Buffer.from('caf\u00e9').toString('latin1'), '=?UTF-8?Q?caf=C3=A9?='],
  ])('%s is answered as %s', async (sent, answered) => {
    await s3.send('PUT', `/${Bucket}/words`, { headers: { 'x-amz-meta-word': sent } });
    const { headers } = await s3.send('HEAD', `/${Bucket}/words`);
    expect(headers['x-amz-meta-word']).toBe(answered);
  });

  test('is 2 KB at most', async () => {
    await put('meta', '', { Metadata: { a: 'x'.repeat(2047) } });
    expect(await refusal(put('meta', '', { Metadata: { a: 'x'.repeat(2048) } }))).toEqual({
      name: 'MetadataTooLarge',
      status: 400,
    });
  });
});

test('standard headers come back, and can be overridden by the one who asks', async () => {
  await put('headers', 'x', {
    CacheControl: 'no-cache',
    ContentDisposition: 'attachment',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentType: 'text/csv',
    Expires: new Date('2030-01-01T00:00:00Z'),
  });
  expect(await head('headers')).toMatchObject({
    CacheControl: 'no-cache',
    ContentDisposition: 'attachment',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentType: 'text/csv',
    ExpiresString: 'Tue, 01 Jan 2030 00:00:00 GMT',
  });
  const { ContentType, CacheControl } = await get('headers', {
    ResponseContentType: 'text/html',
    ResponseCacheControl: 'private',
  });
  expect([ContentType, CacheControl]).toEqual(['text/html', 'private']);
});

test('an override that no header can hold is refused, and the runtime goes on', async () => {
  const path = `/${Bucket}/headers?response-cache-control=${encodeURIComponent('—')}`;
  expect(codeOf(await s3.send('GET', path))).toEqual({ status: 400, code: 'InvalidArgument' });
  expect((await s3.send('GET', `/${Bucket}/headers`)).status).toBe(200);
});

test('without a type it is a binary octet stream', async () => {
  await s3.send('PUT', `/${Bucket}/untyped`, { body: 'x' });
  expect((await head('untyped')).ContentType).toBe('binary/octet-stream');
});

describe('storage classes', () => {
  test('are kept, and only those other than STANDARD are named', async () => {
    await put('warm', 'x', { StorageClass: 'STANDARD' });
    await put('cool', 'x', { StorageClass: 'STANDARD_IA' });
    expect((await head('warm')).StorageClass).toBeUndefined();
    expect((await get('cool')).StorageClass).toBe('STANDARD_IA');
    expect(await refusal(put('odd', 'x', { StorageClass: 'LUKEWARM' }))).toEqual({
      name: 'InvalidStorageClass',
      status: 400,
    });
  });

  test.each(['GLACIER', 'DEEP_ARCHIVE'])('%s can be described, but not read', async (StorageClass) => {
    await put('frozen', 'x', { StorageClass });
    expect((await head('frozen')).StorageClass).toBe(StorageClass);
    expect(await refusal(get('frozen'))).toEqual({ name: 'InvalidObjectState', status: 403 });
  });
});

test.each([
  [{ ServerSideEncryption: 'aws:kms' }, 'NotImplemented', 501],
  [{ ServerSideEncryption: 'rot13' }, 'InvalidArgument', 400],
  [{ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(0) }, 'NotImplemented', 501],
])('what would have to be done, not just noted, is refused: %j', async (more, name, status) => {
  expect(await refusal(put('asked', 'x', more))).toEqual({ name, status });
  expect(await refusal(get('asked'))).toEqual({ name: 'NoSuchKey', status: 404 });
});

test('without versioning there is one version, `null`', async () => {
  await put('hello', 'hello');
  expect(await (await get('hello', { VersionId: 'null' })).Body?.transformToString()).toBe('hello');
  expect(await refusal(get('hello', { VersionId: 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD' }))).toEqual({
    name: 'InvalidArgument',
    status: 400,
  });
});

test('attributes are those that were asked for', async () => {
  await put('hello', 'hello');
  const { $metadata, LastModified, ...rest } = await s3.client.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key: 'hello',
      ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass'],
    }),
  );
  expect(rest).toEqual({ ETag: MD5_OF_HELLO.replaceAll('"', ''), ObjectSize: 5, StorageClass: 'STANDARD' });
});

test('what a person puts, edits and removes in the folder is what is there', async () => {
  const folder = `${s3.dataDir}/s3/${Bucket}/by-hand`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/note.json`, '{"a":1}');
  const found = await get('by-hand/note.json');
  expect([await found.Body?.transformToString(), found.ContentType]).toEqual(['{"a":1}', 'application/json']);
  await writeFile(`${folder}/note.json`, '{"a":22}');
  expect(await (await get('by-hand/note.json')).Body?.transformToString()).toBe('{"a":22}');
  await rm(`${folder}/note.json`);
  expect(await refusal(get('by-hand/note.json'))).toEqual({ name: 'NoSuchKey', status: 404 });
});
