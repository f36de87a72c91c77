import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksumOf } from '../../../../infra/local/s3/wire/checksum.ts';
import { codeOf, type LocalS3, openS3, refusal } from './local-s3.ts';

const LEAST = 5 * 1024 * 1024;
const first = Buffer.alloc(LEAST, 'a');
const last = Buffer.from('the end');

let s3: LocalS3;
let Bucket: string;
let made = 0;
beforeAll(async () => {
  s3 = await openS3();
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

async function begin(more: Partial<CreateMultipartUploadCommandInput> = {}) {
  made += 1;
  const Key = `upload-${made}`;
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const upload = { Bucket, Key, UploadId };
  return {
    Key,
    UploadId: UploadId ?? '',
    put: async (PartNumber: number, Body: Buffer, options: object = {}): Promise<CompletedPart> => {
      const part = await s3.client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...options }));
      const { ETag, ChecksumSHA256 } = part;
      return { PartNumber, ETag, ...(ChecksumSHA256 && { ChecksumSHA256 }) };
    },
    complete: (Parts: CompletedPart[], options: object = {}) =>
      s3.client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...options }),
      ),
    abort: () => s3.client.send(new AbortMultipartUploadCommand(upload)),
    parts: (options: object = {}) => s3.client.send(new ListPartsCommand({ ...upload, ...options })),
  };
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

test('parts become one object, whose ETag is that of their ETags', async () => {
  const upload = await begin({ ContentType: 'text/plain', Metadata: { a: '1' } });
  const two = await upload.put(2, last);
  const one = await upload.put(1, first);
  const { ETag, ChecksumType } = await upload.complete([one, two]);
  expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(last)])).toString('hex')}-2"`);
  expect(ChecksumType).toBe('FULL_OBJECT');
  const { Body, ...head } = await s3.client.send(new GetObjectCommand({ Bucket, Key: upload.Key }));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(Buffer.concat([first, last]))).toBe(
    true,
  );
  expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' }, ETag });
});

test('until it is complete there is no object, and after an abort there never is', async () => {
  const upload = await begin();
  const part = await upload.put(1, last);
  const head = () => s3.client.send(new HeadObjectCommand({ Bucket, Key: upload.Key }));
  expect(await refusal(head())).toEqual({ name: 'NotFound', status: 404 });
  await upload.abort();
  expect(await refusal(upload.complete([part]))).toEqual({ name: 'NoSuchUpload', status: 404 });
  expect(await refusal(upload.put(2, last))).toEqual({ name: 'NoSuchUpload', status: 404 });
  expect(await refusal(head())).toEqual({ name: 'NotFound', status: 404 });
});

test('a part that is sent again takes the place of the one before', async () => {
  const upload = await begin();
  await upload.put(1, first);
  const again = await upload.put(1, last);
  expect((await upload.parts()).Parts?.map(({ Size }) => Size)).toEqual([last.length]);
  await upload.complete([again]);
});

test('completing twice gives the same answer', async () => {
  const upload = await begin();
  const part = await upload.put(1, last);
  const { ETag } = await upload.complete([part]);
  expect((await upload.complete([part])).ETag).toBe(ETag);
});

