import type { HttpRequest } from '../http.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { S3Error } from './s3-error.ts';

type Headers = HttpRequest['headers'];

/**
 * A read's conditions, in the order of RFC 9110, 13.2.2. `prefix` is `x-amz-copy-source-` for the source of a copy, where
 * "not modified" is a failed precondition too. Throws S3Error PreconditionFailed, NotModified.
 */
export function checkReadConditions(headers: Headers, object: ObjectMetadata, prefix = ''): void {
  const modifiedS = Math.floor(object.lastModifiedMs / 1000);
  const ifMatch = headers[`${prefix}if-match`];
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const unmodifiedS = seconds(headers[`${prefix}if-unmodified-since`]);
  const modifiedSinceS = seconds(headers[`${prefix}if-modified-since`]);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) throw failed(`${prefix}If-Match`);
  } else if (unmodifiedS !== null && modifiedS > unmodifiedS) {
    throw failed(`${prefix}If-Unmodified-Since`);
  }
  const isUnchanged =
    ifNoneMatch !== undefined
      ? matches(ifNoneMatch, object.etag)
      : modifiedSinceS !== null && modifiedS <= modifiedSinceS;
  if (isUnchanged) {
    if (prefix !== '') throw failed(`${prefix}If-None-Match`);
    throw new S3Error('NotModified', 'Not Modified', { ETag: object.etag });
  }
}

/** A write's conditions: `If-None-Match: *` and `If-Match`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */
export function checkWriteConditions(headers: Headers, object: ObjectMetadata | null): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw new S3Error(
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
        {
          Header: 'If-None-Match',
        },
      );
    }
    if (object !== null) throw failed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (object === null) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
    if (!matches(ifMatch, object.etag)) throw failed('If-Match');
  }
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || `"${tag}"` === etag;
  });
}

function seconds(header: string | undefined): number | null {
  const timeMs = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(timeMs) ? null : Math.floor(timeMs / 1000);
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}
