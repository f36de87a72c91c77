import { MAX_KEY_BYTES } from '../../../../lib/core/object-key.ts';
import type { HttpRequest } from '../../http/http.ts';
import type { Objects } from '../storage/object-buckets.ts';
import { headersInUrl } from '../wire/presigned-url.ts';
import { invalidArgument, S3Error } from '../wire/s3-error.ts';

/** A request as the operations see it. */
export interface S3Request {
  readonly http: HttpRequest;
  readonly store: Objects;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Decoded; empty for a bucket. */
  readonly key: string;
}

/**
 * Bucket and key from a path (`/bucket/key`) or, virtual-hosted, from `bucket.localhost`. `s3.localhost`, with or without a
 * bucket before it and a region after, is what clients make of an endpoint of that name. Throws S3Error.
 */
export function readS3Request(http: HttpRequest, store: Objects): S3Request {
  const host = /^(?:(.+?)\.)??(?:s3(?:\.[a-z0-9-]+)?\.)?localhost(?::\d+)?$/.exec(http.headers.host ?? '');
  const virtual = host?.[1];
  const path = http.path.replace(/^https?:\/\/[^/]+/, '');
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const bucket = decode(virtual ?? first);
  const key = decode(virtual === undefined ? rest : path.slice(1));
  checkKey(key);
  checkVersion(http.query.get('versionId'));
  return { http: { ...http, headers: { ...headersInUrl(http.query), ...http.headers } }, store, bucket, key };
}

/** Throws S3Error KeyTooLongError. */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  const limits = { Size: String(bytes), MaxSizeAllowed: String(MAX_KEY_BYTES) };
  throw new S3Error('KeyTooLongError', 'Your key is too long', limits);
}

/** Without versioning every object has one version, whose id is `null`. Throws S3Error InvalidArgument. */
export function checkVersion(versionId: string | null): void {
  if (versionId === null || versionId === 'null') return;
  throw invalidArgument('versionId', versionId, 'Invalid version id specified');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", { URI: text });
  }
}
