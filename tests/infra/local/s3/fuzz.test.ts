import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../infra/local/clock.ts';
import type { HttpRequest, HttpResponse } from '../../../../infra/local/http/http.ts';
import { createS3Service } from '../../../../infra/local/s3/service.ts';
import { ObjectStore } from '../../../../infra/local/s3/storage/object-store.ts';
import { Random } from '../../../../infra/local/testing/random.ts';
import { heapBytes } from '../../../fuzz/heap.ts';

const INPUTS = 10_000;
const MOST_MS = 1000;
const MOST_GROWTH_BYTES = 16 * 1024 * 1024;

type Choices = readonly [string, ...string[]];

/** Of what clients send, what they send by mistake, and what nobody would send but to see what happens. */
const TEXTS: Choices = [
  '', ' ', '0', '1', '-1', '1000', '1001', '99999999999999999999', 'NaN', 'true', 'url', '/', '//', 'a', 'a/b', 'a/', '*', '"',
  '""', 'é', '😀', '\ud800', '\u0000', '\u0001', '\u007f', '\uffff', '%', '%2', '%zz', '..', '../..', '.metadata', 'x'.repeat(300),
  'x'.repeat(5000), '<a>', '&amp;', ']]>', '\r\nx: y', 'AAAAAA==', '=?UTF-8?Q?=', '=?UTF-8?B?//8=?=', 'bytes=0-0', 'bytes=-1',
  'bytes=5-2', 'bytes=99-', '2020-01-01T00:00:00Z', 'Thu, 01 Jan 1970 00:00:00 GMT', 'COPY', 'REPLACE', 'COMPOSITE',
  'FULL_OBJECT', 'CRC32', 'sha256', 'STANDARD_IA', 'aws-chunked', 'gzip', 'k=v&k=v', 'k=%GG', 'us-east-1', 'us-west-2', '/bucket/a',
  'bucket/a', 'nothing', 'bucket', 'null', '000000000000', '[object Object]', '__proto__', 'constructor',
]; // biome-ignore format: a list to pick from

const PATHS: Choices = [
  '/',
  '//',
  '/bucket',
  '/bucket/',
  '/bucket/a',
  '/bucket/a/b',
  '/bucket/%00',
  '/bucket/%',
  '/Bucket',
  '/other',
  '/..',
  '/bucket/../x',
];
const METHODS: Choices = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'];
const QUERIES: Choices = [
  'acl', 'attributes', 'continuation-token', 'bucket-region', 'delete', 'delimiter', 'encoding-type', 'fetch-owner', 'key-marker',
  'list-type', 'location', 'marker', 'max-buckets', 'max-keys', 'max-parts', 'max-uploads', 'partNumber', 'part-number-marker',
  'policy', 'prefix', 'response-content-type', 'response-expires', 'start-after', 'tagging', 'upload-id-marker', 'uploadId', 'uploads',
  'versionId', 'version-id-marker', 'versioning', 'versions', 'Expires', 'Signature', 'X-Amz-Algorithm', 'X-Amz-Credential',
  'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'x-amz-meta-a', 'x-amz-meta-é x', 'x-amz-website-redirect-location',
]; // biome-ignore format: a list to pick from
const HEADERS: Choices = [
  'authorization', 'cache-control', 'content-encoding', 'content-length', 'content-md5', 'content-type', 'expires', 'host', 'if-match',
  'if-modified-since', 'if-none-match', 'if-unmodified-since', 'range', 'transfer-encoding', 'x-amz-acl',
  'x-amz-bypass-governance-retention', 'x-amz-checksum-algorithm', 'x-amz-checksum-crc32', 'x-amz-checksum-mode',
  'x-amz-checksum-sha256', 'x-amz-checksum-type', 'x-amz-checksum-xxhash64', 'x-amz-content-sha256', 'x-amz-copy-source',
  'x-amz-copy-source-if-match', 'x-amz-copy-source-if-modified-since', 'x-amz-copy-source-range', 'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner', 'x-amz-grant-read', 'x-amz-max-parts', 'x-amz-meta-a', 'x-amz-meta-', 'x-amz-metadata-directive',
  'x-amz-mp-object-size', 'x-amz-object-attributes', 'x-amz-object-lock-mode', 'x-amz-part-number-marker',
  'x-amz-sdk-checksum-algorithm', 'x-amz-server-side-encryption', 'x-amz-storage-class', 'x-amz-tagging',
  'x-amz-tagging-directive', 'x-amz-trailer', 'x-amz-website-redirect-location',
]; // biome-ignore format: a list to pick from
const ELEMENTS: Choices = [
  'CompleteMultipartUpload', 'CreateBucketConfiguration', 'Delete', 'ETag', 'Key', 'LocationConstraint', 'Object', 'Part',
  'PartNumber', 'Quiet', 'Size', 'Tag', 'Tagging', 'TagSet', 'Tags', 'Value', 'VersionId', 'ChecksumCRC32', 'a:b', '__proto__',
]; // biome-ignore format: a list to pick from

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TAGS = '<TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>';
const PART = '<Part><PartNumber>1</PartNumber><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag></Part>';

