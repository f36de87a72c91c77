import type { HttpResponse } from '../http.ts';
import type { Bucket } from './bucket.ts';
import { type ListingEntry, listKeys } from './listing.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { type Xml, xmlResponse } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(request: S3Request): HttpResponse {
  const bucket = request.store.bucket(request.bucket);
  const { query } = request.http;
  const shared = readShared(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token === null ? startAfter : parseToken(token);
  const page = listKeys(bucket.keys, { ...shared, after });
  const last = page.entries.at(-1);
  const withOwner = query.get('fetch-owner') === 'true';
  return xmlResponse([
    'ListBucketResult',
    [
      ['Name', request.bucket],
      ['Prefix', shared.encode(shared.prefix)],
      ...(shared.delimiter === '' ? [] : [['Delimiter', shared.encode(shared.delimiter)] as const]),
      ['MaxKeys', shared.maxKeys],
      ...(shared.encodingType === null ? [] : [['EncodingType', shared.encodingType] as const]),
      ['KeyCount', page.entries.length],
      ['IsTruncated', page.isTruncated],
      ...(token === null ? [] : [['ContinuationToken', token] as const]),
      ...(page.isTruncated && last !== undefined
        ? [['NextContinuationToken', serializeToken(last.name)] as const]
        : []),
      ...(query.has('start-after') ? [['StartAfter', shared.encode(startAfter)] as const] : []),
      ...contents(bucket, page.entries, shared.encode, withOwner),
    ],
  ]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(request: S3Request): HttpResponse {
  const bucket = request.store.bucket(request.bucket);
  const { query } = request.http;
  const shared = readShared(query);
  const marker = query.get('marker') ?? '';
  const page = listKeys(bucket.keys, { ...shared, after: marker });
  const last = page.entries.at(-1);
  return xmlResponse([
    'ListBucketResult',
    [
      ['Name', request.bucket],
      ['Prefix', shared.encode(shared.prefix)],
      ['Marker', shared.encode(marker)],
      // Without a delimiter the client goes on from the last key it got.
      ...(page.isTruncated && last !== undefined && shared.delimiter !== ''
        ? [['NextMarker', shared.encode(last.name)] as const]
        : []),
      ['MaxKeys', shared.maxKeys],
      ...(shared.delimiter === '' ? [] : [['Delimiter', shared.encode(shared.delimiter)] as const]),
      ...(shared.encodingType === null ? [] : [['EncodingType', shared.encodingType] as const]),
      ['IsTruncated', page.isTruncated],
      ...contents(bucket, page.entries, shared.encode, true),
    ],
  ]);
}

interface SharedParameters {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly encodingType: string | null;
  readonly encode: (text: string) => string;
}

function readShared(query: URLSearchParams): SharedParameters {
  const encodingType = query.get('encoding-type');
  if (encodingType !== null && encodingType !== 'url') {
    throw invalid('encoding-type', encodingType, 'Invalid Encoding Method specified in Request');
  }
  const maxKeys = query.get('max-keys') ?? '';
  if (maxKeys !== '' && (!/^-?\d+$/.test(maxKeys) || Number(maxKeys) > 2_147_483_647)) {
    throw invalid('max-keys', maxKeys, 'Provided max-keys not an integer or within integer range');
  }
  if (Number(maxKeys) < 0) {
    throw invalid('max-keys', maxKeys, 'Argument maxKeys must be an integer between 0 and 2147483647');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: maxKeys === '' ? 1000 : Math.min(Number(maxKeys), 1000),
    encodingType,
    encode: encodingType === 'url' ? urlEncode : (text) => text,
  };
}

function contents(
  bucket: Bucket,
  entries: readonly ListingEntry[],
  encode: (text: string) => string,
  withOwner: boolean,
): Xml[] {
  const keys = entries
    .filter((entry) => entry.kind === 'key')
    .map(({ name }): Xml => {
      const object = bucket.head(name);
      return [
        'Contents',
        [
          ['Key', encode(name)],
          ['LastModified', new Date(object?.lastModifiedMs ?? 0).toISOString()],
          ['ETag', object?.etag ?? ''],
          ['Size', object?.size ?? 0],
          ...(withOwner
            ? [
                [
                  'Owner',
                  [
                    ['ID', '0'.repeat(64)],
                    ['DisplayName', 'local'],
                  ],
                ] as const,
              ]
            : []),
          ['StorageClass', 'STANDARD'],
        ],
      ];
    });
  const prefixes = entries
    .filter((entry) => entry.kind === 'prefix')
    .map(({ name }): Xml => ['CommonPrefixes', [['Prefix', encode(name)]]]);
  return [...keys, ...prefixes];
}

/** As S3 encodes names in answers: everything but unreserved characters and the slash. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

/** Opaque to the client: the last name of the page before. */
function serializeToken(name: string): string {
  return Buffer.from(`1${name}`).toString('base64');
}

function parseToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('1') || serializeToken(text.slice(1)) !== token) {
    throw invalid('continuation-token', token, 'The continuation token provided is incorrect');
  }
  return text.slice(1);
}

function invalid(name: string, value: string, message: string): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}
