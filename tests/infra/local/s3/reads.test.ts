import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type LocalS3, openS3 } from './local-s3.ts';

const ETAG = '"781e5e245d69b566979b86e28d23f2c7"';
const STORED_MS = Date.UTC(2026, 0, 24, 15, 56, 0, 500);
const NOW_MS = STORED_MS + 3_600_000;

let s3: LocalS3;
let path: string;
beforeAll(async () => {
  let nowMs = STORED_MS;
  s3 = await openS3({ clock: { now: () => nowMs, sleep: async () => {} } });
  const Bucket = await s3.newBucket();
  await s3.client.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
  await s3.client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
  path = `/${Bucket}/digits`;
  nowMs = NOW_MS;
});
afterAll(() => s3.close());

describe('a range', () => {
  // What AWS answers: one that cannot be read is as good as none.
  test.each([
    ['bytes=0-8', 206, '012345678', 'bytes 0-8/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=1-', 206, '123456789', 'bytes 1-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-15', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-100', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=9-9', 206, '9', 'bytes 9-9/10'],
    ['bytes=1-0', 200, '0123456789', undefined],
    ['bytes=0--1', 200, '0123456789', undefined],
    ['bytes=-1-', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['0-8', 200, '0123456789', undefined],
    ['items=0-8', 200, '0123456789', undefined],
  ])('%s is answered with %i', async (range, status, body, contentRange) => {
    const answer = await s3.send('GET', path, { headers: { range } });
    expect([answer.status, answer.body, answer.headers['content-range']]).toEqual([
      status,
      body,
      contentRange,
    ]);
    expect(answer.headers['content-length']).toBe(String(body.length));
    const head = await s3.send('HEAD', path, { headers: { range } });
    expect([head.status, head.headers['content-length']]).toEqual([status, String(body.length)]);
  });

  test.each(['bytes=10-', 'bytes=100-200', 'bytes=-0'])('%s lies beyond the end', async (range) => {
    const answer = await s3.send('GET', path, { headers: { range } });
    expect(codeOf(answer)).toEqual({ status: 416, code: 'InvalidRange' });
    expect(answer.body).toContain(`<RangeRequested>${range}</RangeRequested>`);
    expect(answer.body).toContain('<ActualObjectSize>10</ActualObjectSize>');
  });

  test('of an empty object there is none', async () => {
    const empty = path.replace('digits', 'empty');
    expect((await s3.send('GET', empty, { headers: { range: 'bytes=0-' } })).status).toBe(416);
    expect(await s3.send('GET', empty)).toMatchObject({ status: 200, body: '' });
  });

  test('excludes a part number', async () => {
    const answer = await s3.send('GET', `${path}?partNumber=1`, { headers: { range: 'bytes=0-1' } });
    expect(codeOf(answer)).toEqual({ status: 400, code: 'InvalidRequest' });
  });
});

describe('a condition of a read', () => {
  const OTHER = '"00000000000000000000000000000000"';
  const at = (ms: number) => new Date(ms).toUTCString();
  const EARLIER = at(STORED_MS - 1000);
  const SAME = at(STORED_MS);
  const LATER = at(STORED_MS + 1000);

  test.each([
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': ETAG.replaceAll('"', '') }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `${OTHER}, ${ETAG}` }, 200],
    [{ 'if-match': OTHER }, 412],
    [{ 'if-none-match': OTHER }, 200],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-unmodified-since': EARLIER }, 412],
    [{ 'if-unmodified-since': SAME }, 200],
    [{ 'if-modified-since': EARLIER }, 200],
    [{ 'if-modified-since': SAME }, 304],
    [{ 'if-modified-since': LATER }, 304],
    // A time that is still to come, or none at all, says nothing.
    [{ 'if-modified-since': at(NOW_MS + 86_400_000) }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    // RFC 9110, 13.2.2: an ETag outweighs a time.
    [{ 'if-match': ETAG, 'if-unmodified-since': EARLIER }, 200],
    [{ 'if-none-match': OTHER, 'if-modified-since': LATER }, 200],
    [{ 'if-match': OTHER, 'if-none-match': ETAG }, 412],
    [{ 'if-match': ETAG, 'if-none-match': ETAG }, 304],
  ])('%j is answered with %i', async (headers, status) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await s3.send(method, path, { headers });
      expect([method, answer.status]).toEqual([method, status]);
      if (status === 304) expect([answer.body, answer.headers.etag]).toEqual(['', ETAG]);
    }
  });

  test('names the one that failed', async () => {
    const { body } = await s3.send('GET', path, { headers: { 'if-match': OTHER } });
    expect(body).toContain('<Code>PreconditionFailed</Code>');
    expect(body).toContain('<Condition>If-Match</Condition>');
  });

  test('does not keep a missing object from being missing', async () => {
    const answer = await s3.send('GET', `${path}-missing`, { headers: { 'if-match': ETAG } });
    expect(codeOf(answer)).toEqual({ status: 404, code: 'NoSuchKey' });
  });
});

