import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  ChecksumAlgorithm,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unchunk } from '../../../../infra/local/s3/wire/aws-chunked.ts';
import { CHECKSUM_ALGORITHMS, checksumOf } from '../../../../infra/local/s3/wire/checksum.ts';
import { codeOf, type LocalS3, openS3, sendBytes } from './local-s3.ts';

let s3: LocalS3;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

const BODY = 'hello';
/** Of `hello`, from the reference implementations. */
const CHECKSUMS = {
  crc32: 'NhCmhg==',
  crc32c: 'mnG7TA==',
  crc64nvme: 'M3eFcAZSQlc=',
  sha1: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=',
  sha256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
} as const;
const MD5 = 'XUFAKrxLKna5cZ2REBfFkg==';
const put = (headers: Record<string, string>, body: string | Buffer = BODY) =>
  s3.send('PUT', `/${Bucket}/key`, { headers, body });
const stored = async () => (await s3.send('GET', `/${Bucket}/key`)).body;
const chunked = (trailer: string) => `5\r\nhello\r\n0\r\n${trailer}\r\n`;

describe.each(CHECKSUM_ALGORITHMS)('the checksum %s', (algorithm) => {
  const header = `x-amz-checksum-${algorithm}`;

  test('is the reference’s', () => {
    expect(checksumOf(algorithm, Buffer.from(BODY))).toBe(CHECKSUMS[algorithm]);
  });

  test('is taken in a header, kept, and answered to who asks for it', async () => {
    const answer = await put({ [header]: CHECKSUMS[algorithm] });
    expect([answer.status, answer.headers[header], answer.headers['x-amz-checksum-type']]).toEqual([
      200,
      CHECKSUMS[algorithm],
      'FULL_OBJECT',
    ]);
    const asked = { headers: { 'x-amz-checksum-mode': 'ENABLED' } };
    expect((await s3.send('HEAD', `/${Bucket}/key`, asked)).headers[header]).toBe(CHECKSUMS[algorithm]);
    expect((await s3.send('HEAD', `/${Bucket}/key`)).headers[header]).toBeUndefined();
  });

  test('is taken in a trailer', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      'content-encoding': 'aws-chunked',
      'x-amz-trailer': header,
    };
    const answer = await put(headers, chunked(`${header}:${CHECKSUMS[algorithm]}\r\n`));
    expect([answer.status, answer.headers[header]]).toEqual([200, CHECKSUMS[algorithm]]);
    expect(await stored()).toBe(BODY);
    const wrong = checksumOf(algorithm, Buffer.from('hallo'));
    expect(codeOf(await put(headers, chunked(`${header}:${wrong}\r\n`)))).toEqual({
      status: 400,
      code: 'BadDigest',
    });
  });

  test('that is wrong, or none at all, stores nothing', async () => {
    await put({}, 'before');
    const wrong = checksumOf(algorithm, Buffer.from('hallo'));
    expect(codeOf(await put({ [header]: wrong }))).toEqual({ status: 400, code: 'BadDigest' });
    expect(codeOf(await put({ [header]: 'bad' }))).toEqual({ status: 400, code: 'InvalidRequest' });
    expect(await stored()).toBe('before');
  });
});

describe('the SDK', () => {
  test.each(Object.values(ChecksumAlgorithm).filter((name) => name.toLowerCase() in CHECKSUMS))(
    'sends %s, buffered and streamed, and checks it when it reads',
    async (algorithm) => {
      for (const Body of [BODY, Readable.from([Buffer.from('hel'), Buffer.from('lo')])]) {
        const streamed = typeof Body === 'string' ? {} : { ContentLength: 5 };
        await s3.client.send(
          new PutObjectCommand({ Bucket, Key: 'sdk', Body, ChecksumAlgorithm: algorithm, ...streamed }),
        );
        const found = await s3.client.send(
          new GetObjectCommand({ Bucket, Key: 'sdk', ChecksumMode: 'ENABLED' }),
        );
        expect(await found.Body?.transformToString()).toBe(BODY);
        expect(found.ContentEncoding).toBeUndefined(); // the transfer's coding is none of the object's
      }
    },
  );

  test('without a wish sends CRC-32', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'sdk', Body: BODY }));
    const found = await s3.client.send(
      new HeadObjectCommand({ Bucket, Key: 'sdk', ChecksumMode: 'ENABLED' }),
    );
    expect([found.ChecksumCRC32, found.ChecksumType]).toEqual([CHECKSUMS.crc32, 'FULL_OBJECT']);
  });
});

