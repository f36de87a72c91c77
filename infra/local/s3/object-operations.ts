import type { HttpRequest, HttpResponse } from '../http.ts';
import { parseRange } from './byte-range.ts';
import { checkReadConditions, checkWriteConditions } from './conditions.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { receiveBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { isFields, malformed, parseXml, type Xml, xmlResponse } from './xml.ts';

const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-website-redirect-location',
];
const MAX_USER_METADATA_BYTES = 2048;

export function putObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  const { bytes, checksums } = receiveBody(http);
  checkWriteConditions(http.headers, target.head(key));
  const object = target.put(key, bytes, { ...keptHeaders(http), ...checksums }, store.clock.now());
  return {
    status: 200,
    headers: {
      etag: object.etag,
      ...checksums,
      ...(Object.keys(checksums).length > 0 ? { 'x-amz-checksum-type': 'FULL_OBJECT' } : {}),
    },
    body: '',
  };
}

export function getObject(request: S3Request): HttpResponse {
  const { http, store, bucket, key } = request;
  const object = existing(request);
  checkReadConditions(http.headers, object);
  const range = parseRange(http.headers.range, object.size);
  const body = store.bucket(bucket).read(key);
  return {
    status: range === null ? 200 : 206,
    headers: {
      ...objectHeaders(object, http, range !== null),
      ...overrides(http),
      ...(range === null ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
    },
    body: range === null ? body : body.subarray(range.first, range.last + 1),
  };
}

export function headObject(request: S3Request): HttpResponse {
  const { http } = request;
  const object = existing(request);
  checkReadConditions(http.headers, object);
  const range = parseRange(http.headers.range, object.size);
  const length = range === null ? object.size : range.last - range.first + 1;
  return {
    status: range === null ? 200 : 206,
    headers: {
      ...objectHeaders(object, http, range !== null),
      ...overrides(http),
      'content-length': String(length),
      ...(range === null ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
    },
    body: '',
  };
}

export function deleteObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  if (http.headers['if-match'] !== undefined) checkWriteConditions(http.headers, target.head(key));
  target.delete(key);
  return { status: 204, headers: {}, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function deleteObjects({ http, store, bucket }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  const { bytes, checksums } = receiveBody(http);
  if (http.headers['content-md5'] === undefined && Object.keys(checksums).length === 0) {
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const request = parseXml(bytes, 'Delete');
  const keys = (Array.isArray(request.Object) ? request.Object : []).map((each: unknown) => {
    if (!isFields(each) || typeof each.Key !== 'string' || each.Key === '') throw malformed();
    return each.Key;
  });
  if (keys.length === 0 || keys.length > 1000) throw malformed();
  for (const key of keys) target.delete(key);
  const isQuiet = String(request.Quiet).trim() === 'true';
  return xmlResponse(['DeleteResult', isQuiet ? [] : keys.map((key): Xml => ['Deleted', [['Key', key]]])]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export function copyObject({ http, store, bucket, key }: S3Request): HttpResponse {
  const target = store.bucket(bucket);
  const source = readSource(http.headers['x-amz-copy-source'] ?? '');
  const from = store.bucket(source.bucket);
  const object = from.head(source.key);
  if (object === null) throw noSuchKey(source.key);
  checkReadConditions(http.headers, object, 'x-amz-copy-source-');
  checkWriteConditions(http.headers, target.head(key));
  const directive = http.headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.', {
      ArgumentName: 'x-amz-metadata-directive',
      ArgumentValue: directive,
    });
  }
  if (directive === 'COPY' && source.bucket === bucket && source.key === key) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const headers = directive === 'COPY' ? object.headers : keptHeaders(http);
  const copy = target.put(key, from.read(source.key), headers, store.clock.now());
  return xmlResponse([
    'CopyObjectResult',
    [
      ['LastModified', new Date(copy.lastModifiedMs).toISOString()],
      ['ETag', copy.etag],
    ],
  ]);
}

function readSource(header: string): { bucket: string; key: string } {
  let decoded: string;
  try {
    decoded = decodeURIComponent(header.split('?')[0] ?? '');
  } catch {
    decoded = '';
  }
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      {
        ArgumentName: 'x-amz-copy-source',
        ArgumentValue: header,
      },
    );
  }
  return { bucket, key };
}

function existing({ store, bucket, key }: S3Request): ObjectMetadata {
  const object = store.bucket(bucket).head(key);
  if (object === null) throw noSuchKey(key);
  return object;
}

function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
}

function keptHeaders(http: HttpRequest): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(http.headers)) {
    if (name.startsWith('x-amz-meta-')) {
      metadataBytes += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(value);
      kept[name] = value;
    } else if (name === 'content-encoding') {
      const encoding = value
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== 'aws-chunked' && each !== '')
        .join(',');
      if (encoding !== '') kept[name] = encoding;
    } else if (KEPT_HEADERS.includes(name) && value !== '') kept[name] = value;
  }
  if (metadataBytes > MAX_USER_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(metadataBytes),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return kept;
}

function objectHeaders(object: ObjectMetadata, http: HttpRequest, isPart: boolean): Record<string, string> {
  const wantsChecksum = http.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !isPart;
  const headers: Record<string, string> = {
    etag: object.etag,
    'last-modified': new Date(object.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(object.headers)) {
    if (!name.startsWith('x-amz-checksum-')) headers[name] = value;
    else if (wantsChecksum) {
      headers[name] = value;
      headers['x-amz-checksum-type'] = 'FULL_OBJECT';
    }
  }
  return headers;
}

/** `response-content-type=…` and its like in a GET's query. */
function overrides(http: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = http.query.get(`response-${name}`);
    if (value !== null) headers[name] = value;
  }
  return headers;
}
