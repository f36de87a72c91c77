import { createHash } from 'node:crypto';
import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import type { MultipartUpload, MultipartUploads, UploadedPart } from '../storage/multipart-uploads.ts';
import type { ObjectMetadata } from '../storage/object-metadata.ts';
import { CHECKSUM_ALGORITHMS, startChecksum } from '../wire/checksum.ts';
import { checksumXml, describeChecksum } from '../wire/checksum-headers.ts';
import { ENCRYPTION_HEADERS } from '../wire/object-headers.ts';
import { readBody } from '../wire/request-body.ts';
import { S3Error, tooLarge, wrongChecksum } from '../wire/s3-error.ts';
import { isFields, malformed, parseXml, textOf, xmlResponse } from '../wire/xml.ts';
import { checkWriteConditions } from './conditions.ts';
import type { S3Request } from './s3-request.ts';
import { namedUpload } from './uploads.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;
/** Answers are whole buffers, so an object must fit into memory several times. */
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export function completeMultipartUpload(request: S3Request): HttpResponse {
  const { http, store, bucket, key } = request;
  const target = store.bucket(bucket);
  // Not `head`: what is damaged can be put again in parts too.
  const done = target.exists(key) ? target.listed(key) : null;
  // A client that did not get the answer asks again; the upload is gone then, but the object says where it came from.
  if (done?.upload?.id === http.query.get('uploadId')) return completed(request, done);
  const upload = namedUpload(request);
  checkType(http.headers['x-amz-checksum-type'] ?? null, upload);
  const parts = chosenParts(readBody(http).bytes, upload, store.uploads.parts(bucket, upload.uploadId));
  checkWriteConditions(http.headers, () => target.head(key), key);
  if (http.headers['if-match'] !== undefined && done !== null && done.lastModifiedMs > upload.initiatedMs) {
    throw conflict('If-Match', key);
  }
  if (http.headers['if-none-match'] !== undefined && store.uploads.sawDeletion(bucket, upload.uploadId)) {
    throw conflict('If-None-Match', key);
  }
  const sizeBytes = parts.reduce((sum, part) => sum + part.size, 0);
  checkSizes(parts, sizeBytes, http.headers['x-amz-mp-object-size'] ?? null);
  const checksum = checksumOfParts(store.uploads, upload, parts);
  checkChecksum(http.headers, upload, checksum);
  const object = target.assemble(key, readAll(store.uploads, parts), {
    etag: etagOfParts(parts),
    lastModifiedMs: store.clock.now(),
    headers: { ...upload.headers, ...checksum },
    upload: {
      id: upload.uploadId,
      parts: parts.map(({ number, size, checksum: own }) => ({ number, size, checksum: own })),
    },
  });
  store.uploads.remove(bucket, upload.uploadId);
  return completed(request, object);
}

/** The key changed hands since the upload began. */
function conflict(condition: string, key: string): S3Error {
  return new S3Error(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { Condition: condition, Key: key },
  );
}

function completed({ http, bucket, key }: S3Request, object: ObjectMetadata): HttpResponse {
  const elements: Xml[] = [
    ['Location', `http://${http.headers.host ?? 'localhost'}/${bucket}/${encodeURIComponent(key)}`],
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', object.etag],
    ...checksumXml(object.headers),
  ];
  return xmlResponse(['CompleteMultipartUploadResult', elements], ENCRYPTION_HEADERS);
}