test('without any checksum S3 takes CRC-64/NVME itself', async () => {
  expect((await put({})).headers['x-amz-checksum-crc64nvme']).toBe(CHECKSUMS.crc64nvme);
});

describe('what a request says of its body must hold', () => {
  test.each([
    [{ 'content-md5': MD5 }, 200, undefined],
    [{ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 400, 'BadDigest'],
    [{ 'content-md5': 'short' }, 400, 'InvalidDigest'],
    [{ 'content-md5': '' }, 400, 'InvalidDigest'],
    [{ 'x-amz-content-sha256': createHash('sha256').update(BODY).digest('hex') }, 200, undefined],
    [{ 'x-amz-content-sha256': '0'.repeat(64) }, 400, 'XAmzContentSHA256Mismatch'],
    [{ 'x-amz-content-sha256': 'nonsense' }, 400, 'InvalidArgument'],
    [
      { 'x-amz-checksum-crc32': CHECKSUMS.crc32, 'x-amz-checksum-sha1': CHECKSUMS.sha1 },
      400,
      'InvalidRequest',
    ],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 400, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'MD4' }, 400, 'InvalidRequest'],
    [{ 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' }, 400, 'InvalidRequest'],
    [{ 'x-amz-acl': 'bucket-owner-full-control' }, 200, undefined],
    [{ 'x-amz-acl': 'public-read' }, 400, 'AccessControlListNotSupported'],
    [{ 'x-amz-acl': 'everybody' }, 400, 'InvalidArgument'],
    [{ 'x-amz-grant-read': 'id=1' }, 400, 'AccessControlListNotSupported'],
    [
      { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': CHECKSUMS.crc32 },
      400,
      'InvalidRequest',
    ],
  ])('%j is answered with %i %s', async (headers, status, code) => {
    await put({}, 'before');
    expect(codeOf(await put(headers))).toEqual({ status, code });
    expect(await stored()).toBe(status === 200 ? BODY : 'before');
  });

  test('an MD5 that does not hold is repeated in hexadecimal for an object, in base64 for a part', async () => {
    const wrong = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    expect((await put(wrong)).body).toContain(`<ExpectedDigest>${'0'.repeat(32)}</ExpectedDigest>`);
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const part = `/${Bucket}/parts?partNumber=1&uploadId=${UploadId}`;
    const answer = await s3.send('PUT', part, { headers: wrong, body: BODY });
    expect(answer.body).toContain('<ExpectedDigest>AAAAAAAAAAAAAAAAAAAAAA==</ExpectedDigest>');
  });

  test('its length too: one that is not said is refused', async () => {
    const answer = await sendBytes(
      s3.url,
      `PUT /${Bucket}/key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain('411 Length Required');
    expect(answer).toContain('<Code>MissingContentLength</Code>');
  });

  test('and chunks of HTTP alone do not say it', async () => {
    const answer = await sendBytes(
      s3.url,
      `PUT /${Bucket}/key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    );
    expect(answer).toContain('501 Not Implemented');
    expect(answer).toContain('<Header>Transfer-Encoding</Header>');
  });

  test('16 MiB are stored, a byte more is not', async () => {
    const most = Buffer.alloc(16 * 1024 * 1024, 'm');
    expect((await put({}, most)).status).toBe(200);
    expect((await s3.send('HEAD', `/${Bucket}/key`)).headers['content-length']).toBe(String(most.length));
    expect(codeOf(await put({}, Buffer.alloc(most.length + 1)))).toEqual({
      status: 400,
      code: 'EntityTooLarge',
    });
  });
});

describe('an aws-chunked body', () => {
  const signed = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '11',
    'content-encoding': 'aws-chunked,gzip',
  };
  const chunk = (text: string) =>
    `${text.length.toString(16)};chunk-signature=${'0'.repeat(64)}\r\n${text}\r\n`;

  test('of signed chunks is put together, and keeps its own coding', async () => {
    expect((await put(signed, `${chunk('hello ')}${chunk('world')}${chunk('')}`)).status).toBe(200);
    expect(await stored()).toBe('hello world');
    expect((await s3.send('HEAD', `/${Bucket}/key`)).headers['content-encoding']).toBe('gzip');
  });

  test.each([
    ['ends too early', chunk('hello '), 'IncompleteBody'],
    ['is longer than it said', `${chunk('hello ')}${chunk('worlds')}${chunk('')}`, 'IncompleteBody'],
    ['is shorter than it said', `${chunk('hello')}${chunk('')}`, 'IncompleteBody'],
    ['lacks a line break', 'b\r\nhello world0\r\n\r\n', 'IncompleteBody'],
    ['has a length that is no number', 'xyz\r\nhello world\r\n0\r\n\r\n', 'IncompleteBody'],
    ['is not chunked at all', 'hello world', 'IncompleteBody'],
  ])('that %s stores nothing', async (_why, body, code) => {
    await put({}, 'before');
    expect(codeOf(await put(signed, body))).toEqual({ status: 400, code });
    expect(await stored()).toBe('before');
  });

  test('without the trailer that it announced is refused', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    expect(codeOf(await put(headers, chunked('')))).toEqual({ status: 400, code: 'MalformedTrailerError' });
  });

  test('with its checksum in a header may announce a trailer that never comes, as the Java SDK’s do', async () => {
    const headers = {
      ...signed,
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'x-amz-checksum-crc32': checksumOf('crc32', Buffer.from('hello world')),
    };
    const body = `${chunk('hello world')}${chunk('')}`;
    expect((await put(headers, body)).status).toBe(200);
    expect(await stored()).toBe('hello world');
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const part = `/${Bucket}/parts?partNumber=1&uploadId=${UploadId}`;
    expect((await s3.send('PUT', part, { headers, body })).status).toBe(200);
    const wrong = { ...headers, 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(codeOf(await put(wrong, body))).toEqual({ status: 400, code: 'BadDigest' });
  });

  test.each([
    ['PUT', '?tagging', '<Tagging/>', 204],
    ['POST', '?delete', '<Delete><Object><Key>nothing</Key></Object></Delete>', 200],
  ])('is taken of every operation that has one: %s %s', async (method, query, text, status) => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': String(text.length),
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'x-amz-checksum-crc32': checksumOf('crc32', Buffer.from(text)),
    };
    const answer = await s3.send(method, `/${Bucket}${query}`, {
      headers,
      body: `${chunk(text)}${chunk('')}`,
    });
    expect([answer.status, answer.body.includes('<Error>')]).toEqual([status, false]);
  });

  test('without the length of what is in it is refused', async () => {
    const { 'x-amz-decoded-content-length': _length, ...headers } = signed;
    expect(codeOf(await put(headers, chunk('')))).toEqual({ status: 411, code: 'MissingContentLength' });
  });

  test('may come byte by byte, in chunks of HTTP itself', async () => {
    const answer = await sendBytes(s3.url, [
      `PUT /${Bucket}/key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`,
      'Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n',
      'x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nx-amz-decoded-content-length: 5\r\n',
      'x-amz-trailer: x-amz-checksum-crc32\r\n\r\n',
      ...Array.from(chunked(`x-amz-checksum-crc32:${CHECKSUMS.crc32}\r\n`), (byte) => `1\r\n${byte}\r\n`),
      '0\r\n\r\n',
    ]);
    expect(answer).toContain('HTTP/1.1 100 Continue');
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(await stored()).toBe(BODY);
  });

  test('gives back any bytes, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })), (pieces) => {
        const parts = pieces.flatMap((piece) => [
          Buffer.from(`${piece.length.toString(16)}\r\n`),
          Buffer.from(piece),
          Buffer.from('\r\n'),
        ]);
        const { bytes } = unchunk(Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]));
        expect(bytes.equals(Buffer.concat(pieces))).toBe(true);
      }),
    );
  });
});
