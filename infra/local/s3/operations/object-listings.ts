import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import type { ListingEntry } from '../storage/key-listing.ts';
import type { ObjectBucket } from '../storage/object-buckets.ts';
import { checksumIn } from '../wire/checksum-headers.ts';
import { readListParameters } from '../wire/list-parameters.ts';
import { wrongContinuationToken } from '../wire/s3-error.ts';
import { ownerXml, timeText, xmlResponse } from '../wire/xml.ts';
import type { S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(request: S3Request): HttpResponse {
  const bucket = request.store.bucket(request.bucket);
  const { query } = request.http;
  const { prefix, delimiter, maxKeys, encode, encodingXml } = readListParameters(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token === null ? startAfter : parseToken(token);
  const { entries, isTruncated } = bucket.list({ prefix, delimiter, maxKeys, after });
  const last = entries.at(-1);
  return xmlResponse(
    [
      'ListBucketResult',
      [
        ['Name', request.bucket],
        ['Prefix', encode(prefix)],
        ...optional('Delimiter', encode(delimiter)),
        ['MaxKeys', maxKeys],
        ...encodingXml,
        ['KeyCount', entries.length],
        ['IsTruncated', isTruncated],
        ...(token === null ? [] : [['ContinuationToken', token] as const]),
        ...(isTruncated && last !== undefined
          ? [['NextContinuationToken', serializeToken(last.name)] as const]
          : []),
        ...(token === null ? optional('StartAfter', encode(startAfter)) : []),
        ...keysXml(bucket, entries, encode, query.get('fetch-owner') === 'true'),
        ...prefixesXml(entries, encode),
      ],
    ],
    regionHeader(request),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(request: S3Request): HttpResponse {
  const bucket = request.store.bucket(request.bucket);
  const { query } = request.http;
  const { prefix, delimiter, maxKeys, encode, encodingXml } = readListParameters(query);
  const marker = query.get('marker') ?? '';
  const { entries, isTruncated } = bucket.list({ prefix, delimiter, maxKeys, after: marker });
  const last = entries.at(-1);
  return xmlResponse(
    [
      'ListBucketResult',
      [
        ['Name', request.bucket],
        ['Prefix', prefix], // as it came: clients decode all names but this one
        ['Marker', encode(marker)],
        // Without a delimiter the client goes on from the last key it got.
        ...(isTruncated && last !== undefined && delimiter !== ''
          ? [['NextMarker', encode(last.name)] as const]
          : []),
        ['MaxKeys', maxKeys],
        ...optional('Delimiter', encode(delimiter)),
        ...encodingXml,
        ['IsTruncated', isTruncated],
        ...keysXml(bucket, entries, encode, true),
        ...prefixesXml(entries, encode),
      ],
    ],
    regionHeader(request),
  );
}

/**
 * Without versioning an object is its own only version; what empties a bucket often lists this way.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function listObjectVersions(request: S3Request): HttpResponse {
  const bucket = request.store.bucket(request.bucket);
  const { query } = request.http;
  const { prefix, delimiter, maxKeys, encode, encodingXml } = readListParameters(query);
  const marker = query.get('key-marker') ?? '';
  const { entries, isTruncated } = bucket.list({ prefix, delimiter, maxKeys, after: marker });
  const last = entries.at(-1);
  const next: Xml[] =
    isTruncated && last !== undefined
      ? [
          ['NextKeyMarker', encode(last.name)],
          ['NextVersionIdMarker', 'null'],
        ]
      : [];
  return xmlResponse([
    'ListVersionsResult',
    [
      ['Name', request.bucket],
      ['Prefix', encode(prefix)],
      ['KeyMarker', encode(marker)],
      ['VersionIdMarker', query.get('version-id-marker') ?? ''],
      ...next,
      ['MaxKeys', maxKeys],
      ...optional('Delimiter', encode(delimiter)),
      ...encodingXml,
      ['IsTruncated', isTruncated],
      ...keysXml(bucket, entries, encode, true, 'Version', [
        ['VersionId', 'null'],
        ['IsLatest', true],
      ]),
      ...prefixesXml(entries, encode),
    ],
  ]);
}

function regionHeader({ store, bucket }: S3Request): Record<string, string> {
  return { 'x-amz-bucket-region': store.regionOf(bucket) };
}

function optional(name: string, text: string): readonly Xml[] {
  return text === '' ? [] : [[name, text]];
}

function keysXml(
  bucket: ObjectBucket,
  entries: readonly ListingEntry[],
  encode: (text: string) => string,
  withOwner: boolean,
  element = 'Contents',
  more: readonly Xml[] = [],
): Xml[] {
  return entries.flatMap(({ kind, name }): Xml[] => {
    const object = kind === 'key' ? bucket.listed(name) : null;
    if (object === null) return [];
    const checksum = checksumIn(object.headers);
    const checksumElements: Xml[] =
      checksum === null
        ? []
        : [
            ['ChecksumAlgorithm', checksum.algorithm.toUpperCase()],
            ['ChecksumType', checksum.type],
          ];
    const elements: Xml[] = [
      ['Key', encode(name)],
      ...more,
      ['LastModified', timeText(object.lastModifiedMs)],
      ['ETag', object.etag],
      ...checksumElements,
      ['Size', object.size],
      ...(withOwner ? [ownerXml()] : []),
      ['StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD'],
    ];
    return [[element, elements]];
  });
}

function prefixesXml(entries: readonly ListingEntry[], encode: (text: string) => string): Xml[] {
  return entries
    .filter(({ kind }) => kind === 'prefix')
    .map(({ name }) => ['CommonPrefixes', [['Prefix', encode(name)]]]);
}

/** Opaque to the client: the last name of the page before. */
function serializeToken(name: string): string {
  return Buffer.from(`1${name}`).toString('base64');
}

function parseToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('1') || serializeToken(text.slice(1)) !== token) {
    throw wrongContinuationToken();
  }
  return text.slice(1);
}
