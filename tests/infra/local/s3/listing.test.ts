import { ListObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ListingRequest, listKeys } from '../../../../infra/local/s3/storage/key-listing.ts';
import type { KeyLevels } from '../../../../infra/local/s3/storage/key-tree.ts';
import { compareKeys, SortedKeys } from '../../../../infra/local/s3/storage/sorted-keys.ts';
import { codeOf, type LocalS3, openS3, refusal } from './local-s3.ts';

/** Few letters, so that prefixes and groups are shared. */
const key = fc
  .array(fc.constantFrom('a', 'b', '/', '//', '-', 'é', '\uffff', '😀'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
const keySet = fc.uniqueArray(key, { maxLength: 40 });

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What S3's documentation says, with no thought of cost. */
function model(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const names = keys
    .filter((each) => each.startsWith(prefix))
    .map((each) => {
      const at = delimiter === '' ? -1 : each.indexOf(delimiter, prefix.length);
      return at === -1 ? each : `${each.slice(0, at + delimiter.length)}*`;
    });
  return [...new Set(names)].sort((a, b) => byBytes(a.replace(/\*$/, ''), b.replace(/\*$/, '')));
}

/** The keys as folders would hold them. */
function levelsOf(keys: readonly string[]): KeyLevels {
  const below = (folder: string) => keys.filter((each) => each.startsWith(folder));
  const piece = (rest: string) => /^[^/]*\/?/.exec(rest)?.[0] ?? '';
  return {
    level: (folder) => new SortedKeys(new Set(below(folder).map((each) => piece(each.slice(folder.length))))),
    holdsAny: (folder) => below(folder).length > 0,
  };
}

const shown = (entries: readonly { kind: 'key' | 'prefix'; name: string }[]) =>
  entries.map(({ kind, name }) => (kind === 'key' ? name : `${name}*`));

describe('the order of keys', () => {
  test('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
    );
    // UTF-16 has it the other way round.
    expect(compareKeys('\uffff', '😀')).toBeLessThan(0);
  });

  test('is kept as keys come and go', () => {
    fc.assert(
      fc.property(keySet, fc.array(fc.tuple(fc.boolean(), key), { maxLength: 60 }), (initial, changes) => {
        const sorted = new SortedKeys(initial);
        const expected = new Set(initial);
        for (const [isAdded, each] of changes) {
          if (isAdded) {
            sorted.add(each);
            expected.add(each);
          } else {
            sorted.delete(each);
            expected.delete(each);
          }
        }
        const all = Array.from({ length: sorted.size }, (_, index) => sorted.at(index));
        expect(all).toEqual([...expected].sort(byBytes));
      }),
    );
  });
});

