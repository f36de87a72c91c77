import type { HttpResponse } from '../../http/http.ts';
import type { ObjectMetadata } from '../storage/object-metadata.ts';
import { checksumOf } from '../wire/checksum.ts';
import { checksumIn, checksumXml, describeChecksum, requestedAlgorithm } from '../wire/checksum-headers.ts';
import { checkRetrievable, ENCRYPTION_HEADERS, keptHeaders } from '../wire/object-headers.ts';
import { invalidArgument, S3Error } from '../wire/s3-error.ts';
import { timeText, xmlResponse } from '../wire/xml.ts';
import { checkReadConditions, checkWriteConditions, noSuchKey } from './conditions.ts';
import { checkVersion, type S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export function copyObject(request: S3Request): HttpResponse {
  const { http, store, bucket, key } = request;
  const target = store.bucket(bucket);
  const directive = readDirective(http.headers, 'metadata');
  const taggingDirective = readDirective(http.headers, 'tagging');
  const source = copySource(request);
  const given = keptHeaders(http.headers);
  const isSelf = source.bucket === bucket && source.key === key;
  const changes =
    directive === 'REPLACE' ||
    ['x-amz-storage-class', 'x-amz-website-redirect-location', 'x-amz-server-side-encryption'].some(
      (name) => http.headers[name] !== undefined,
    );
  if (isSelf && !changes) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  checkWriteConditions(http.headers, () => target.head(key), key);
  const bytes = store.bucket(source.bucket).read(source.key);
  const algorithm =
    requestedAlgorithm(http.headers) ?? checksumIn(source.object.headers)?.algorithm ?? 'crc64nvme';
  const checksum = describeChecksum(algorithm, checksumOf(algorithm, bytes), 'FULL_OBJECT');
  const headers = directive === 'REPLACE' ? given : copiedHeaders(source.object, given);
  const { 'x-amz-tagging': tags } = taggingDirective === 'REPLACE' ? given : source.object.headers;
  const { 'x-amz-tagging': _tags, ...untagged } = headers;
  const tagging = tags === undefined ? {} : { 'x-amz-tagging': tags };
  const copy = target.put(key, bytes, { ...untagged, ...tagging, ...checksum }, store.clock.now());
  return xmlResponse(
    [
      'CopyObjectResult',
      [['LastModified', timeText(copy.lastModifiedMs)], ['ETag', copy.etag], ...checksumXml(copy.headers)],
    ],
    ENCRYPTION_HEADERS,
  );
}

/** Whether what is asked about is taken from the source or from the request. Throws S3Error InvalidArgument. */
function readDirective(
  headers: Readonly<Record<string, string>>,
  subject: 'metadata' | 'tagging',
): 'COPY' | 'REPLACE' {
  const name = `x-amz-${subject}-directive`;
  const directive = headers[name] ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw invalidArgument(name, directive, `Unknown ${subject} directive.`);
}

/** What the source says of itself; its storage class and redirection are never copied. */
function copiedHeaders(source: ObjectMetadata, given: Readonly<Record<string, string>>) {
  const isCopied = (name: string) =>
    !name.startsWith('x-amz-checksum-') &&
    name !== 'x-amz-storage-class' &&
    name !== 'x-amz-website-redirect-location';
  return Object.fromEntries([
    ...Object.entries(source.headers).filter(([name]) => isCopied(name)),
    ...Object.entries(given).filter(([name]) => name !== 'content-type' && !isCopied(name)),
  ]);
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly object: ObjectMetadata;
}

/** The object in `x-amz-copy-source`, when its conditions hold. Throws S3Error. */
export function copySource({ http, store }: S3Request): CopySource {
  const header = http.headers['x-amz-copy-source'] ?? '';
  const { bucket, key } = parseSource(header);
  const object = store.bucket(bucket).head(key);
  if (object === null) throw noSuchKey(key);
  checkReadConditions(http.headers, object, store.clock.now(), 'x-amz-copy-source-');
  checkRetrievable(object.headers, "Operation is not valid for the source object's storage class");
  return { bucket, key, object };
}

/** `[/]bucket/key[?versionId=…]`, percent-encoded. */
function parseSource(header: string): { bucket: string; key: string } {
  const [path = '', version] = header.split('?versionId=');
  checkVersion(version ?? null);
  let decoded = '';
  try {
    decoded = decodeURIComponent(path.replaceAll('+', ' ')); // as a form is encoded
  } catch {
    // as good as no source
  }
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw invalidArgument('x-amz-copy-source', 'x-amz-copy-source', 'Invalid copy source object key');
}
