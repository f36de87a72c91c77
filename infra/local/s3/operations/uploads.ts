import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import type { MultipartUpload, UploadedPart } from '../storage/multipart-uploads.ts';
import { parseCopyRange } from '../wire/byte-range.ts';
import { type ChecksumAlgorithm, checksumOf } from '../wire/checksum.ts';
import { requestedAlgorithm } from '../wire/checksum-headers.ts';
import { ENCRYPTION_HEADERS, keptHeaders } from '../wire/object-headers.ts';
import { checkLength, MAX_BODY_BYTES, receiveBody } from '../wire/request-body.ts';
import { S3Error, tooLarge } from '../wire/s3-error.ts';
import { timeText, xmlResponse } from '../wire/xml.ts';
import { copySource } from './copies.ts';
import { parsePartNumber } from './objects.ts';
import type { S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createMultipartUpload({ http, store, bucket, key }: S3Request): HttpResponse {
  store.bucket(bucket);
  const checksum = checksumOfUpload(http.headers);
  const uploadId = store.uploads.begin(bucket, {
    key,
    initiatedMs: store.clock.now(),
    headers: keptHeaders(http.headers),
    checksum,
  });
  const elements: Xml[] = [
    ['Bucket', bucket],
    ['Key', key],
    ['UploadId', uploadId],
  ];
  const checksumHeaders: Record<string, string> =
    checksum === null
      ? {}
      : {
          'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(),
          'x-amz-checksum-type': checksum.type,
        };
  return xmlResponse(['InitiateMultipartUploadResult', elements], {
    ...ENCRYPTION_HEADERS,
    ...checksumHeaders,
  });
}

/** Which types go with which algorithm: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
function checksumOfUpload(headers: Readonly<Record<string, string>>): MultipartUpload['checksum'] {
  const algorithm = requestedAlgorithm(headers);
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  if (type !== undefined && type !== 'COMPOSITE' && type !== 'FULL_OBJECT') {
    throw new S3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
  }
  if (algorithm === null) {
    if (type === undefined) return null;
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const impossible =
    algorithm === 'crc64nvme' ? 'COMPOSITE' : algorithm.startsWith('sha') ? 'FULL_OBJECT' : null;
  if (type === impossible) {
    throw new S3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return { algorithm, type: type ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE') };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export function uploadPart(request: S3Request): HttpResponse {
  const { http } = request;
  const { upload, number } = readTarget(request);
  checkLength(http);
  const { bytes, checksum } = receiveBody(http, 'base64');
  const algorithm = upload.checksum?.algorithm ?? null;
  if (checksum !== null && algorithm !== null && checksum.algorithm !== algorithm) {
    throw new S3Error(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${checksum.algorithm}`,
    );
  }
  const part = storePart(request, number, bytes, algorithm);
  const named = checksum ?? (algorithm === null ? null : { algorithm, value: part.checksum ?? '' });
  return {
    status: 200,
    headers: {
      etag: part.etag,
      ...ENCRYPTION_HEADERS,
      ...(named === null ? {} : { [`x-amz-checksum-${named.algorithm}`]: named.value }),
    },
    body: '',
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function uploadPartCopy(request: S3Request): HttpResponse {
  const { http, store } = request;
  const { upload, number } = readTarget(request);
  const source = copySource(request);
  const range = parseCopyRange(http.headers['x-amz-copy-source-range'] ?? null, source.object.size);
  const size = range === null ? source.object.size : range.last - range.first + 1;
  if (size > MAX_BODY_BYTES) {
    throw tooLarge(size, MAX_BODY_BYTES);
  }
  const algorithm = upload.checksum?.algorithm ?? null;
  const bytes = store.bucket(source.bucket).read(source.key, range);
  const part = storePart(request, number, bytes, algorithm);
  const elements: Xml[] = [
    ['LastModified', timeText(part.lastModifiedMs)],
    ['ETag', part.etag],
  ];
  if (algorithm !== null) elements.push([`Checksum${algorithm.toUpperCase()}`, part.checksum ?? '']);
  return xmlResponse(['CopyPartResult', elements], ENCRYPTION_HEADERS);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export function abortMultipartUpload(request: S3Request): HttpResponse {
  const { store, bucket } = request;
  store.uploads.remove(bucket, namedUpload(request).uploadId);
  return { status: 204, headers: {}, body: '' };
}

/** Throws S3Error NoSuchBucket, NoSuchUpload. */
export function namedUpload({ http, store, bucket, key }: S3Request): MultipartUpload {
  store.bucket(bucket);
  return store.uploads.find(bucket, http.query.get('uploadId') ?? '', key);
}

function readTarget(request: S3Request): { upload: MultipartUpload; number: number } {
  const number = parsePartNumber(request.http.query.get('partNumber') ?? '');
  return { upload: namedUpload(request), number };
}

function storePart(
  { http, store, bucket }: S3Request,
  number: number,
  bytes: Buffer,
  algorithm: ChecksumAlgorithm | null,
): UploadedPart {
  const checksum = algorithm === null ? null : checksumOf(algorithm, bytes);
  return store.uploads.putPart(bucket, http.query.get('uploadId') ?? '', { number, bytes, checksum });
}
