import type { HttpResponse } from '../http.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import { checkReadConditions, checkWriteConditions, noSuchKey } from './conditions.ts';
import { checksumHeaders, keptHeaders, objectHeaders } from './object-headers.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { checkLength, receiveBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function putObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  checkLength(http);
  const received = receiveBody(http);
  const checksum = checksumHeaders(received);
  const headers = { ...keptHeaders(http.headers), ...checksum };
  checkWriteConditions(http.headers, target.head(key), key);
  const object = target.put(key, received.bytes, headers, store.clock.now());
  return { status: 200, headers: { etag: object.etag, ...checksum }, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(request: S3Request): HttpResponse {
  const { store, bucket, key } = request;
  const { response, range } = describeRead(request);
  const body = store.bucket(bucket).read(key, range);
  return { ...response, headers: { ...response.headers, 'content-length': String(body.length) }, body };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(request: S3Request): HttpResponse {
  return describeRead(request).response;
}

/** The object that a request names. Throws S3Error NoSuchBucket, NoSuchKey. */
export function existingObject({ store, bucket, key }: S3Request): ObjectMetadata {
  const object = store.bucket(bucket).head(key);
  if (object === null) throw noSuchKey(key);
  return object;
}

/** All of the answer to a read but its body. */
function describeRead(request: S3Request): { response: HttpResponse; range: ByteRange | null } {
  const { http } = request;
  const object = existingObject(request);
  checkReadConditions(http.headers, object);
  const part = http.query.get('partNumber');
  const range = part === null ? parseRange(http.headers.range, object.size) : rangeOfPart(object, part);
  const length = range === null ? object.size : range.last - range.first + 1;
  const headers = {
    ...objectHeaders(object, http, length === object.size),
    ...(range === null ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
    ...(part === null || object.parts === undefined
      ? {}
      : { 'x-amz-mp-parts-count': String(object.parts.length) }),
    'content-length': String(length),
  };
  return { response: { status: range === null ? 200 : 206, headers, body: '' }, range };
}

/** An object that was put in one piece is its own part 1; an empty one has no range to answer with. */
function rangeOfPart(object: ObjectMetadata, text: string): ByteRange | null {
  const number = parsePartNumber(text);
  const parts = object.parts ?? [{ number: 1, size: object.size }];
  let first = 0;
  for (const part of parts) {
    if (part.number === number) {
      return part.size === 0 ? null : { first, last: first + part.size - 1 };
    }
    first += part.size;
  }
  throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
    PartNumberRequested: text,
    ActualPartCount: String(parts.length),
  });
}

/** Throws S3Error InvalidArgument */
export function parsePartNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 10_000) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}
