import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import type { Objects } from '../storage/object-buckets.ts';
import { receiveBody } from '../wire/request-body.ts';
import { invalidArgument, S3Error } from '../wire/s3-error.ts';
import { isFields, malformed, parseXml, textOf, xmlResponse } from '../wire/xml.ts';
import { checkDeleteConditions } from './conditions.ts';
import type { S3Request } from './s3-request.ts';
import { checkKey } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export function deleteObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  checkBypass(http);
  const conditions = {
    etag: http.headers['if-match'] ?? null,
    size: http.headers['x-amz-if-match-size'] ?? null,
    lastModified: http.headers['x-amz-if-match-last-modified-time'] ?? null,
  };
  checkDeleteConditions(conditions, () => target.head(key), key);
  store.deleteObject(bucket, key);
  return { status: 204, headers: {}, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function deleteObjects({ http, store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  checkBypass(http);
  const { bytes, checksum } = receiveBody(http);
  if (http.headers['content-md5'] === undefined && checksum === null) {
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const request = parseXml(bytes, 'Delete');
  const items = (Array.isArray(request.Object) ? request.Object : []).map(readItem);
  if (items.length === 0 || items.length > 1000) throw malformed();
  const isQuiet = textOf(request.Quiet)?.trim().toLowerCase() === 'true';
  const results = items.flatMap((item) => deleteOne(store, bucket, item, isQuiet));
  return xmlResponse(['DeleteResult', results]);
}

/** There are no locks here that could be bypassed. Throws S3Error InvalidArgument. */
function checkBypass({ headers }: HttpRequest): void {
  const name = 'x-amz-bypass-governance-retention';
  if (headers[name] === undefined) return;
  throw invalidArgument(name, null, `${name} is only applicable to Object Lock enabled buckets.`);
}

interface DeleteItem {
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly size: string | null;
  readonly lastModified: string | null;
}

function readItem(value: unknown): DeleteItem {
  const key = isFields(value) ? textOf(value.Key) : null;
  if (!isFields(value) || key === null || key === '') throw malformed();
  return {
    key,
    versionId: textOf(value.VersionId),
    etag: textOf(value.ETag),
    size: textOf(value.Size),
    lastModified: textOf(value.LastModifiedTime),
  };
}

/** An element for what became of it; one that fails keeps none of the others from being deleted. */
function deleteOne(store: Objects, bucket: string, item: DeleteItem, isQuiet: boolean): Xml[] {
  const named: Xml[] = [['Key', item.key]];
  if (item.versionId !== null) named.push(['VersionId', item.versionId]);
  try {
    checkKey(item.key);
    if (item.versionId !== null && item.versionId !== 'null') {
      throw new S3Error('NoSuchVersion', 'The specified version does not exist.');
    }
    checkDeleteConditions(item, () => store.bucket(bucket).head(item.key), item.key);
    store.deleteObject(bucket, item.key);
    return isQuiet ? [] : [['Deleted', named]];
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return [['Error', [...named, ['Code', error.code], ['Message', error.message]]]];
  }
}