/** Every operation, as it is meant; UPLOAD is the id of an upload. */
const OPERATIONS: readonly [Operation, ...Operation[]] = [
  { method: 'GET', path: '/', query: 'prefix=b&max-buckets=2' },
  { method: 'PUT', path: '/other', body: `<CreateBucketConfiguration><Tags>${TAGS}</Tags></CreateBucketConfiguration>` },
  { method: 'HEAD', path: '/bucket' },
  { method: 'DELETE', path: '/other' },
  { method: 'GET', path: '/bucket', query: 'list-type=2&prefix=a&delimiter=/&max-keys=2&start-after=a' },
  { method: 'GET', path: '/bucket', query: 'prefix=a&marker=a' },
  { method: 'GET', path: '/bucket', query: 'versions&key-marker=a' },
  { method: 'GET', path: '/bucket', query: 'uploads&delimiter=/&max-uploads=1' },
  { method: 'GET', path: '/bucket', query: 'location' },
  { method: 'GET', path: '/bucket', query: 'versioning' },
  { method: 'GET', path: '/bucket', query: 'acl' },
  { method: 'PUT', path: '/bucket', query: 'acl', headers: { 'x-amz-acl': 'private' } },
  { method: 'GET', path: '/bucket', query: 'tagging' },
  { method: 'PUT', path: '/bucket', query: 'tagging', body: `<Tagging>${TAGS}</Tagging>` },
  { method: 'DELETE', path: '/bucket', query: 'tagging' },
  { method: 'POST', path: '/bucket', query: 'delete', body: '<Delete><Object><Key>x</Key></Object></Delete>' },
  { method: 'PUT', path: '/bucket/a', body: 'hello', headers: { 'x-amz-meta-a': '1', 'if-match': '*' } },
  { method: 'GET', path: '/bucket/a', headers: { range: 'bytes=1-2' } },
  { method: 'GET', path: '/bucket/a', query: 'response-content-type=a&partNumber=1' },
  { method: 'HEAD', path: '/bucket/a', headers: { 'if-none-match': '"5d41402abc4b2a76b9719d911017c592"' } },
  { method: 'PUT', path: '/bucket/b', headers: { 'x-amz-copy-source': '/bucket/a' } },
  { method: 'DELETE', path: '/bucket/a', headers: { 'if-match': '"0"' } },
  { method: 'DELETE', path: '/bucket/a' },
  { method: 'GET', path: '/bucket/a', query: 'attributes', headers: { 'x-amz-object-attributes': 'ETag,ObjectParts' } },
  { method: 'GET', path: '/bucket/a', query: 'tagging' },
  { method: 'PUT', path: '/bucket/a', query: 'tagging', body: `<Tagging>${TAGS}</Tagging>` },
  { method: 'DELETE', path: '/bucket/a', query: 'tagging' },
  { method: 'POST', path: '/bucket/a', query: 'uploads', headers: { 'x-amz-checksum-algorithm': 'CRC32' } },
  { method: 'PUT', path: '/bucket/a', query: 'partNumber=1&uploadId=UPLOAD', body: 'hello' },
  { method: 'PUT', path: '/bucket/a', query: 'partNumber=1&uploadId=UPLOAD', headers: { 'x-amz-copy-source': 'bucket/a' } },
  { method: 'GET', path: '/bucket/a', query: 'uploadId=UPLOAD&max-parts=1' },
  { method: 'POST', path: '/bucket/a', query: 'uploadId=UPLOAD', body: `<CompleteMultipartUpload>${PART}</CompleteMultipartUpload>` },
  { method: 'DELETE', path: '/bucket/a', query: 'uploadId=UPLOAD' },
]; // biome-ignore format: a table

