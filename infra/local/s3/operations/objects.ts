import type { HttpResponse } from '../../http/http.ts';
import type { ObjectMetadata } from '../storage/object-metadata.ts';
import { type ByteRange, parseRange } from '../wire/byte-range.ts';
import { checksumHeaders, checksumIn, isChecksumWanted } from '../wire/checksum-headers.ts';
import { checkRetrievable, ENCRYPTION_HEADERS, keptHeaders, objectHeaders } from '../wire/object-headers.ts';
import { checkLength, receiveBody } from '../wire/request-body.ts';
import { invalidArgument, S3Error } from '../wire/s3-error.ts';
import { checkReadConditions, checkWriteConditions, noSuchKey } from './conditions.ts';
import type { S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function putObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  checkLength(http);
  const received = receiveBody(http);
  const checksum = checksumHeaders(received);
  const headers = { ...keptHeaders(http.headers), ...checksum };
  checkWriteConditions(http.headers, () => target.head(key), key);
  const object = target.put(key, received.bytes, headers, store.clock.now());
  return { status: 200, headers: { etag: object.etag, ...ENCRYPTION_HEADERS, ...checksum }, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(request: S3Request): HttpResponse {
  const { store, bucket, key } = request;
  const { object, response, range } = describeRead(request);
  checkRetrievable(object.headers);
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
function describeRead(request: S3Request): {
  object: ObjectMetadata;
  response: HttpResponse;
  range: ByteRange | null;
} {
  const { http } = request;
  const object = existingObject(request);
  checkReadConditions(http.headers, object, request.store.clock.now());
  const part = http.query.get('partNumber');
  if (part !== null && http.headers.range !== undefined) {
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  const { range, headers: partHeaders } =
    part === null
      ? { range: parseRange(http.headers.range ?? null, object.size), headers: {} }
      : readPart(object, parsePartNumber(part), isChecksumWanted(http.headers));
  const length = range === null ? object.size : range.last - range.first + 1;
  const headers = {
    ...objectHeaders(object, http, part === null && length === object.size),
    ...(range === null ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
    ...partHeaders,
    'content-length': String(length),
  };
  return { object, response: { status: range === null ? 200 : 206, headers, body: '' }, range };
}

/** An object that was put in one piece is its own part 1; an empty one has no range to answer with. */
function readPart(
  object: ObjectMetadata,
  number: number,
  withChecksum: boolean,
): { range: ByteRange | null; headers: Record<string, string> } {
  const whole = checksumIn(object.headers);
  const isJoined = object.upload !== undefined;
  const parts = object.upload?.parts ?? [{ number: 1, size: object.size, checksum: whole?.value ?? null }];
  const index = parts.findIndex((part) => part.number === number);
  const part = parts[index];
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts.length),
    });
  }
  const first = parts.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  // With a checksum of the whole, only an only part has one too: the same.
  const hasOwn = !isJoined || parts.length === 1 || whole?.type === 'COMPOSITE';
  const checksum =
    withChecksum && whole !== null && part.checksum !== null && hasOwn
      ? { [`x-amz-checksum-${whole.algorithm}`]: part.checksum, 'x-amz-checksum-type': whole.type }
      : {};
  return {
    range: part.size === 0 ? null : { first, last: first + part.size - 1 },
    headers: {
      ...checksum,
      ...(object.upload === undefined ? {} : { 'x-amz-mp-parts-count': String(parts.length) }),
    },
  };
}

/** Throws S3Error InvalidArgument */
export function parsePartNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 10_000) return number;
  throw invalidArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
}
