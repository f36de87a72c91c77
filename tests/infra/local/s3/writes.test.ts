import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type LocalS3, openS3, refusal } from './local-s3.ts';

let s3: LocalS3;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

const put = (Key: string, Body: string, more: object = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const head = (Key: string) => s3.client.send(new HeadObjectCommand({ Bucket, Key }));
const text = async (Key: string, from = Bucket) =>
  (await s3.client.send(new GetObjectCommand({ Bucket: from, Key }))).Body?.transformToString();
/** Characters that XML 1.0 can hold, written as they are or as references. */
function isXmlText(xml: string): boolean {
  const text = xml.replace(/&#(?:x([0-9a-f]+)|(\d+));/g, (_reference, hex?: string, decimal?: string) =>
    String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
  );
  return /^[\t\n\r\x20-\ud7ff\ue000-\ufffd]*$/.test(text);
}

const OTHER = '"00000000000000000000000000000000"';

describe('a condition of a put', () => {
  test('If-None-Match: * makes an object only where there is none', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await refusal(put('once', 'second', { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await text('once')).toBe('first');
  });

  test('of many that create at once, one does', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => put('race', `writer ${n}`, { IfNoneMatch: '*' })),
    );
    const winners = all.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(await text('race')).toBe(`writer ${winners[0]}`);
  });

  test('If-Match replaces just the object that was read', async () => {
    const { ETag } = await put('swap', 'first');
    await put('swap', 'second', { IfMatch: ETag });
    expect(await refusal(put('swap', 'third', { IfMatch: ETag }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await refusal(put('absent', 'x', { IfMatch: ETag }))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await text('swap')).toBe('second');
  });

  test('an ETag may have lost its quotes, wherever it is asked for', async () => {
    const { ETag = '' } = await put('bare', 'x');
    const bare = ETag.replaceAll('"', '');
    await put('bare', 'y', { IfMatch: bare });
    const { ETag: now = '' } = await head('bare');
    for (const tag of [now, now.slice(1), now.slice(0, -1), now.slice(1, -1), `W/${now}`]) {
      const asked = async (method: string, headers: Record<string, string>) =>
        (await s3.send(method, `/${Bucket}/bare`, { headers })).status;
      expect([tag, await asked('GET', { 'if-match': tag })]).toEqual([tag, 200]);
      expect([tag, await asked('HEAD', { 'if-none-match': tag })]).toEqual([tag, 304]);
      const source = { 'x-amz-copy-source': `${Bucket}/bare`, 'x-amz-copy-source-if-match': tag };
      const copied = await s3.send('PUT', `/${Bucket}/copied`, { headers: source });
      expect([tag, copied.status]).toEqual([tag, 200]);
      expect([tag, await asked('DELETE', { 'if-match': tag })]).toEqual([tag, 204]);
      await put('bare', 'y');
    }
    expect(await refusal(put('bare', 'z', { IfMatch: bare }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
  });

  test.each([[{ IfNoneMatch: OTHER }], [{ IfMatch: '*' }], [{ IfMatch: OTHER, IfNoneMatch: '*' }]])(
    'that S3 does not take is refused: %j',
    async (more) => {
      expect(await refusal(put('odd', 'x', more))).toEqual({ name: 'NotImplemented', status: 501 });
    },
  );
});

describe('CopyObject', () => {
  const copy = (Key: string, source: string, more: Partial<CopyObjectCommandInput> = {}) =>
    s3.client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}`, ...more }));

  test('takes bytes and metadata along, into another bucket too', async () => {
    await put('source', 'bytes', { ContentType: 'text/csv', Metadata: { a: '1' } });
    const other = await s3.newBucket();
    const { CopyObjectResult } = await copy('target', 'source', { Bucket: other });
    expect(CopyObjectResult?.ETag).toBe((await head('source')).ETag);
    expect(await text('target', other)).toBe('bytes');
    const { ContentType, Metadata } = await s3.client.send(
      new HeadObjectCommand({ Bucket: other, Key: 'target' }),
    );
    expect([ContentType, Metadata]).toEqual(['text/csv', { a: '1' }]);
  });

  test('replaces metadata when asked to', async () => {
    await put('source', 'bytes', { ContentType: 'text/csv', Metadata: { a: '1' } });
    await copy('target', 'source', {
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
      ContentType: 'text/html',
    });
    expect(await head('target')).toMatchObject({ ContentType: 'text/html', Metadata: { b: '2' } });
    await copy('target', 'source', { Metadata: { c: '3' } }); // heeded only with REPLACE
    expect((await head('target')).Metadata).toEqual({ a: '1' });
  });

  test('onto itself must change something', async () => {
    await put('source', 'bytes', { Metadata: { a: '1' } });
    expect(await refusal(copy('source', 'source'))).toEqual({ name: 'InvalidRequest', status: 400 });
    await copy('source', 'source', { MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    expect([await text('source'), (await head('source')).Metadata]).toEqual(['bytes', { b: '2' }]);
  });

  test.each(['sp ace', 'plus+sign', 'ünï/cödé', 'per%cent', 'q?m'])('finds the key %s', async (key) => {
    await put(key, key);
    await copy('target', encodeURIComponent(key));
    expect(await text('target')).toBe(key);
  });

  test('takes a plus for a space and a leading slash for none, as S3 does', async () => {
    await put('sp ace', 'spaced');
    await s3.send('PUT', `/${Bucket}/target`, { headers: { 'x-amz-copy-source': `/${Bucket}/sp+ace` } });
    expect(await text('target')).toBe('spaced');
  });

  test.each([
    ['no-slash', 400, 'InvalidArgument'],
    ['', 400, 'InvalidArgument'],
    ['no-such-bucket/key', 404, 'NoSuchBucket'],
    ['BUCKET/missing', 404, 'NoSuchKey'],
    ['BUCKET/source?versionId=abc', 400, 'InvalidArgument'],
  ])('from %s is refused', async (source, status, code) => {
    await put('source', 'bytes');
    const headers = { 'x-amz-copy-source': source.replace('BUCKET', Bucket) };
    expect(codeOf(await s3.send('PUT', `/${Bucket}/target`, { headers }))).toEqual({ status, code });
  });

  test('obeys the conditions on its source, and on its target', async () => {
    const { ETag } = await put('source', 'bytes');
    const past = new Date(0);
    await copy('target', 'source', { CopySourceIfMatch: ETag, CopySourceIfModifiedSince: past });
    const failing: Partial<CopyObjectCommandInput>[] = [
      { CopySourceIfMatch: OTHER },
      { CopySourceIfNoneMatch: ETag },
      { CopySourceIfUnmodifiedSince: past },
      { IfNoneMatch: '*' },
      { IfMatch: OTHER },
    ];
    for (const more of failing) {
      expect([more, await refusal(copy('target', 'source', more))]).toEqual([
        more,
        { name: 'PreconditionFailed', status: 412 },
      ]);
    }
  });
});

describe('deletes', () => {
  test('one that is conditional leaves any other object', async () => {
    const { ETag } = await put('doomed', 'x');
    const remove = (IfMatch?: string) =>
      s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'doomed', ...(IfMatch && { IfMatch }) }));
    expect(await refusal(remove(OTHER))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await text('doomed')).toBe('x');
    expect((await remove(ETag)).$metadata.httpStatusCode).toBe(204);
    expect((await remove()).$metadata.httpStatusCode).toBe(204);
  });

  test.each([
    [{ 'x-amz-if-match-size': '1' }, 501, 'NotImplemented'],
    [{ 'x-amz-if-match-last-modified-time': new Date(0).toUTCString() }, 501, 'NotImplemented'],
    [{ 'x-amz-bypass-governance-retention': 'false' }, 400, 'InvalidArgument'],
  ])('of general purpose buckets without locks know no %j', async (headers, status, code) => {
    await put('safe', 'x');
    expect(codeOf(await s3.send('DELETE', `/${Bucket}/safe`, { headers }))).toEqual({ status, code });
    expect(await text('safe')).toBe('x');
  });

  test.each(['m/\u0001', 'm/\u000b&', '\uffff', 'm/cr\r'])(
    'of the key %j are answered in XML that parsers accept',
    async (key) => {
      await put(key, 'x');
      const references = key.replace(/[^a-z/]/g, (character) => `&#${character.codePointAt(0)};`);
      const body = `<Delete><Object><Key>${references}</Key></Object></Delete>`;
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
      const { body: answer } = await s3.send('POST', `/${Bucket}?delete`, { body, headers });
      expect(answer).toContain('<Deleted>');
      expect([answer, isXmlText(answer)]).toEqual([answer, true]);
      expect(await refusal(head(key))).toEqual({ name: 'NotFound', status: 404 });
    },
  );

  test('many at once are each answered for, those that were not there too', async () => {
    await put('m/1', 'x');
    await put('m/2 &<>"', 'x');
    const { Deleted, Errors } = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [{ Key: 'm/1' }, { Key: 'm/2 &<>"' }, { Key: 'm/3' }, { Key: 'm/4', VersionId: 'abc' }],
        },
      }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['m/1', 'm/2 &<>"', 'm/3']);
    expect(Errors).toEqual([
      {
        Key: 'm/4',
        VersionId: 'abc',
        Code: 'NoSuchVersion',
        Message: 'The specified version does not exist.',
      },
    ]);
    expect(await refusal(head('m/1'))).toEqual({ name: 'NotFound', status: 404 });
  });

  test('quiet, only what failed is answered', async () => {
    const answer = await s3.client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Quiet: true, Objects: [{ Key: 'm/3' }] } }),
    );
    expect([answer.Deleted, answer.Errors]).toEqual([undefined, undefined]);
  });

  test.each([
    ['nothing', '<Delete></Delete>'],
    ['no key', '<Delete><Object><VersionId>1</VersionId></Object></Delete>'],
    ['another document', '<Remove><Object><Key>a</Key></Object></Remove>'],
    ['no XML', 'a, b'],
    ['more than a thousand', `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`],
  ])('of %s is malformed', async (_what, body) => {
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const answer = await s3.send('POST', `/${Bucket}?delete`, { body, headers });
    expect(codeOf(answer)).toEqual({ status: 400, code: 'MalformedXML' });
  });

  test('must come with a digest that holds', async () => {
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    expect(codeOf(await s3.send('POST', `/${Bucket}?delete`, { body }))).toEqual({
      status: 400,
      code: 'InvalidRequest',
    });
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(codeOf(await s3.send('POST', `/${Bucket}?delete`, { body, headers })).code).toBe('BadDigest');
  });
});
