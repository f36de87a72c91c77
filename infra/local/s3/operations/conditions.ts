import type { HttpRequest } from '../../http/http.ts';
import type { ObjectMetadata } from '../storage/object-metadata.ts';
import { notImplementedHeader, S3Error } from '../wire/s3-error.ts';

type Headers = HttpRequest['headers'];

/**
 * A read's conditions, in the order of RFC 9110, 13.2.2. `prefix` is `x-amz-copy-source-` for the source of a copy, where
 * "not modified" is a failed precondition too. Throws S3Error PreconditionFailed, NotModified.
 */
export function checkReadConditions(
  headers: Headers,
  object: ObjectMetadata,
  nowMs: number,
  prefix = '',
): void {
  const modifiedS = Math.floor(object.lastModifiedMs / 1000);
  const ifMatch = headers[`${prefix}if-match`];
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const unmodifiedS = seconds(headers[`${prefix}if-unmodified-since`] ?? null);
  // A time that is still to come says nothing (RFC 9110, 13.1.3).
  const modifiedSinceS = seconds(headers[`${prefix}if-modified-since`] ?? null, nowMs);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) throw failed(`${prefix}If-Match`);
  } else if (unmodifiedS !== null && modifiedS > unmodifiedS) {
    throw failed(`${prefix}If-Unmodified-Since`);
  }
  const isUnchanged =
    ifNoneMatch !== undefined
      ? matches(ifNoneMatch, object.etag)
      : modifiedSinceS !== null && modifiedS <= modifiedSinceS;
  if (!isUnchanged) return;
  if (prefix !== '') {
    throw failed(`${prefix}${ifNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match'}`);
  }
  throw new S3Error('NotModified', 'Not Modified', {
    ETag: object.etag,
    LastModified: new Date(object.lastModifiedMs).toUTCString(),
  });
}

/**
 * A write's conditions: `If-None-Match: *`, or `If-Match` with an ETag. Without one the object is not looked at: one that is
 * damaged can be put again, and deleted.
 * Throws S3Error PreconditionFailed, NoSuchKey, and NotImplemented for what S3 does not take.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export function checkWriteConditions(headers: Headers, find: () => ObjectMetadata | null, key: string): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined && ifMatch !== undefined) {
    throw notImplementedHeader(
      'If-Match,If-None-Match',
      'Multiple conditional request headers present in the request',
    );
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw refusedValue('If-None-Match');
    if (find() !== null) throw failed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (ifMatch === '*') throw refusedValue('If-Match');
    const object = find();
    if (object === null) throw noSuchKey(key);
    if (!matches(ifMatch, object.etag)) throw failed('If-Match');
  }
}

function refusedValue(header: string): S3Error {
  return notImplementedHeader(header, `We don't accept the provided value of ${header} header for this API`);
}

/** Of a delete, in headers or in an element of DeleteObjects. */
export interface DeleteConditions {
  readonly etag: string | null;
  readonly size: string | null;
  readonly lastModified: string | null;
}

/**
 * An ETag; size and time are conditions in directory buckets only. Throws S3Error NotImplemented, NoSuchKey, PreconditionFailed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export function checkDeleteConditions(
  { etag, size, lastModified }: DeleteConditions,
  find: () => ObjectMetadata | null,
  key: string,
): void {
  if (lastModified !== null) throw notImplementedHeader('x-amz-if-match-last-modified-time');
  if (size !== null) throw notImplementedHeader('x-amz-if-match-size');
  if (etag === null) return;
  const object = find();
  if (object === null) throw noSuchKey(key);
  if (!matches(etag, object.etag)) throw failed('If-Match');
}

export function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    // Clients lose the quotes of an ETag on its way, one or both; S3 does not mind.
    const tag = each.trim().replace(/^W\//, '').replaceAll('"', '');
    return tag === '*' || tag === etag.replaceAll('"', '');
  });
}

function seconds(header: string | null, latestMs = Number.POSITIVE_INFINITY): number | null {
  const timeMs = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(timeMs) || timeMs > latestMs ? null : Math.floor(timeMs / 1000);
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}
