import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ByteRange } from '../wire/byte-range.ts';
import { BucketJournal } from './bucket-journal.ts';
import { keyOfPath, pathOfKey } from './key-path.ts';
import {
  describeFile,
  filesBelow,
  identify,
  md5Tag,
  onDisk,
  readPart,
  removeEmptyFolders,
} from './object-file.ts';
import type { ObjectMetadata, StoredObject } from './object-metadata.ts';
import { SortedKeys } from './sorted-keys.ts';

export interface BucketFolders {
  readonly objects: string;
  readonly metadata: string;
  readonly temporary: string;
}

/**
 * How many lines that speak of no object any more the journal may hold before it is written anew: besides as many as there
 * are objects, so that a large bucket is not rewritten for a few puts.
 */
const STALE_LINES = 10_000;

/**
 * A bucket: a folder of plain files, and a journal beside it with what a file cannot say itself.
 *
 * A put writes the bytes under a temporary name, then a line to the journal that names that file by inode and time, then
 * renames the file to its place. A kill before the rename leaves the old object with its old line, after it the new one with
 * its new line: never a mixture, never half an object. A file without a line (put there by hand) is an object too.
 * Everything is synchronous, so that a condition and the write that it allows are one step.
 */
export class Bucket {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #journal: BucketJournal;
  readonly #objects = new Map<string, StoredObject>();
  readonly keys: SortedKeys;

  /** Throws S3Error InternalError when the folder cannot be read. */
  constructor(
    readonly name: string,
    folders: BucketFolders,
  ) {
    this.#folder = path.join(folders.objects, name);
    this.#temporary = folders.temporary;
    this.#journal = new BucketJournal(path.join(folders.metadata, `${name}.ndjson`), folders.temporary);
    onDisk(() => this.#load());
    this.keys = new SortedKeys(this.#objects.keys());
  }

  /** Looks at the file, so that what a person puts, edits or removes by hand while the runtime runs is answered for. */
  head(key: string): ObjectMetadata | null {
    const file = this.#fileOf(key);
    const known = this.#objects.get(key);
    const identity = identify(file);
    if (identity === null) {
      if (known !== undefined) this.#forget(key);
      return null;
    }
    if (known?.inode === identity.inode && known.mtimeMs === identity.mtimeMs) return known;
    const found = onDisk(() => describeFile(file, identity, []));
    this.#remember(key, found);
    return found;
  }

  /** For listings: what the index says, without a look at the file. */
  listed(key: string): ObjectMetadata | null {
    return this.#objects.get(key) ?? null;
  }

  /** All of an object's bytes, or a range of them. */
  read(key: string, range: ByteRange | null = null): Buffer {
    const file = this.#fileOf(key);
    return onDisk(() => (range === null ? readFileSync(file) : readPart(file, range.first, range.last + 1)));
  }

  /** Throws S3Error InternalError when the bytes cannot be stored; the object is then what it was before. */
  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>, nowMs: number): ObjectMetadata {
    return this.#install(key, (temporary) => writeFileSync(temporary, body, { flag: 'wx' }), {
      etag: md5Tag(body),
      lastModifiedMs: nowMs,
      headers,
    });
  }

  /** Puts what is in these files, one after the other. */
  assemble(key: string, files: readonly string[], metadata: Omit<ObjectMetadata, 'size'>): ObjectMetadata {
    return this.#install(
      key,
      (temporary) => {
        for (const file of files) appendFileSync(temporary, readFileSync(file));
      },
      metadata,
    );
  }

  /** Sets one header of an object that is there, or removes it when `value` is empty; its bytes and its time stay. */
  describe(key: string, name: string, value: string): void {
    if (this.head(key) === null) return;
    const known = this.#objects.get(key);
    if (known === undefined) return;
    const { [name]: _before, ...rest } = known.headers;
    const object: StoredObject = { ...known, headers: value === '' ? rest : { ...rest, [name]: value } };
    onDisk(() => this.#journal.append({ key, object }));
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.head(key) === null) return;
    onDisk(() => {
      const file = this.#fileOf(key);
      rmSync(file, { force: true });
      removeEmptyFolders(path.dirname(file), this.#folder);
    });
    this.#forget(key);
  }

  close(): void {
    this.#journal.close();
  }

  #install(
    key: string,
    write: (temporary: string) => void,
    metadata: Omit<ObjectMetadata, 'size'>,
  ): ObjectMetadata {
    const temporary = path.join(this.#temporary, randomUUID());
    const object = onDisk(() => {
      try {
        write(temporary);
        const identity = identify(temporary);
        if (identity === null) throw new Error(`the file ${temporary} is gone`);
        const stored: StoredObject = { ...metadata, ...identity };
        this.#journal.append({ key, object: stored });
        const file = this.#fileOf(key);
        mkdirSync(path.dirname(file), { recursive: true });
        renameSync(temporary, file);
        return stored;
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
    this.#remember(key, object);
    if (this.#journal.lineCount > 2 * this.#objects.size + STALE_LINES) this.#compact();
    return object;
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, pathOfKey(key));
  }

  #remember(key: string, object: StoredObject): void {
    this.#objects.set(key, object);
    this.keys.add(key);
  }

  #forget(key: string): void {
    this.#objects.delete(key);
    this.keys.delete(key);
  }

  #load(): void {
    mkdirSync(this.#folder, { recursive: true });
    const lines = this.#journal.read();
    let isNew = false;
    for (const name of [...filesBelow(this.#folder)]) {
      const named = keyOfPath(name);
      const key = named ?? this.#takeIn(name);
      if (key === null) continue;
      const file = named === null ? this.#fileOf(key) : `${this.#folder}/${name}`;
      const identity = identify(file);
      if (identity === null) continue;
      const written = lines.get(key) ?? [];
      const object = describeFile(file, identity, written);
      isNew ||= !written.includes(object);
      this.#objects.set(key, object);
    }
    if (isNew || this.#journal.lineCount > this.#objects.size) this.#compact();
  }

  /** A name that was given by hand (`notes`, `v1.2/data.json`) becomes the one that its key has here. */
  #takeIn(name: string): string | null {
    const target = path.join(this.#folder, pathOfKey(name));
    const isHidden = name.split('/').some((each) => each.startsWith('.'));
    if (isHidden || existsSync(target)) return null;
    try {
      mkdirSync(path.dirname(target), { recursive: true });
      renameSync(path.join(this.#folder, name), target);
    } catch {
      return null; // in a folder that cannot be written the rest is still served
    }
    return name;
  }

  #compact(): void {
    try {
      this.#journal.rewrite(this.#objects);
    } catch {
      // On a full disk the longer journal stays, which says the same.
    }
  }
}
