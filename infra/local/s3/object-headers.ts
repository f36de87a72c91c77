import type { HttpRequest } from '../http/http.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumOf,
  parseAlgorithm,
} from './checksum.ts';
import { decodeMetadata, encodeMetadata } from './metadata-text.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { type ReceivedBody, unsupportedAlgorithm } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import { parseTags, serializeTags } from './tags.ts';

type Headers = Readonly<Record<string, string>>;

/** Those that a GET may override with `response-…` in its query. */
const OVERRIDABLE = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const KEPT = [...OVERRIDABLE, 'x-amz-storage-class', 'x-amz-website-redirect-location'];
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const MAX_OBJECT_TAGS = 10;
const METADATA_PREFIX = 'x-amz-meta-';
const MAX_USER_METADATA_BYTES = 2048;
const STORAGE_CLASSES = [
  'STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER', 'DEEP_ARCHIVE',
  'GLACIER_IR',
]; // biome-ignore format: a list to look a word up in

/** What a write asks for that would have to be done, not just noted. */
const REFUSED = [
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-write-offset-bytes',
];

/**
 * The headers of a write that are kept with the object and given back.
 * Throws S3Error MetadataTooLarge, InvalidStorageClass, NotImplemented.
 */
export function keptHeaders(headers: Headers): Record<string, string> {
  const refused = REFUSED.find((name) => headers[name] !== undefined);
  if (refused !== undefined) throw notImplementedHeader(refused);
  checkEncryption(headers);
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA_PREFIX)) {
      const text = decodeMetadata(value);
      metadataBytes += name.length - METADATA_PREFIX.length + Buffer.byteLength(text);
      kept[name] = text;
    } else if (name === 'x-amz-tagging') {
      const tags = serializeTags(parseTags(value, MAX_OBJECT_TAGS));
      if (tags !== '') kept[name] = tags;
    } else if (KEPT.includes(name) && value !== '') kept[name] = value;
  }
  // The coding of the transfer is none of the object's.
  const encodings = (kept['content-encoding'] ?? '').split(',').map((each) => each.trim());
  const encoding = encodings.filter((each) => each !== 'aws-chunked' && each !== '').join(', ');
  if (encoding === '') delete kept['content-encoding'];
  else kept['content-encoding'] = encoding;
  const storageClass = kept['x-amz-storage-class'] ?? 'STANDARD';
  if (!STORAGE_CLASSES.includes(storageClass)) {
    throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid', {
      StorageClassRequested: storageClass,
    });
  }
  if (storageClass === 'STANDARD') delete kept['x-amz-storage-class']; // S3 only names the others
  if (metadataBytes > MAX_USER_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(metadataBytes),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return kept;
}

export function notImplementedHeader(name: string, why?: string): S3Error {
  return new S3Error(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    why === undefined ? { Header: name } : { Header: name, additionalMessage: why },
  );
}

/**
 * S3 encrypts every object with keys of its own and says so in each answer about one; other ways are not implemented.
 * Throws S3Error InvalidArgument, NotImplemented. https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 */
function checkEncryption(headers: Headers): void {
  const asked = headers['x-amz-server-side-encryption'];
  if (asked === undefined || asked === 'AES256') return;
  if (asked.startsWith('aws:')) throw notImplementedHeader('x-amz-server-side-encryption');
  throw new S3Error('InvalidArgument', 'The encryption method specified is not supported', {
    ArgumentName: 'x-amz-server-side-encryption',
    ArgumentValue: asked,
  });
}

/** What is archived cannot be read before it is restored. Throws S3Error InvalidObjectState. */
export function checkRetrievable(
  { headers }: ObjectMetadata,
  message = "The operation is not valid for the object's storage class",
): void {
  const storageClass = headers['x-amz-storage-class'];
  if (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE') {
    throw new S3Error('InvalidObjectState', message, { StorageClass: storageClass });
  }
}

export const ENCRYPTION_HEADERS = { 'x-amz-server-side-encryption': 'AES256' } as const;

/** The checksum that the client sent, or else CRC-64/NVME, which S3 takes of every object by itself. */
export function checksumHeaders({ bytes, checksum }: ReceivedBody): Record<string, string> {
  const { algorithm, value } = checksum ?? {
    algorithm: 'crc64nvme' as const,
    value: checksumOf('crc64nvme', bytes),
  };
  return describeChecksum(algorithm, value, 'FULL_OBJECT');
}

export function describeChecksum(
  algorithm: ChecksumAlgorithm,
  value: string,
  type: ChecksumType,
): Record<string, string> {
  return { [`x-amz-checksum-${algorithm}`]: value, 'x-amz-checksum-type': type };
}

/** What `describeChecksum` said, read from an object's headers; null for one that was put in place by hand. */
export function checksumIn(
  headers: Headers,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string; readonly type: string } | null {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers[`x-amz-checksum-${algorithm}`];
    if (value !== undefined) {
      return { algorithm, value, type: headers['x-amz-checksum-type'] ?? 'FULL_OBJECT' };
    }
  }
  return null;
}

/** `x-amz-checksum-algorithm`: which checksum is to be taken. Null when the request leaves it open. */
export function requestedAlgorithm(headers: Headers): ChecksumAlgorithm | null {
  const named = headers['x-amz-checksum-algorithm'];
  if (named === undefined) return null;
  const algorithm = parseAlgorithm(named);
  if (algorithm === null) throw unsupportedAlgorithm();
  return algorithm;
}

export function isChecksumWanted(headers: Headers): boolean {
  return headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
}

/** The headers that answer a GET or HEAD for `object`; its checksum only when asked for, and of the whole only. */
export function objectHeaders(
  object: ObjectMetadata,
  { headers, query }: HttpRequest,
  isWhole: boolean,
): Record<string, string> {
  const withChecksum = isWhole && isChecksumWanted(headers);
  const answer: Record<string, string> = {
    etag: object.etag,
    'last-modified': new Date(object.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...ENCRYPTION_HEADERS,
  };
  for (const [name, value] of Object.entries(object.headers)) {
    if (!withChecksum && name.startsWith('x-amz-checksum-')) continue;
    if (name === 'x-amz-tagging') {
      answer['x-amz-tagging-count'] = String(parseTags(value, MAX_OBJECT_TAGS).size);
      continue;
    }
    answer[name] = name.startsWith(METADATA_PREFIX) ? encodeMetadata(value) : value;
  }
  for (const name of OVERRIDABLE) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new S3Error('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', {
        ArgumentName: `response-${name}`,
        ArgumentValue: value,
      });
    }
    answer[name] = value;
  }
  return answer;
}
