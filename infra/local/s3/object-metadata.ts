/** What is known of an object besides its bytes. */
export interface ObjectMetadata {
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  /** Epoch milliseconds, whole seconds in the protocol's headers. */
  readonly lastModifiedMs: number;
  /** Headers to give back: content-type, cache-control, x-amz-meta-…, x-amz-checksum-… */
  readonly headers: Readonly<Record<string, string>>;
}

/** A line of a bucket's journal: the metadata, and which file it is about. */
export interface JournalEntry extends ObjectMetadata {
  readonly key: string;
  /** Of the file: an entry speaks of it only when both are the same. */
  readonly inode: string;
  readonly mtimeNs: string;
}

export function serializeEntry(entry: JournalEntry): string {
  return JSON.stringify(entry);
}

/** The inverse of `serializeEntry`; null for a line that was torn by a kill or is something else. */
export function parseEntry(line: string): JournalEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entry: { readonly [K in keyof JournalEntry]?: unknown } = value;
  const { key, inode, mtimeNs, size, etag, lastModifiedMs, headers } = entry;
  if (
    typeof key !== 'string' ||
    typeof inode !== 'string' ||
    typeof mtimeNs !== 'string' ||
    typeof size !== 'number' ||
    typeof etag !== 'string' ||
    typeof lastModifiedMs !== 'number' ||
    typeof headers !== 'object' ||
    headers === null
  ) {
    return null;
  }
  const texts = Object.entries(headers).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return { key, inode, mtimeNs, size, etag, lastModifiedMs, headers: Object.fromEntries(texts) };
}
