import { seal, unseal } from '../../sealed-text.ts';

/** What is known of an object besides its bytes. */
export interface ObjectMetadata {
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  /** Epoch milliseconds, whole seconds in the protocol. */
  readonly lastModifiedMs: number;
  /** Headers to give back: content-type, cache-control, x-amz-meta-…, x-amz-checksum-… */
  readonly headers: Readonly<Record<string, string>>;
  /** The multipart upload that it came from, and its parts in order. */
  readonly upload?: { readonly id: string; readonly parts: readonly ObjectPart[] };
}

export interface ObjectPart {
  readonly number: number;
  readonly size: number;
  /** Base64, in the algorithm of the upload; null when it had none. */
  readonly checksum: string | null;
}

/** The metadata, and the file that it is about: it speaks of a file only when inode and time are the same. */
export interface StoredObject extends ObjectMetadata {
  readonly inode: number;
  readonly mtimeMs: number;
  /** Of the bytes, taken when they were put; null for one that an older version stored. */
  readonly crc32: number | null;
}

/** A line of a folder's journal: what was put, or null for a key that was deleted. */
export interface JournalEntry {
  readonly key: string;
  readonly object: StoredObject | null;
}

/** With a checksum and a line break at its end. */
export function serializeEntry({ key, object }: JournalEntry): string {
  return seal(JSON.stringify({ key, ...(object ?? { deleted: true }) }));
}

/** The inverse of `serializeEntry`; null for a line that was torn by a kill, was damaged or is something else. */
export function parseEntry(line: string): JournalEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(unseal(line));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields: { readonly [name in keyof StoredObject | 'key' | 'deleted']?: unknown } = value;
  const { key, inode, mtimeMs, size, etag, lastModifiedMs, headers, upload, crc32 = null, deleted } = fields;
  if (typeof key === 'string' && deleted === true) return { key, object: null };
  if (
    typeof key !== 'string' ||
    (crc32 !== null && typeof crc32 !== 'number') ||
    typeof inode !== 'number' ||
    typeof mtimeMs !== 'number' ||
    typeof size !== 'number' ||
    typeof etag !== 'string' ||
    typeof lastModifiedMs !== 'number' ||
    !isTexts(headers) ||
    (upload !== undefined && !isUpload(upload))
  ) {
    return null;
  }
  const object = { inode, mtimeMs, crc32, size, etag, lastModifiedMs, headers };
  return { key, object: upload === undefined ? object : { ...object, upload } };
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

function isUpload(value: unknown): value is NonNullable<ObjectMetadata['upload']> {
  if (typeof value !== 'object' || value === null) return false;
  const { id, parts }: { readonly id?: unknown; readonly parts?: unknown } = value;
  return typeof id === 'string' && Array.isArray(parts) && parts.every(isPart);
}

function isPart(value: unknown): value is ObjectPart {
  if (typeof value !== 'object' || value === null) return false;
  const { number, size, checksum }: { readonly [name in keyof ObjectPart]?: unknown } = value;
  return (
    typeof number === 'number' &&
    typeof size === 'number' &&
    (checksum === null || typeof checksum === 'string')
  );
}
