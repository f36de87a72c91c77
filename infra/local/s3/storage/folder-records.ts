import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { shellWord } from '../../../../lib/core/shell-word.ts';
import { damaged } from './damage.ts';
import { addLine, type FolderJournal, type Lines } from './folder-journal.ts';
import { type FileIdentity, hasSettled, identify, md5Tag, readPart } from './object-file.ts';
import type { StoredObject } from './object-metadata.ts';

/**
 * How many lines that speak of no object any more a journal may hold before it is written anew: besides as many as there
 * are objects, so that a large folder is not rewritten for a few puts.
 */
const STALE_LINES = 1000;

/** What is known of the objects in one folder, each compared with its file before anything is said of it. */
export class FolderRecords {
  readonly #journal: FolderJournal;
  readonly #lines: Lines;
  readonly #isDamaged: boolean;
  readonly #objects = new Map<string, StoredObject>();
  /** Whose bytes were found to be those that were put. */
  readonly #verified = new WeakSet<StoredObject>();

  constructor(journal: FolderJournal) {
    this.#journal = journal;
    const { lines, isDamaged } = journal.read();
    this.#lines = lines;
    this.#isDamaged = isDamaged;
  }

  /**
   * What is to be said of a file; null when there is none. A line that names this very file is exact: inodes are used again,
   * but never while a later line's file was there, so the newest such line is the one. In a data folder that was copied no
   * file is the same any more; then equal bytes are the same object, and as many other bytes are damage, which never changes
   * a file's length. Anything else was put there by hand. Throws S3Error InternalError for a damaged file or journal.
   */
  find(key: string, file: string): StoredObject | null {
    const identity = identify(file);
    const known = this.#objects.get(key);
    if (identity === null) {
      this.#forgetQuietly(key);
      return null;
    }
    if (known !== undefined && isSame(known, identity)) return known;
    const lines = this.#lines.get(key) ?? [];
    const own = lines.findLast((line) => isSame(line, identity));
    const object = own ?? this.#compare(file, identity, lines);
    // What was written by hand just now may be written again without its time showing it.
    if (own !== undefined || hasSettled(identity.mtimeMs)) this.#objects.set(key, object);
    return object;
  }

  /** For listings: as `find`, but what is damaged is listed as it was put, and refused when it is read. */
  listed(key: string, file: string): StoredObject | null {
    const known = this.#objects.get(key);
    if (known !== undefined) return known;
    const identity = identify(file);
    if (identity === null) return null;
    const lines = this.#lines.get(key) ?? [];
    const object =
      lines.findLast((line) => isSame(line, identity)) ??
      lines.findLast(({ size }) => size === identity.size) ??
      fromFile(identity, file, readFileSync(file));
    // Not what a reader would be refused.
    if (isSame(object, identity) && hasSettled(identity.mtimeMs) && !this.#isDamaged) {
      this.#objects.set(key, object);
    }
    return object;
  }

  /** All of an object's bytes, or those from `start` up to and without `end`. Throws S3Error InternalError when they are damaged. */
  read(object: StoredObject, file: string, start = 0, end = object.size): Buffer {
    const isWhole = start === 0 && end === object.size;
    if (!isWhole && this.#verified.has(object)) return readPart(file, start, end);
    const bytes = readFileSync(file);
    if (!holds(object, bytes))
      throw damaged(file, 'its bytes are not those that were put. Put the object again.');
    this.#verified.add(object);
    return isWhole ? bytes : bytes.subarray(start, end);
  }

  /** Before the file is in its place. */
  write(key: string, object: StoredObject): void {
    this.#journal.append({ key, object }, this.#lines);
    addLine(this.#lines, key, object);
  }

  /** Once the file is in its place. */
  remember(key: string, object: StoredObject): void {
    this.#objects.set(key, object);
    this.#lines.set(key, [object]);
    if (this.#journal.lineCount > 2 * this.#lines.size + STALE_LINES) this.#compact();
  }

  /** Once the file is gone. */
  forget(key: string): void {
    this.#objects.delete(key);
    if (this.#lines.delete(key)) this.#journal.append({ key, object: null }, this.#lines);
  }

  #compare(file: string, identity: FileIdentity, lines: readonly StoredObject[]): StoredObject {
    const bytes = readFileSync(file);
    const same = lines.findLast((line) => holds(line, bytes));
    if (same !== undefined) return { ...same, ...identity };
    if (lines.some(({ size }) => size === identity.size)) {
      throw damaged(
        file,
        'its bytes are not those that were put, though as many. Put the object again; if it was edited by hand, delete it first.',
      );
    }
    if (this.#isDamaged) {
      const journal = this.#journal.file;
      throw damaged(
        journal,
        `${this.#journal.isGone ? 'it is gone, and' : 'it'} may have held what ${file} is. Put the object again, or give up what was known of the folder's files: with the runtime stopped, \`mkdir -p ${shellWord(path.dirname(journal))} && : > ${shellWord(journal)}\` empties it, and they are files without metadata then.`,
      );
    }
    return fromFile(identity, file, bytes);
  }

  /** What was removed by hand may be put there by hand again, as something else. */
  #forgetQuietly(key: string): void {
    try {
      this.forget(key);
    } catch {
      // On a full disk it is forgotten until the next start.
    }
  }

  #compact(): void {
    if (this.#isDamaged) return; // what it held is not known
    try {
      this.#journal.rewrite(this.#lines);
    } catch {
      // On a full disk the longer journal stays, which says the same.
    }
  }
}

function isSame(object: StoredObject, { inode, mtimeMs, size }: FileIdentity): boolean {
  return object.inode === inode && object.mtimeMs === mtimeMs && object.size === size;
}

/** Whether these are the bytes that were put. What an older version stored in parts nothing is known of but the length. */
function holds({ size, crc32: stored, etag }: StoredObject, bytes: Buffer): boolean {
  if (bytes.length !== size) return false;
  if (stored !== null) return crc32(bytes) === stored;
  return etag.includes('-') || md5Tag(bytes) === etag;
}

/** A file without metadata. */
function fromFile(identity: FileIdentity, file: string, bytes: Buffer): StoredObject {
  return {
    ...identity,
    crc32: crc32(bytes),
    etag: md5Tag(bytes),
    lastModifiedMs: Math.floor(identity.mtimeMs),
    headers: { 'content-type': file.endsWith('.json') ? 'application/json' : 'binary/octet-stream' },
  };
}
