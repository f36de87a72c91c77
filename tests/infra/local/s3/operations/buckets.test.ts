import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type LocalS3, openS3, refusal } from '../local-s3.ts';

let s3: LocalS3;
beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());

const signedFor = (region: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`,
});
const constraint = (region: string) =>
  `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;

describe('a name', () => {
  test.each(['abc', 'a-b.c-1', '0123', 'a'.repeat(63)])('%s is a bucket', async (Bucket) => {
    const { Location, BucketArn } = await s3.client.send(new CreateBucketCommand({ Bucket }));
    expect([Location, BucketArn]).toEqual([`/${Bucket}`, `arn:aws:s3:::${Bucket}`]);
    await s3.client.send(new HeadBucketCommand({ Bucket }));
  });

  test.each([
    ['too short', 'ab'],
    ['too long', 'a'.repeat(64)],
    ['upper case', 'Bucket'],
    ['an underscore', 'a_b'],
    ['a dash at the end', 'abc-'],
    ['a dot at the start', '.abc'],
    ['two dots', 'a..b'],
    ['an address', '192.168.1.1'],
    ['a reserved prefix', 'xn--abc'],
    ['a reserved suffix', 'abc-s3alias'],
    ['a way out of the folder', '%2e%2e'],
    ['a hidden folder of the store', '.metadata'],
  ])('with %s is refused', async (_why, name) => {
    expect(codeOf(await s3.send('PUT', `/${name}`))).toEqual({ status: 400, code: 'InvalidBucketName' });
  });
});

test('a bucket that is there: us-east-1 lets its owner create it again, other regions do not', async () => {
  await s3.client.send(new CreateBucketCommand({ Bucket: 'again' }));
  expect((await s3.send('PUT', '/again')).status).toBe(200);

  const inTheWest = { headers: signedFor('us-west-2'), body: constraint('us-west-2') };
  expect((await s3.send('PUT', '/western', inTheWest)).status).toBe(200);
  expect(codeOf(await s3.send('PUT', '/western', inTheWest))).toEqual({
    status: 409,
    code: 'BucketAlreadyOwnedByYou',
  });
});

describe('a location constraint', () => {
  test.each([
    ['us-east-1', '', 200, undefined],
    ['us-east-1', 'eu-west-2', 200, undefined],
    ['us-east-1', 'EU', 200, undefined],
    ['us-east-1', 'us-east-1', 400, 'InvalidLocationConstraint'],
    ['us-east-1', 'mars-1', 400, 'InvalidLocationConstraint'],
    ['eu-west-1', 'eu-west-1', 200, undefined],
    ['eu-west-1', 'EU', 200, undefined],
    ['eu-west-1', '', 400, 'IllegalLocationConstraintException'],
    ['eu-west-1', 'us-west-2', 400, 'IllegalLocationConstraintException'],
  ])('at the endpoint of %s, "%s" is answered with %i %s', async (endpoint, region, status, code) => {
    const name = `in-${endpoint}-${region.toLowerCase()}x`;
    const body = region === '' ? '' : constraint(region);
    const answer = await s3.send('PUT', `/${name}`, { headers: signedFor(endpoint), body });
    expect(codeOf(answer)).toEqual({ status, code });
  });

  test('is answered again by GetBucketLocation, that of us-east-1 as none', async () => {
    const locationOf = async (Bucket: string, body: string) => {
      await s3.send('PUT', `/${Bucket}`, { body });
      return (await s3.client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint;
    };
    expect(await locationOf('home', '')).toBeUndefined();
    expect(await locationOf('abroad', constraint('ap-south-1'))).toBe('ap-south-1');
    expect(await locationOf('old-world', constraint('EU'))).toBe('EU');
    const head = await s3.send('HEAD', '/old-world', { headers: signedFor('eu-west-1') });
    expect([head.status, head.headers['x-amz-bucket-region']]).toEqual([200, 'eu-west-1']);
  });

  test.each([
    '<CreateBucketConfiguration>',
    '<Other/>',
    'no XML',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  ])('that cannot be read is refused: %s', async (body) => {
    expect(codeOf(await s3.send('PUT', '/unreadable', { body }))).toEqual({
      status: 400,
      code: 'MalformedXML',
    });
  });
});

describe('a region is a namespace', () => {
  const west = { headers: signedFor('us-west-2') };
  const inTheWest = async (Bucket: string) => {
    await s3.send('PUT', `/${Bucket}`, { ...west, body: constraint('us-west-2') });
    return `/${Bucket}`;
  };

  test('a bucket is there for whom the request is signed for its region', async () => {
    const bucket = await inTheWest('regional');
    expect((await s3.send('PUT', `${bucket}/key`, { ...west, body: 'x' })).status).toBe(200);
    const list = await s3.send('GET', `${bucket}?list-type=2`, west);
    expect([list.status, list.headers['x-amz-bucket-region']]).toEqual([200, 'us-west-2']);
    const location = await s3.send('GET', `${bucket}?location`, west);
    expect(location.body).toMatch(/<LocationConstraint[^>]*>us-west-2</);
  });

  test('whoever asks elsewhere is told where it is, and changes nothing', async () => {
    const bucket = await inTheWest('elsewhere');
    for (const [method, path] of [
      ['PUT', '/key'],
      ['GET', '?list-type=2'],
      ['DELETE', ''],
    ] as const) {
      const answer = await s3.send(method, `${bucket}${path}`, { headers: signedFor('us-east-1') });
      expect(codeOf(answer)).toEqual({ status: 301, code: 'PermanentRedirect' });
      expect(answer.headers['x-amz-bucket-region']).toBe('us-west-2');
      expect(answer.body).toMatch(/<Endpoint>[^<]*(localhost|127\.0\.0\.1)/); // never away from this machine
    }
    const head = await s3.send('HEAD', bucket, { headers: signedFor('eu-west-1') });
    expect([head.status, head.headers['x-amz-bucket-region']]).toEqual([301, 'us-west-2']);
    expect((await s3.send('GET', `${bucket}?list-type=2`, west)).body).toContain('<KeyCount>0</KeyCount>');
  });

  test('its name is taken everywhere', async () => {
    const bucket = await inTheWest('taken');
    const again = await s3.send('PUT', bucket, { headers: signedFor('us-east-1') });
    expect(codeOf(again)).toEqual({ status: 409, code: 'BucketAlreadyOwnedByYou' });
  });

  test('an SDK that follows the redirection gets there', async () => {
    await inTheWest('followed');
    const { requestHandler, credentials } = s3.client.config;
    const client = new S3Client({
      endpoint: s3.url,
      requestHandler,
      credentials,
      region: 'us-east-1',
      forcePathStyle: true,
      followRegionRedirects: true,
    });
    const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket: 'followed' }));
    expect(KeyCount).toBe(0);
  });

  test('a list of all buckets says where each is, and can be asked for those of one', async () => {
    await inTheWest('listed-west');
    const { Buckets } = await s3.client.send(new ListBucketsCommand({ BucketRegion: 'us-west-2' }));
    expect(Buckets?.map(({ Name }) => Name)).toContain('listed-west');
    expect(new Set(Buckets?.map(({ BucketRegion }) => BucketRegion))).toEqual(new Set(['us-west-2']));
  });
});