describe('paging', () => {
  test('gives exactly what is there, in order, in pages of the length asked for', () => {
    fc.assert(
      fc.property(
        keySet,
        fc.oneof(fc.constant(''), key),
        fc.constantFrom('', '/', '//', 'a', '-b'),
        fc.integer({ min: 1, max: 7 }),
        (keys, prefix, delimiter, maxKeys) => {
          const levels = levelsOf(keys);
          const found: string[] = [];
          let request: ListingRequest = { prefix, delimiter, after: '', maxKeys };
          for (;;) {
            const page = listKeys(levels, request);
            found.push(...shown(page.entries));
            if (!page.isTruncated) break;
            expect(page.entries).toHaveLength(maxKeys);
            request = { ...request, after: page.entries.at(-1)?.name ?? '' };
          }
          expect(found).toEqual(model(keys, prefix, delimiter));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('goes on after a key that need not exist', () => {
    fc.assert(
      fc.property(keySet, key, (keys, after) => {
        const page = listKeys(levelsOf(keys), { prefix: '', delimiter: '', after, maxKeys: 1000 });
        expect(shown(page.entries)).toEqual(keys.filter((each) => byBytes(each, after) > 0).sort(byBytes));
      }),
    );
  });
});

describe('ListObjects over the wire', () => {
  const keys = ['a.txt', 'b/1.txt', 'b/2.txt', 'b/c/3.txt', 'd e+f%g.txt', 'z\u0001\n.txt', 'é😀.txt'];
  let s3: LocalS3;
  let Bucket: string;

  beforeAll(async () => {
    s3 = await openS3();
    Bucket = await s3.newBucket();
    for (const each of keys) s3.objects.putObject(Bucket, each, each, 'text/plain');
  });
  afterAll(() => s3.close());

  const listV2 = async (more: object) => s3.client.send(new ListObjectsV2Command({ Bucket, ...more }));
  const listV1 = async (more: object) => s3.client.send(new ListObjectsCommand({ Bucket, ...more }));

  test('an object is listed with its key, size, ETag, time and class', async () => {
    const { Contents = [], ...rest } = await listV2({ Prefix: 'a' });
    expect(rest).toMatchObject({ Name: Bucket, Prefix: 'a', KeyCount: 1, MaxKeys: 1000, IsTruncated: false });
    expect(Contents).toHaveLength(1);
    expect(Contents[0]).toMatchObject({
      Key: 'a.txt',
      Size: 5,
      ETag: '"a5e54d1fd7bb69a228ef0dcd2431367e"',
      StorageClass: 'STANDARD',
    });
    expect(Contents[0]?.Owner).toBeUndefined();
    expect(Contents[0]?.LastModified?.getMilliseconds()).toBe(0);
  });

  test('a delimiter rolls keys up into common prefixes, which count as entries', async () => {
    const { Contents = [], CommonPrefixes, KeyCount } = await listV2({ Delimiter: '/', Prefix: 'b/' });
    expect(Contents.map(({ Key }) => Key)).toEqual(['b/1.txt', 'b/2.txt']);
    expect(CommonPrefixes).toEqual([{ Prefix: 'b/c/' }]);
    expect(KeyCount).toBe(3);
  });

  test('encoding-type=url carries what XML cannot', async () => {
    const { Contents = [], EncodingType } = await listV2({ EncodingType: 'url' });
    expect(EncodingType).toBe('url');
    expect(Contents.map(({ Key }) => Key)).toEqual([
      'a.txt',
      'b/1.txt',
      'b/2.txt',
      'b/c/3.txt',
      'd%20e%2Bf%25g.txt',
      'z%01%0A.txt',
      '%C3%A9%F0%9F%98%80.txt',
    ]);
  });

  test('tokens lead through all pages, markers through all pages of version 1', async () => {
    const viaTokens: (string | undefined)[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await listV2({ MaxKeys: 2, EncodingType: 'url', ContinuationToken });
      viaTokens.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
      if (!page.IsTruncated) break;
    }
    expect(viaTokens.map((each) => decodeURIComponent(each ?? ''))).toEqual(keys);

    const viaMarkers: (string | undefined)[] = [];
    for (let Marker: string | undefined; ; ) {
      const page = await listV1({ MaxKeys: 2, Delimiter: '/', Prefix: 'b/', Marker });
      viaMarkers.push(...(page.Contents ?? []).map(({ Key }) => Key));
      viaMarkers.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      Marker = page.NextMarker;
      if (!page.IsTruncated) break;
    }
    expect(viaMarkers).toEqual(['b/1.txt', 'b/2.txt', 'b/c/']);
  });

  test('max-keys 0 is an empty page, above 1000 is 1000', async () => {
    expect(await listV2({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, MaxKeys: 0, IsTruncated: false });
    expect(await listV2({ MaxKeys: 5000 })).toMatchObject({ KeyCount: 7, MaxKeys: 1000 });
  });

  test('start-after is exclusive; fetch-owner says the owner; version 1 always does', async () => {
    const page = await listV2({ StartAfter: 'b/2.txt', FetchOwner: true, MaxKeys: 1 });
    expect(page.StartAfter).toBe('b/2.txt');
    expect(page.Contents).toMatchObject([{ Key: 'b/c/3.txt', Owner: { ID: '0'.repeat(64) } }]);
    const { Contents } = await listV1({ Marker: 'b/2.txt', MaxKeys: 1 });
    expect(Contents).toMatchObject([{ Key: 'b/c/3.txt', Owner: { ID: '0'.repeat(64) } }]);
  });

  test.each([
    ['max-keys=-1', 400, 'InvalidArgument'],
    ['max-keys=ten', 400, 'InvalidArgument'],
    ['max-keys=2147483648', 400, 'InvalidArgument'],
    ['encoding-type=base64', 400, 'InvalidArgument'],
    ['continuation-token=nonsense', 400, 'InvalidArgument'],
  ])('%s is refused', async (query, status, code) => {
    expect(codeOf(await s3.send('GET', `/${Bucket}?list-type=2&${query}`))).toEqual({ status, code });
  });

  test('a bucket that is not there is said to be so', async () => {
    expect(await refusal(s3.client.send(new ListObjectsV2Command({ Bucket: 'not-there' })))).toEqual({
      name: 'NoSuchBucket',
      status: 404,
    });
  });
});