test(`${INPUTS} inputs of any kind are answered: no crash, no hang, no 500, no growth`, {
  timeout: 120_000,
}, () => {
  const seed = Number(process.env.FUZZ_SEED ?? 1);
  console.log(`FUZZ_SEED=${seed}`);
  const random = new Random(seed);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  const objects = new ObjectStore({ dataDir, clock: systemClock, region: 'us-east-1' });
  objects.create('bucket');
  const service = createS3Service({ objects });
  let uploadId = '0'.repeat(64);
  const statuses = new Set<number>();
  let middle = 0;

  for (let n = 0; n < INPUTS; n += 1) {
    const request = inputOf(random, uploadId);
    const startedMs = performance.now();
    const response = answer(service(request));
    const tookMs = performance.now() - startedMs;
    const seen = {
      seed,
      n,
      request: shown(request),
      response: `${response.status} ${String(response.body).slice(0, 300)}`,
    };
    expect([500, 502, 503].includes(response.status), JSON.stringify(seen)).toBe(false);
    expect(tookMs, JSON.stringify(seen)).toBeLessThan(MOST_MS);
    expect(faultOf(response), JSON.stringify(seen)).toBeNull();
    statuses.add(response.status);
    uploadId = /<UploadId>([0-9a-f]{64})</.exec(String(response.body))?.[1] ?? uploadId;
    objects.ensureBucket('bucket');
    if (n % 100 === 0) {
      clear(objects);
      objects.putObject('bucket', 'a', 'hello', 'text/plain');
    }
    if (n === INPUTS / 2) middle = heapBytes();
  }
  clear(objects);
  expect(heapBytes() - middle).toBeLessThan(MOST_GROWTH_BYTES);
  expect(readdirSync(path.join(dataDir, 's3/.temporary'))).toEqual([]);
  // It was no monologue: every kind of answer was given.
  for (const status of [200, 204, 206, 301, 400, 404, 405, 412, 501]) expect(statuses).toContain(status);
  rmSync(dataDir, { recursive: true });
});

/** What inputs begin and leave is theirs. */
function clear(objects: ObjectStore): void {
  for (const { uploadId } of objects.uploads.list('bucket')) objects.uploads.remove('bucket', uploadId);
}

function answer(response: ReturnType<ReturnType<typeof createS3Service>>): HttpResponse {
  if (response instanceof Promise) throw new Error('Expected an answer at once');
  return response;
}

/** What neither HTTP nor a parser of XML would take; null when there is nothing. */
function faultOf({ headers, body, status }: HttpResponse): string | null {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    if (headers['content-type'] !== 'application/xml' || typeof body !== 'string' || body === '') return null;
    if (!body.startsWith('<?xml') && status === 200) return null;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them, as references neither
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&#x(?:[0-8bcef]|1[0-9a-f]);/.test(body)) {
      return 'a character that XML cannot hold';
    }
    new XMLParser().parse(body, true);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** An operation as it is meant, with some of it changed; or nothing that was ever meant. */
function inputOf(random: Random, uploadId: string): HttpRequest {
  const text = () => (random.chance(0.03) ? uploadId : random.pick(TEXTS));
  const isMeant = random.chance(0.7);
  const meant: Operation = isMeant
    ? random.pick(OPERATIONS)
    : { method: random.pick(METHODS), path: random.pick(PATHS) };
  const changes = random.int(0, isMeant ? 2 : 6);
  const query = new URLSearchParams((meant.query ?? '').replace('UPLOAD', uploadId));
  const headers: Record<string, string> = { host: 'localhost', ...meant.headers };
  let { method, path: where, body = '' } = meant;
  for (let count = changes; count > 0; count -= 1) {
    const kind = random.next();
    if (kind < 0.35) query.set(random.pick(QUERIES), text());
    // As they come out of Node's parser: no line breaks, one byte a character.
    else if (kind < 0.75)
      headers[random.pick(HEADERS)] = Buffer.from(text())
        .toString('latin1')
        .replace(/[\r\n\0]/g, '');
    else if (kind < 0.8)
      headers.authorization = `AWS4-HMAC-SHA256 Credential=a/20260101/${text()}/s3/aws4_request`;
    else if (kind < 0.9)
      body = random.chance(0.3) ? text() : random.chance(0.3) ? chunks(random) : element(random, 0);
    else if (kind < 0.95)
      where = `/bucket/${encodeURIComponent(text().toWellFormed())}${random.chance(0.1) ? '%' : ''}`;
    else method = random.pick(METHODS);
  }
  if (query.has('delete')) headers['content-md5'] ??= createHash('md5').update(body).digest('base64');
  return { method, path: where, query, headers, body: Buffer.from(body), requestId: 'fuzz' };
}

/** XML, mostly well-formed. */
function element(random: Random, depth: number): string {
  const name = random.pick(ELEMENTS);
  const inside = Array.from({ length: random.int(0, depth > 3 ? 0 : 3) }, () =>
    element(random, depth + 1),
  ).join('');
  const content = inside === '' ? random.pick(TEXTS).replace(/[<&]/g, random.chance(0.9) ? '' : '&') : inside;
  return random.chance(0.03) ? `<${name}>${content}` : `<${name}>${content}</${name}>`;
}

function chunks(random: Random): string {
  const lines = Array.from({ length: random.int(0, 4) }, () =>
    random.pick([
      '5\r\nhello',
      '0\r\n',
      'fffffff\r\n',
      '5;chunk-signature=0\r\nhello',
      '-1\r\nx',
      'x-amz-checksum-crc32:AAAAAA==',
    ]),
  );
  return `${lines.join('\r\n')}\r\n`;
}

const shown = ({ method, path: where, query, headers, body }: HttpRequest) =>
  ({ method, where, query: String(query), headers, body: body.toString().slice(0, 500) }) as const;