test.each([
  [{ 'x-amz-acl': 'private' }, 200, undefined],
  [{ 'x-amz-acl': 'public-read' }, 400, 'InvalidBucketAclWithObjectOwnership'],
  [{ 'x-amz-object-ownership': 'ObjectWriter' }, 501, 'NotImplemented'],
  [{ 'x-amz-bucket-object-lock-enabled': 'true' }, 501, 'NotImplemented'],
])('a bucket that is asked for with %j is answered with %i %s', async (headers, status, code) => {
  expect(codeOf(await s3.send('PUT', '/asked-for', { headers }))).toEqual({ status, code });
});

test('buckets are listed in order, by prefix and in pages', async () => {
  for (const Bucket of ['list-c', 'list-a', 'list-b', 'other'])
    await s3.client.send(new CreateBucketCommand({ Bucket }));
  const first = await s3.client.send(new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2 }));
  expect(first.Buckets?.map(({ Name, BucketRegion, BucketArn }) => [Name, BucketRegion, BucketArn])).toEqual([
    ['list-a', 'us-east-1', 'arn:aws:s3:::list-a'],
    ['list-b', 'us-east-1', 'arn:aws:s3:::list-b'],
  ]);
  expect(first.Prefix).toBe('list-');
  const second = await s3.client.send(
    new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2, ContinuationToken: first.ContinuationToken }),
  );
  expect(second.Buckets?.map(({ Name }) => Name)).toEqual(['list-c']);
  expect(second.ContinuationToken).toBeUndefined();
});