describe('an upload cannot be completed', () => {
  test.each([
    ['with parts that are out of order', (one, two) => [two, one], 'InvalidPartOrder'],
    ['with a part that was never sent', (one) => [one, { PartNumber: 3, ETag: '"x"' }], 'InvalidPart'],
    ['with an ETag that is another', (_one, two) => [{ ...two, ETag: '"x"' }], 'InvalidPart'],
    [
      'with parts that are too small',
      (_one, two) => [two, { PartNumber: 3, ETag: two.ETag }],
      'EntityTooSmall',
    ],
    ['with no part at all', () => [], 'MalformedXML'],
  ] satisfies [string, (one: CompletedPart, two: CompletedPart) => CompletedPart[], string][])(
    '%s',
    async (_why, choose, name) => {
      const upload = await begin();
      const one = await upload.put(1, first);
      const two = await upload.put(2, last);
      if (name === 'EntityTooSmall') await upload.put(3, last);
      expect(await refusal(upload.complete(choose(one, two)))).toEqual({ name, status: 400 });
      await upload.complete([one, two]); // it was not spoilt by that
    },
  );

  test('against a condition, or after its object was replaced meanwhile', async () => {
    const upload = await begin();
    const part = await upload.put(1, last);
    expect(await refusal(upload.complete([part], { IfMatch: '"x"' }))).toEqual({
      name: 'NoSuchKey',
      status: 404,
    });
    await new Promise((resolve) => setTimeout(resolve, 2)); // times have milliseconds
    const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key: upload.Key, Body: 'x' }));
    expect(await refusal(upload.complete([part], { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await refusal(upload.complete([part], { IfMatch: ETag }))).toEqual({
      name: 'ConditionalRequestConflict',
      status: 409,
    });
  });
});

test('a key that was deleted meanwhile is no longer the one that was not there', async () => {
  const upload = await begin();
  const part = await upload.put(1, last);
  await s3.client.send(new PutObjectCommand({ Bucket, Key: upload.Key, Body: 'x' }));
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: upload.Key }));
  expect(await refusal(upload.complete([part], { IfNoneMatch: '*' }))).toEqual({
    name: 'ConditionalRequestConflict',
    status: 409,
  });
  await upload.complete([part]);
});

describe('a checksum that an upload is completed with', () => {
  const CRC32C = checksumOf('crc32c', last);
  const CRC32 = checksumOf('crc32', last);

  test('of a part must be of the upload’s algorithm', async () => {
    const upload = await begin();
    const part = await upload.put(1, last);
    const sent = upload.complete([{ ...part, ChecksumCRC32: CRC32 }]);
    expect(await refusal(sent)).toEqual({ name: 'InvalidPart', status: 400 });
  });

  test('of the whole object must come with its type', async () => {
    const upload = await begin({ ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' });
    const part = await upload.put(1, last, { ChecksumAlgorithm: 'CRC32C' });
    expect(await refusal(upload.complete([part], { ChecksumCRC32C: CRC32C }))).toEqual({
      name: 'BadDigest',
      status: 400,
    });
    await upload.complete([part], { ChecksumCRC32C: CRC32C, ChecksumType: 'FULL_OBJECT' });
  });

  test('is answered for the only part of a whole object, not for one of several', async () => {
    const readPart = async (bodies: readonly Buffer[]) => {
      const upload = await begin({ ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' });
      const parts: CompletedPart[] = [];
      for (const [index, body] of bodies.entries()) {
        parts.push(await upload.put(index + 1, body, { ChecksumAlgorithm: 'CRC32C' }));
      }
      await upload.complete(parts);
      const { ChecksumCRC32C, ChecksumType } = await s3.client.send(
        new HeadObjectCommand({ Bucket, Key: upload.Key, PartNumber: 1, ChecksumMode: 'ENABLED' }),
      );
      return [ChecksumCRC32C, ChecksumType];
    };
    expect(await readPart([last])).toEqual([CRC32C, 'FULL_OBJECT']);
    expect(await readPart([first, last])).toEqual([undefined, undefined]);
  });
});

test('owners have no name any more', async () => {
  const { Owner } = await (await begin()).parts();
  expect(Object.keys(Owner ?? {})).toEqual(['ID']);
});

test('a composite checksum is that of the parts’ checksums', async () => {
  const upload = await begin({ ChecksumAlgorithm: 'SHA256' });
  const sent = { ChecksumAlgorithm: 'SHA256' };
  const parts = [await upload.put(1, first, sent), await upload.put(2, last, sent)];
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  const whole = sha256(Buffer.concat([sha256(first), sha256(last)])).toString('base64');
  const { ChecksumSHA256, ChecksumType } = await upload.complete(parts);
  expect([ChecksumSHA256, ChecksumType]).toEqual([`${whole}-2`, 'COMPOSITE']);

  const { Checksum, ObjectParts } = await s3.client.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key: upload.Key,
      ObjectAttributes: ['Checksum', 'ObjectParts'],
    }),
  );
  expect(Checksum?.ChecksumSHA256).toBe(whole);
  expect(ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, LEAST],
    [2, last.length],
  ]);
});

