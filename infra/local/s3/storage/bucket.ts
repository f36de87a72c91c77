import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { ByteRange } from '../wire/byte-range.ts';
import { BucketNames } from './bucket-names.ts';
import { onDisk } from './damage.ts';
import { FolderJournal } from './folder-journal.ts';
import { FolderRecords } from './folder-records.ts';
import { type Listing, type ListingRequest, listKeys } from './key-listing.ts';
import { folderOfKey, pathOfFolder, pathOfKey } from './key-path.ts';
import { firstKey } from './key-tree.ts';
import { identify, md5Tag, removeEmptyFolders } from './object-file.ts';
import type { ObjectMetadata, StoredObject } from './object-metadata.ts';

export interface BucketFolders {
  readonly objects: string;
  readonly metadata: string;
  /** Which journals there are, kept apart from them. */
  readonly marks: string;
  readonly temporary: string;
  /** Where an older version kept metadata, in files named like the bucket with an ending that a bucket may have too. */
  readonly olderMetadata: string;
}

/**
 * A bucket: a folder of plain files, and beside it, for each folder in it, a journal with what a file cannot say itself.
 * Folders are read when somebody asks for something in them, so that a bucket costs what is used of it.
 *
 * A put writes the bytes under a temporary name, then a line to the journal that names that file by inode and time, then
 * renames the file to its place. A kill before the rename leaves the old object with its old line, after it the new one with
 * its new line: never a mixture, never half an object. A file without a line (put there by hand) is an object too; one whose
 * bytes are not those of its line is damaged, and refused.
 * Everything is synchronous, so that a condition and the write that it allows are one step.
 */
export class Bucket {
  readonly #folder: string;
  readonly #folders: BucketFolders;
  readonly #names: BucketNames;
  readonly #records = new Map<string, FolderRecords>();

  constructor(
    readonly name: string,
    folders: BucketFolders,
  ) {
    this.#folder = path.join(folders.objects, name);
    this.#folders = folders;
    this.#names = new BucketNames(this.#folder);
  }

  /** One page. Throws S3Error InternalError when a folder cannot be read. */
  list(request: ListingRequest): Listing {
    this.#names.startTurn();
    return onDisk(() => listKeys(this.#names, request));
  }

  /** The first key that begins with `prefix`; null when there is none. */
  firstKey(prefix: string): string | null {
    this.#names.startTurn();
    const key = onDisk(() => firstKey(this.#names, 'from', prefix));
    return key?.startsWith(prefix) ? key : null;
  }

  /**
   * Looks at the file, so that what a person puts, edits or removes by hand while the runtime runs is answered for.
   * Throws S3Error InternalError when it is damaged.
   */
  head(key: string): ObjectMetadata | null {
    return this.#find(key);
  }

  exists(key: string): boolean {
    return identify(this.#fileOf(key)) !== null;
  }

  /** For listings: as `head`, but what is damaged is listed as it was put. */
  listed(key: string): ObjectMetadata | null {
    return onDisk(() => this.#recordsOf(key).listed(key, this.#fileOf(key)));
  }

  /** All of an object's bytes, or a range of them. Throws S3Error InternalError when they are not there, or damaged. */
  read(key: string, range: ByteRange | null = null): Buffer {
    const object = this.#find(key);
    const file = this.#fileOf(key);
    return onDisk(() => {
      if (object === null) throw new Error(`the file ${file} is gone`);
      const [start, end] = range === null ? [0, object.size] : [range.first, range.last + 1];
      return this.#recordsOf(key).read(object, file, start, end);
    });
  }

  /** Throws S3Error InternalError when the bytes cannot be stored; the object is then what it was before. */
  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>, nowMs: number): ObjectMetadata {
    return this.assemble(key, [body], { etag: md5Tag(body), lastModifiedMs: nowMs, headers });
  }

  /** Puts these bytes, one piece after the other. */
  assemble(key: string, pieces: Iterable<Buffer>, metadata: Omit<ObjectMetadata, 'size'>): ObjectMetadata {
    const temporary = path.join(this.#folders.temporary, randomUUID());
    const file = this.#fileOf(key);
    return onDisk(() => {
      try {
        const checksum = writeAll(temporary, pieces);
        const identity = identify(temporary);
        if (identity === null) throw new Error(`the file ${temporary} is gone`);
        const object: StoredObject = { ...metadata, ...identity, crc32: checksum };
        const records = this.#recordsOf(key);
        records.write(key, object);
        this.#names.change(key, () => {
          mkdirSync(path.dirname(file), { recursive: true });
          renameSync(temporary, file);
        });
        records.remember(key, object);
        return object;
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
  }

  /** Sets one header of an object that is there, or removes it when `value` is empty; its bytes and its time stay. */
  describe(key: string, name: string, value: string): void {
    const known = this.#find(key);
    if (known === null) return;
    const { [name]: _before, ...rest } = known.headers;
    const object: StoredObject = { ...known, headers: value === '' ? rest : { ...rest, [name]: value } };
    onDisk(() => {
      const records = this.#recordsOf(key);
      records.write(key, object);
      records.remember(key, object);
    });
  }

  delete(key: string): void {
    const file = this.#fileOf(key);
    onDisk(() => {
      const records = this.#recordsOf(key);
      this.#names.change(key, () => {
        rmSync(file, { force: true });
        removeEmptyFolders(path.dirname(file), this.#folder);
      });
      records.forget(key);
    });
  }

  #find(key: string): StoredObject | null {
    return onDisk(() => this.#recordsOf(key).find(key, this.#fileOf(key)));
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, pathOfKey(key));
  }

  #recordsOf(key: string): FolderRecords {
    const folder = folderOfKey(key);
    const known = this.#records.get(folder);
    if (known !== undefined) return known;
    const records = new FolderRecords(journalOf(this.name, folder, this.#folders));
    this.#records.set(folder, records);
    // Whoever asks for keys in ever new folders must not fill the memory; what is forgotten is read again.
    const [oldest] = this.#records.keys();
    if (this.#records.size > MOST_FOLDERS && oldest !== undefined) this.#records.delete(oldest);
    return records;
  }
}

const MOST_FOLDERS = 5000;

/** No folder has a dot in its name, so none is in the way of it. */
const JOURNAL = 'journal.ndjson';

/** Of a folder of keys: empty, or ending in a slash. */
export function journalOf(bucket: string, folder: string, folders: BucketFolders): FolderJournal {
  const below = path.join(bucket, pathOfFolder(folder), JOURNAL);
  return new FolderJournal({
    file: path.join(folders.metadata, below),
    mark: path.join(folders.marks, below),
    temporaryFolder: folders.temporary,
  });
}

/** Writes a new file; the CRC-32 of what is in it. */
function writeAll(file: string, pieces: Iterable<Buffer>): number {
  const descriptor = openSync(file, 'wx');
  try {
    let checksum = 0;
    for (const piece of pieces) {
      checksum = crc32(piece, checksum);
      for (let written = 0; written < piece.length; ) written += writeSync(descriptor, piece, written);
    }
    return checksum;
  } finally {
    closeSync(descriptor);
  }
}
