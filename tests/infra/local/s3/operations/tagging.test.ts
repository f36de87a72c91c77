import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OBJECT_TAGS, parseTags, serializeTags } from '../../../../../infra/local/s3/wire/tags.ts';
import { codeOf, type LocalS3, openS3, refusal } from '../local-s3.ts';

let s3: LocalS3;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

const put = (Key: string, Tagging: string) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging }));
const tagsOf = async (Key: string) =>
  (await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
const retag = (Key: string, TagSet: { Key: string; Value: string }[]) =>
  s3.client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));

test('an object keeps its tags, and answers how many there are', async () => {
  await put('tagged', 'a=1&b=two+words');
  expect(await tagsOf('tagged')).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: 'two words' },
  ]);
  const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'tagged' }));
  expect([head.TagCount, head.Metadata]).toEqual([2, {}]);
  await put('tagged', '');
  expect(await tagsOf('tagged')).toEqual([]);
});

test('tags are changed without the object', async () => {
  const { ETag } = await put('retagged', 'a=1');
  await retag('retagged', [{ Key: 'b', Value: '' }]);
  expect(await tagsOf('retagged')).toEqual([{ Key: 'b', Value: '' }]);
  await s3.client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'retagged' }));
  expect(await tagsOf('retagged')).toEqual([]);
  const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'retagged' }));
  expect([head.ETag, head.TagCount]).toEqual([ETag, undefined]);
});

test('a copy takes the tags along, or gets its own', async () => {
  await put('source', 'a=1');
  const copy = (more: object) =>
    s3.client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source`, ...more }));
  await copy({ Tagging: 'b=2' }); // heeded only with REPLACE
  expect(await tagsOf('copy')).toEqual([{ Key: 'a', Value: '1' }]);
  await copy({ Tagging: 'b=2', TaggingDirective: 'REPLACE' });
  expect(await tagsOf('copy')).toEqual([{ Key: 'b', Value: '2' }]);
});

test('a bucket has tags or none', async () => {
  const get = () => s3.client.send(new GetBucketTaggingCommand({ Bucket }));
  expect(await refusal(get())).toEqual({ name: 'NoSuchTagSet', status: 404 });
  const TagSet = [{ Key: 'team', Value: 'data' }];
  await s3.client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  expect((await get()).TagSet).toEqual(TagSet);
  await s3.client.send(new DeleteBucketTaggingCommand({ Bucket }));
  expect(await refusal(get())).toEqual({ name: 'NoSuchTagSet', status: 404 });
});

test.each([
  [[{ Key: 'aws:x', Value: '1' }], 'InvalidTag'],
  [[{ Key: 'a,b', Value: '1' }], 'InvalidTag'],
  [[{ Key: 'a', Value: '1,2' }], 'InvalidTag'],
  [[{ Key: 'x'.repeat(129), Value: '1' }], 'InvalidTag'],
  [[{ Key: 'a', Value: 'x'.repeat(257) }], 'InvalidTag'],
  [
    [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ],
    'InvalidTag',
  ],
  [Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: '' })), 'BadRequest'],
])('tags that S3 does not take are refused: %j', async (tags, name) => {
  await put('strict', 'a=1');
  expect(await refusal(retag('strict', tags))).toEqual({ name, status: 400 });
  expect(await tagsOf('strict')).toEqual([{ Key: 'a', Value: '1' }]);
});

test.each(['a=1&a=2', 'k=v,k2=v2', 'k=%00'])(
  'a header that is no query of tags is refused: %s',
  async (tags) => {
    const headers = { 'x-amz-tagging': tags };
    const answer = await s3.send('PUT', `/${Bucket}/strict`, { headers });
    expect(codeOf(answer)).toEqual({ status: 400, code: 'InvalidArgument' });
    expect(answer.body).toContain(
      "<Message>The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.</Message>",
    );
  },
);

test.each(['<Tagging/>', '<Tagging></Tagging>', '<Tagging><TagSet/></Tagging>'])(
  '%s clears the tags',
  async (body) => {
    await put('cleared', 'a=1');
    expect((await s3.send('PUT', `/${Bucket}/cleared?tagging`, { body })).status).toBe(200);
    expect(await tagsOf('cleared')).toEqual([]);
  },
);

test.each([
  '<Tagging><Tag><Key>a</Key><Value>1</Value></Tag></Tagging>',
  '<Tagging><TagSet>text</TagSet></Tagging>',
  '<Tagging><TagSet><Tags/></TagSet></Tagging>',
  '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
])('what is no set of tags clears none: %s', async (body) => {
  await put('kept', 'a=1');
  expect(codeOf(await s3.send('PUT', `/${Bucket}/kept?tagging`, { body })).code).toBe('MalformedXML');
  expect(await tagsOf('kept')).toEqual([{ Key: 'a', Value: '1' }]);
});

describe('tags of AWS’s own are refused in S3’s words', () => {
  const own = '<Tag><Key>aws:x</Key><Value>1</Value></Tag>';
  test.each([
    ['key?tagging', `<Tagging><TagSet>${own}</TagSet></Tagging>`, 'Your TagKey cannot be prefixed with aws:'],
    [
      '?tagging',
      `<Tagging><TagSet>${own}</TagSet></Tagging>`,
      'System tags cannot be added/updated by requester',
    ],
    [
      'new',
      `<CreateBucketConfiguration><Tags>${own}</Tags></CreateBucketConfiguration>`,
      "User-defined tag keys can't start with &quot;aws:&quot;. This prefix is reserved for system tags. Remove &quot;aws:&quot; from your tag keys and try again.",
    ],
  ])('%s', async (path, body, message) => {
    await put('key', '');
    const answer = await s3.send('PUT', path === 'new' ? '/new-tagged' : `/${Bucket}/${path}`, { body });
    expect(codeOf(answer)).toEqual({ status: 400, code: 'InvalidTag' });
    expect(answer.body).toContain(`<Message>${message}</Message>`);
  });
});

test('a bucket keeps the tags that it is created with, and they make creating it again a conflict', async () => {
  const create = (TagSet: { Key: string; Value: string }[]) =>
    s3.client.send(
      new CreateBucketCommand({ Bucket: 'tagged-bucket', CreateBucketConfiguration: { Tags: TagSet } }),
    );
  await create([{ Key: 'team', Value: 'data' }]);
  const { TagSet } = await s3.client.send(new GetBucketTaggingCommand({ Bucket: 'tagged-bucket' }));
  expect(TagSet).toEqual([{ Key: 'team', Value: 'data' }]);
  expect(await refusal(create([{ Key: 'team', Value: 'data' }]))).toEqual({
    name: 'BucketAlreadyOwnedByYou',
    status: 409,
  });
  await create([]);
  expect(await refusal(create([{ Key: 'a,b', Value: '' }]))).toEqual({ name: 'InvalidTag', status: 400 });
});

test('tags are read as they were written', () => {
  const text = fc.stringMatching(/^[\p{L}\p{N} _.:/=+\-@]{1,20}$/u);
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 10 }), (pairs) => {
      const tags = new Map(Object.entries(pairs).filter(([key]) => !key.startsWith('aws:')));
      expect(parseTags(serializeTags(tags), OBJECT_TAGS)).toEqual(tags);
    }),
  );
});