describe('a presigned URL', () => {
  const query = (more: Record<string, string>) =>
    new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'local/20260124/us-east-1/s3/aws4_request',
      'X-Amz-Date': new Date(NOW_MS - 100_000).toISOString().replace(/[-:]|\.\d{3}/g, ''),
      'X-Amz-Expires': '101',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '0',
      ...more,
    });

  test('is good until it expires', async () => {
    expect(await s3.send('GET', `${path}?${query({})}`)).toMatchObject({ status: 200, body: '0123456789' });
    const answer = await s3.send('GET', `${path}?${query({ 'X-Amz-Expires': '100' })}`);
    expect(codeOf(answer)).toEqual({ status: 403, code: 'AccessDenied' });
    expect(answer.body).toContain('<Message>Request has expired</Message>');
  });

  test.each([
    ['X-Amz-Expires', '604801'],
    ['X-Amz-Expires', 'soon'],
    ['X-Amz-Date', 'yesterday'],
  ])('whose %s is %s is refused', async (name, value) => {
    expect(codeOf(await s3.send('GET', `${path}?${query({ [name]: value })}`))).toEqual({
      status: 400,
      code: 'AuthorizationQueryParametersError',
    });
  });

  test('carries headers that the signer put into it', async () => {
    const url = `${path}-signed?${query({ 'x-amz-meta-venue': '123', 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' })}`;
    expect((await s3.send('PUT', url, { body: 'signed' })).status).toBe(200);
    expect((await s3.send('HEAD', `${path}-signed`)).headers['x-amz-meta-venue']).toBe('123');
  });

  test('carries such headers in any script, as headers do, and none that could not be answered', async () => {
    const url = (more: Record<string, string>) => `${path}-script?${query(more)}`;
    await s3.send('PUT', url({ 'x-amz-meta-venue': 'Café 😀' }), { body: 'x' });
    const { Metadata } = await s3.client.send(
      new HeadObjectCommand({ Bucket: path.split('/')[1], Key: 'digits-script' }),
    );
    expect(Metadata?.venue).toBe(`=?UTF-8?Q?${'Caf=C3=A9_=F0=9F=98=80'}?=`);
    const location = { 'x-amz-website-redirect-location': '/a\u0001' };
    expect(codeOf(await s3.send('PUT', url(location), { body: 'x' }))).toEqual({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  test('carries a condition', async () => {
    const url = `${path}-once?${query({ 'If-None-Match': '*' })}`;
    expect((await s3.send('PUT', url, { body: 'first' })).status).toBe(200);
    expect((await s3.send('PUT', url, { body: 'second' })).status).toBe(412);
  });

  test('that lacks a parameter is refused', async () => {
    const incomplete = query({});
    incomplete.delete('X-Amz-SignedHeaders');
    expect(codeOf(await s3.send('GET', `${path}?${incomplete}`)).code).toBe(
      'AuthorizationQueryParametersError',
    );
  });
});

test('the SDK reads a range and a condition as any client does', async () => {
  const Bucket = path.split('/')[1];
  const part = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=3-5' }));
  expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['345', 'bytes 3-5/10']);
  const sent = s3.client.send(new HeadObjectCommand({ Bucket, Key: 'digits', IfNoneMatch: ETAG }));
  await expect(sent).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
});