test.each([
  [{ ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }],
  [{ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }],
  [{ ChecksumType: 'COMPOSITE' }],
] as const)('an upload with %j cannot be', async (options) => {
  expect(await refusal(begin(options))).toEqual({ name: 'InvalidRequest', status: 400 });
});

test('a part of the object can be read by its number', async () => {
  const upload = await begin();
  await upload.complete([await upload.put(1, first), await upload.put(2, last)]);
  const read = (PartNumber: number) =>
    s3.client.send(new GetObjectCommand({ Bucket, Key: upload.Key, PartNumber }));
  const { Body, PartsCount, ContentRange } = await read(2);
  expect(await Body?.transformToString()).toBe('the end');
  expect([PartsCount, ContentRange]).toEqual([2, `bytes ${LEAST}-${LEAST + 6}/${LEAST + 7}`]);
  expect(await refusal(read(3))).toEqual({ name: 'InvalidPartNumber', status: 416 });
});

describe('a part that is copied', () => {
  const copy = (upload: { Key: string; UploadId: string }, CopySourceRange?: string) =>
    s3.client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: upload.Key,
        UploadId: upload.UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        ...(CopySourceRange && { CopySourceRange }),
      }),
    );

  test('is the source, or a range of it', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    for (const [range, body] of [
      [undefined, '0123456789'],
      ['bytes=2-4', '234'],
    ] as const) {
      const upload = await begin();
      const { CopyPartResult } = await copy(upload, range);
      await upload.complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
      expect((await s3.send('GET', `/${Bucket}/${upload.Key}`)).body).toBe(body);
    }
  });

  test.each([
    ['0-4', 'InvalidArgument'],
    ['bytes=4-', 'InvalidArgument'],
    ['bytes=-4', 'InvalidArgument'],
    ['bytes=4-2', 'InvalidArgument'],
    ['bytes=0-100', 'InvalidArgument'],
    ['bytes=100-200', 'InvalidRequest'],
  ])('is not the range %s', async (range, name) => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    expect(await refusal(copy(await begin(), range))).toEqual({ name, status: 400 });
  });
});

test.each(['0', '10001', '-1', 'x', ''])('there is no part number "%s"', async (number) => {
  const { Key, UploadId } = await begin();
  const path = `/${Bucket}/${Key}?uploadId=${UploadId}&partNumber=${number}`;
  expect(codeOf(await s3.send('PUT', path, { body: 'x' }))).toEqual({ status: 400, code: 'InvalidArgument' });
});

test('parts and uploads are listed in pages, and uploads under common prefixes', async () => {
  const own = await s3.newBucket();
  const keys = ['dir/a', 'dir/b', 'top', 'top'];
  for (const Key of keys) await s3.client.send(new CreateMultipartUploadCommand({ Bucket: own, Key }));
  const list = (options: object = {}) =>
    s3.client.send(new ListMultipartUploadsCommand({ Bucket: own, ...options }));
  const found: (string | undefined)[] = [];
  let markers = {};
  for (;;) {
    const page = await list({ MaxUploads: 1, ...markers });
    found.push(...(page.Uploads ?? []).map(({ Key }) => Key));
    if (!page.IsTruncated) break;
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
  expect(found).toEqual(keys);
  const grouped = await list({ Delimiter: '/' });
  expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'dir/' }]);
  expect(grouped.Uploads?.map(({ Key }) => Key)).toEqual(['top', 'top']);

  const upload = await begin();
  for (const number of [1, 2, 3]) await upload.put(number, last);
  const page = await upload.parts({ MaxParts: 2 });
  expect([page.Parts?.length, page.IsTruncated, page.NextPartNumberMarker]).toEqual([2, true, '2']);
  const rest = await upload.parts({ PartNumberMarker: page.NextPartNumberMarker });
  expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
});