test.each([
  ['max-buckets=0', 'InvalidArgument'],
  ['max-buckets=10001', 'InvalidArgument'],
  ['bucket-region=eu-east-1', 'InvalidArgument'],
  ['continuation-token=%21', 'InvalidArgument'],
])('ListBuckets refuses %s', async (query, code) => {
  expect(codeOf(await s3.send('GET', `/?${query}`))).toEqual({ status: 400, code });
});

test('a bucket is deleted once, and only when it is empty', async () => {
  const Bucket = await s3.newBucket();
  s3.objects.putObject(Bucket, 'a/b', '', 'text/plain');
  const remove = () => s3.client.send(new DeleteBucketCommand({ Bucket }));
  expect(await refusal(remove())).toEqual({ name: 'BucketNotEmpty', status: 409 });
  s3.objects.bucket(Bucket).delete('a/b');
  expect((await remove()).$metadata.httpStatusCode).toBe(204);
  expect(await refusal(remove())).toEqual({ name: 'NoSuchBucket', status: 404 });
  expect(await refusal(s3.client.send(new HeadBucketCommand({ Bucket })))).toEqual({
    name: 'NotFound',
    status: 404,
  });
});

test('a bucket that is made again does not remember the objects of the one before', async () => {
  const Bucket = await s3.newBucket();
  s3.objects.putObject(Bucket, 'key', 'old', 'text/plain');
  s3.objects.bucket(Bucket).delete('key');
  await s3.client.send(new DeleteBucketCommand({ Bucket }));
  await s3.client.send(new CreateBucketCommand({ Bucket }));
  expect((await s3.send('GET', `/${Bucket}?list-type=2`)).body).toContain('<KeyCount>0</KeyCount>');
});

test('versioning was never turned on', async () => {
  const Bucket = await s3.newBucket();
  const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket }));
  expect(Status).toBeUndefined();
});

test.each([
  ['PUT', '?versioning', 501, 'NotImplemented'],
  ['GET', '?policy', 501, 'NotImplemented'],
  ['PATCH', '', 405, 'MethodNotAllowed'],
  ['POST', '', 405, 'MethodNotAllowed'],
])('%s of a bucket %s is no operation here', async (method, query, status, code) => {
  const Bucket = await s3.newBucket();
  expect(codeOf(await s3.send(method, `/${Bucket}${query}`))).toEqual({ status, code });
});

describe('the bucket is named by', () => {
  test.each([
    ['the path', 'localhost', '/named/key'],
    ['the host', 'named.localhost', '/key'],
    ['the host of an S3 endpoint', 'named.s3.localhost', '/key'],
    ['the host of a regional endpoint', 'named.s3.eu-west-1.localhost', '/key'],
    ['the path at an S3 endpoint', 's3.localhost', '/named/key'],
  ])('%s', async (_name, host, path) => {
    await s3.send('PUT', '/named');
    s3.objects.putObject('named', 'key', 'found', 'text/plain');
    expect((await s3.send('GET', path, { headers: { host } })).body).toBe('found');
  });
});

test('a bucket of another account is nobody’s business', async () => {
  const Bucket = await s3.newBucket();
  const expected = (ExpectedBucketOwner: string) =>
    s3.client.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }));
  expect((await expected('000000000000')).$metadata.httpStatusCode).toBe(200);
  expect((await refusal(expected('111111111111'))).status).toBe(403);
  expect((await refusal(expected('nobody'))).status).toBe(400);
});

test('an owner is an id and has no name', async () => {
  const { body } = await s3.send('GET', '/');
  expect(String(body)).toMatch(/<Owner><ID>0{64}<\/ID><\/Owner>/);
});
