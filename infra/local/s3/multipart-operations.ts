import type { HttpResponse } from '../http/http.ts';
import type { ByteRange } from './byte-range.ts';
import { type ChecksumAlgorithm, checksumOf } from './checksum.ts';
import { copySource } from './copy-operation.ts';
import { invalid } from './list-parameters.ts';
import type { MultipartUpload, UploadedPart } from './multipart-uploads.ts';
import { ENCRYPTION_HEADERS, keptHeaders, requestedAlgorithm } from './object-headers.ts';
import { parsePartNumber } from './object-operations.ts';
import { checkLength, MAX_BODY_BYTES, receiveBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { timeText, type Xml, xmlResponse } from './xml.ts';

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
  const { bytes, checksum } = receiveBody(http);
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
  const range = readSourceRange(http.headers['x-amz-copy-source-range'], source.object.size);
  const size = range === null ? source.object.size : range.last - range.first + 1;
  if (size > MAX_BODY_BYTES) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: String(size),
      MaxSizeAllowed: String(MAX_BODY_BYTES),
    });
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

/** The range of a copy names both ends, and both lie in the source. Throws S3Error InvalidArgument, InvalidRequest. */
function readSourceRange(text: string | undefined, size: number): ByteRange | null {
  if (text === undefined) return null;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const range = { first: Number(match?.[1]), last: Number(match?.[2]) };
  const refuse = (message: string) => invalid('x-amz-copy-source-range', text, message);
  if (match === null || range.last < range.first) {
    throw refuse(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (range.first >= size) {
    throw new S3Error('InvalidRequest', 'The specified copy range is invalid for the source object size');
  }
  if (range.last >= size) throw refuse(`Range specified is not valid for source object of size: ${size}`);
  return range;
}
