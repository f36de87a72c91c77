import type { HttpRequest } from '../../http/http.ts';
import { isChecksumWanted } from './checksum-headers.ts';
import { decodeMetadata, encodeMetadata } from './encoded-words.ts';
import { invalidArgument, notImplementedHeader, S3Error } from './s3-error.ts';
import { OBJECT_TAGS, parseTags, serializeTags } from './tags.ts';

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
  checkAclHeaders(headers);
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA_PREFIX)) {
      const text = decodeMetadata(value);
      metadataBytes += name.length - METADATA_PREFIX.length + Buffer.byteLength(text);
      kept[name] = text;
    } else if (name === 'x-amz-tagging') {
      const tags = serializeTags(parseTags(value, OBJECT_TAGS));
      if (tags !== '') kept[name] = tags;
    } else if (KEPT.includes(name) && value !== '') {
      checkHeaderText(name, value);
      kept[name] = value;
    }
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

/**
 * S3 encrypts every object with keys of its own and says so in each answer about one; other ways are not implemented.
 * Throws S3Error InvalidArgument, NotImplemented. https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 */
function checkEncryption(headers: Headers): void {
  const asked = headers['x-amz-server-side-encryption'];
  if (asked === undefined || asked === 'AES256') return;
  if (asked.startsWith('aws:')) throw notImplementedHeader('x-amz-server-side-encryption');
  throw invalidArgument(
    'x-amz-server-side-encryption',
    asked,
    'The encryption method specified is not supported',
  );
}

/** What comes in a URL, or out of a lenient parser, may be no header that can be given back. Throws S3Error InvalidArgument. */
function checkHeaderText(name: string, value: string): void {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return;
  throw invalidArgument(name, value, 'Header value cannot be represented using ISO-8859-1.');
}

/** What is archived cannot be read before it is restored. Throws S3Error InvalidObjectState. */
export function checkRetrievable(
  headers: Headers,
  message = "The operation is not valid for the object's storage class",
): void {
  const storageClass = headers['x-amz-storage-class'];
  if (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE') {
    throw new S3Error('InvalidObjectState', message, { StorageClass: storageClass });
  }
}

const CANNED_ACLS = [
  'authenticated-read', 'aws-exec-read', 'bucket-owner-full-control', 'bucket-owner-read', 'private', 'public-read',
  'public-read-write',
]; // biome-ignore format: a list to look a word up in

/** The ACL that a write asks for. Throws S3Error InvalidArgument, AccessControlListNotSupported. */
export function checkAclHeaders(headers: Headers): void {
  const canned = headers['x-amz-acl'] ?? 'private';
  if (!CANNED_ACLS.includes(canned)) throw invalidArgument('x-amz-acl', canned, '');
  const isGrant = Object.keys(headers).some((name) => name.startsWith('x-amz-grant-'));
  if (isGrant || (canned !== 'private' && canned !== 'bucket-owner-full-control')) throw aclNotSupported();
}

export function aclNotSupported(): S3Error {
  return new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

export const ENCRYPTION_HEADERS = { 'x-amz-server-side-encryption': 'AES256' } as const;

/** The headers that answer a GET or HEAD for `object`; its checksum only when asked for, and of the whole only. */
export function objectHeaders(
  object: { readonly etag: string; readonly lastModifiedMs: number; readonly headers: Headers },
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
      answer['x-amz-tagging-count'] = String(parseTags(value, OBJECT_TAGS).size);
      continue;
    }
    answer[name] = name.startsWith(METADATA_PREFIX) ? encodeMetadata(value) : value;
  }
  for (const name of OVERRIDABLE) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    checkHeaderText(`response-${name}`, value);
    answer[name] = value;
  }
  return answer;
}