/** The uploaded parts that the client lists. Throws S3Error MalformedXML, InvalidPartOrder, InvalidPart. */
function chosenParts(
  body: Buffer,
  upload: MultipartUpload,
  uploaded: readonly UploadedPart[],
): UploadedPart[] {
  if (body.length === 0) throw new S3Error('InvalidRequest', 'You must specify at least one part');
  const listed = parseXml(body, 'CompleteMultipartUpload').Part;
  if (!Array.isArray(listed) || listed.length === 0) throw malformed();
  let before = 0;
  return listed.map((item: unknown) => {
    const number = isFields(item) ? Number(textOf(item.PartNumber)?.trim() ?? Number.NaN) : Number.NaN;
    if (!isFields(item) || !Number.isInteger(number)) throw malformed();
    if (number <= before) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        { UploadId: upload.uploadId },
      );
    }
    before = number;
    const part = uploaded.find((each) => each.number === number);
    const etag = textOf(item.ETag)?.trim().replaceAll('"', '') ?? null;
    const algorithm = upload.checksum?.algorithm;
    const other = CHECKSUM_ALGORITHMS.find(
      (each) => each !== algorithm && item[`Checksum${each.toUpperCase()}`] !== undefined,
    );
    if (other !== undefined && algorithm !== undefined) {
      throw new S3Error(
        'BadDigest',
        `The ${other} you specified for part ${number} did not match what we received.`,
      );
    }
    const checksum = textOf(item[`Checksum${algorithm?.toUpperCase()}`])?.trim() ?? null;
    if (upload.checksum?.type === 'COMPOSITE' && checksum === null) {
      throw new S3Error(
        'InvalidRequest',
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    const isSame =
      part !== undefined &&
      (etag === null || `"${etag}"` === part.etag) &&
      other === undefined &&
      (checksum === null || checksum === part.checksum);
    if (isSame) return part;
    throw new S3Error(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { UploadId: upload.uploadId, PartNumber: String(number), ETag: etag ?? '' },
    );
  });
}

function checkType(said: string | null, { checksum }: MultipartUpload): void {
  if (said === null || said === checksum?.type) return;
  throw new S3Error(
    'InvalidRequest',
    `The upload was created using the ${checksum?.type ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
  );
}

function checkSizes(parts: readonly UploadedPart[], sizeBytes: number, said: string | null): void {
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small !== undefined) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      ProposedSize: String(small.size),
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(small.number),
      ETag: small.etag.replaceAll('"', ''),
    });
  }
  if (sizeBytes > MAX_OBJECT_BYTES) {
    throw tooLarge(sizeBytes, MAX_OBJECT_BYTES);
  }
  if (said !== null && Number(said) !== sizeBytes) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${said} does not match what was computed: ${sizeBytes}`,
    );
  }
}

/** One after the other, so that not all of them are in memory at once. */
function* readAll(uploads: MultipartUploads, parts: readonly UploadedPart[]): Generator<Buffer> {
  for (const part of parts) yield uploads.bytesOf(part);
}

/** Of the whole, or of the parts' checksums and then followed by their number. */
function checksumOfParts(
  uploads: MultipartUploads,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Record<string, string> {
  const { algorithm, type } = upload.checksum ?? { algorithm: 'crc64nvme', type: 'FULL_OBJECT' };
  const checksum = startChecksum(algorithm);
  for (const part of parts) {
    checksum.update(
      type === 'COMPOSITE' ? Buffer.from(part.checksum ?? '', 'base64') : uploads.bytesOf(part),
    );
  }
  const value = checksum.digest().toString('base64');
  return describeChecksum(algorithm, type === 'COMPOSITE' ? `${value}-${parts.length}` : value, type);
}

/** Without its type S3 takes what is given for a composite, so that of a whole object never holds. Throws S3Error BadDigest. */
function checkChecksum(
  headers: Readonly<Record<string, string>>,
  { checksum }: MultipartUpload,
  computed: Readonly<Record<string, string>>,
): void {
  const isTyped = checksum?.type !== 'FULL_OBJECT' || headers['x-amz-checksum-type'] !== undefined;
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = `x-amz-checksum-${algorithm}`;
    const given = headers[name];
    if (given === undefined) continue;
    // The composite may be given with or without the number of parts.
    if (isTyped && (given === computed[name] || given === computed[name]?.split('-')[0])) continue;
    throw wrongChecksum(checksum?.algorithm ?? algorithm);
  }
}

function etagOfParts(parts: readonly UploadedPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag.replaceAll('"', ''), 'hex'));
  return `"${md5.digest('hex')}-${parts.length}"`;
}
