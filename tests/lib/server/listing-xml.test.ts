import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForeignListingError, ListingParser } from '../../../lib/server/listing-xml.ts';

const ETAG = '"0123456789abcdef0123456789abcdef"';
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>results</Name><Prefix>a</Prefix>
<Contents><Key>a&amp;b&#x2F;&#252;.json</Key><LastModified>2021-01-24T15:58:04.000Z</LastModified><ETag>&quot;${ETAG.slice(1, -1)}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>400</Size><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Size>0</Size><ETag>${ETAG}</ETag><LastModified>2021-01-24T15:58:04Z</LastModified><Key>größe</Key></Contents>
<CommonPrefixes><Prefix>a/&lt;b&gt;/</Prefix></CommonPrefixes>
<IsTruncated>true</IsTruncated><NextContinuationToken>n&gt;</NextContinuationToken></ListBucketResult>
`;

function parse(pieces: readonly string[]) {
  const parser = new ListingParser();
  for (const piece of pieces) parser.write(piece);
  return parser.end();
}

test('a listing is the same in whatever pieces it comes', () => {
  const whole = parse([XML]);
  expect(whole).toEqual({
    objects: [
      { key: 'a&b/ü.json', size: 400, lastModifiedMs: Date.UTC(2021, 0, 24, 15, 58, 4), etag: ETAG },
      { key: 'größe', size: 0, lastModifiedMs: Date.UTC(2021, 0, 24, 15, 58, 4), etag: ETAG },
    ],
    prefixes: ['a/<b>/'],
    nextToken: 'n>',
  });
  fc.assert(
    fc.property(fc.array(fc.nat(XML.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), XML.length];
      expect(parse(places.slice(1).map((to, index) => XML.slice(places[index], to)))).toEqual(whole);
    }),
  );
  for (let cut = 0; cut <= XML.length; cut += 1) {
    expect(parse([XML.slice(0, cut), XML.slice(cut)])).toEqual(whole);
  }
});

test('an empty one is a listing, and whatever is cut short or something else is none', () => {
  expect(parse(['<ListBucketResult/>'])).toEqual({ objects: [], prefixes: [], nextToken: null });
  for (let end = 0; end < XML.trimEnd().length; end += 1) {
    expect(() => parse([XML.slice(0, end)])).toThrow(ForeignListingError);
  }
  for (const [part, other] of [
    ['<Size>400</Size>', ''],
    ['<Size>400</Size>', '<Size>many</Size>'],
    ['<Key>größe</Key>', '<Key><b/></Key>'],
    ['2021-01-24T15:58:04Z', 'today'],
    ['<NextContinuationToken>n&gt;</NextContinuationToken>', ''],
    ['</Contents>\n<CommonPrefixes>', '\n<CommonPrefixes>'],
    ['<ListBucketResult ', '<html '],
  ] as const) {
    expect(XML).toContain(part);
    expect(() => parse([XML.replace(part, other)])).toThrow(ForeignListingError);
  }
});
