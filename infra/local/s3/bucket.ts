import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { SortedKeys } from './key-order.ts';
import { keyOfPath, pathOfKey } from './key-path.ts';
import { type JournalEntry, type ObjectMetadata, parseEntry, serializeEntry } from './object-metadata.ts';
import { S3Error } from './s3-error.ts';

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
  readonly #journalFile: string;
  readonly #objects = new Map<string, ObjectMetadata>();
  readonly keys: SortedKeys;
  #journal: number | null = null;

  constructor(
    readonly name: string,
    folders: { readonly objects: string; readonly metadata: string; readonly temporary: string },
  ) {
    this.#folder = path.join(folders.objects, name);
    this.#temporary = folders.temporary;
    this.#journalFile = path.join(folders.metadata, `${name}.ndjson`);
    const kept = this.#load();
    this.keys = new SortedKeys(this.#objects.keys());
    this.#compact(kept);
  }

  head(key: string): ObjectMetadata | null {
    return this.#objects.get(key) ?? this.#adopt(key);
  }

  read(key: string): Buffer {
    return this.#storage(() => readFileSync(this.#fileOf(key)));
  }

  put(
    key: string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    nowMs: number,
    etag: string = md5Tag(body),
  ): ObjectMetadata {
    const metadata: ObjectMetadata = { size: body.length, etag, lastModifiedMs: nowMs, headers };
    const temporary = path.join(this.#temporary, randomUUID());
    this.#storage(() => {
      try {
        writeFileSync(temporary, body, { flag: 'wx' });
        this.#append({ key, ...identityOf(temporary), ...metadata });
        const file = this.#fileOf(key);
        mkdirSync(path.dirname(file), { recursive: true });
        renameSync(temporary, file);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
    this.#objects.set(key, metadata);
    this.keys.add(key);
    return metadata;
  }

  delete(key: string): void {
    if (this.head(key) === null) return;
    this.#storage(() => {
      const file = this.#fileOf(key);
      rmSync(file, { force: true });
      removeEmptyFolders(path.dirname(file), this.#folder);
    });
    this.#objects.delete(key);
    this.keys.delete(key);
  }

  close(): void {
    if (this.#journal !== null) closeSync(this.#journal);
    this.#journal = null;
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, pathOfKey(key));
  }

  /** A file that was put in place by hand while the runtime runs becomes an object when it is asked for. */
  #adopt(key: string): ObjectMetadata | null {
    const file = this.#fileOf(key);
    try {
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
    } catch {
      return null; // a part of the path is a file
    }
    const metadata = describeFile(file);
    this.#objects.set(key, metadata);
    this.keys.add(key);
    return metadata;
  }

  #load(): JournalEntry[] {
    mkdirSync(this.#folder, { recursive: true });
    const entries = groupByKey(this.#readJournal());
    const kept: JournalEntry[] = [];
    for (const file of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const full = path.join(file.parentPath, file.name);
      const key = keyOfPath(path.relative(this.#folder, full).split(path.sep).join('/'));
      if (key === null) continue;
      const { inode, mtimeNs } = identityOf(full);
      const entry = entries.get(key)?.find((each) => each.inode === inode && each.mtimeNs === mtimeNs);
      if (entry !== undefined) kept.push(entry);
      this.#objects.set(
        key,
        entry === undefined
          ? describeFile(full)
          : {
              size: entry.size,
              etag: entry.etag,
              lastModifiedMs: entry.lastModifiedMs,
              headers: entry.headers,
            },
      );
    }
    return kept;
  }

  #readJournal(): JournalEntry[] {
    if (!existsSync(this.#journalFile)) return [];
    return readFileSync(this.#journalFile, 'utf8')
      .split('\n')
      .flatMap((line) => parseEntry(line) ?? []);
  }

  /** Leaves out the lines of objects that were overwritten or deleted. */
  #compact(kept: readonly JournalEntry[]): void {
    if (kept.length === 0 && !existsSync(this.#journalFile)) return;
    const temporary = path.join(this.#temporary, randomUUID());
    writeFileSync(temporary, kept.map((entry) => `\n${serializeEntry(entry)}`).join(''));
    renameSync(temporary, this.#journalFile);
  }

  #append(entry: JournalEntry): void {
    this.#journal ??= openSync(this.#journalFile, 'a');
    // The line break comes first: a line that was torn by a kill or a full disk spoils none but itself.
    const line = Buffer.from(`\n${serializeEntry(entry)}`);
    for (let written = 0; written < line.length; ) {
      written += writeSync(this.#journal, line, written);
    }
  }

  #storage<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new S3Error('InternalError', `The data folder could not be used: ${cause}`);
    }
  }
}

export function md5Tag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function describeFile(file: string): ObjectMetadata {
  const body = readFileSync(file);
  const isJson = file.endsWith('.json');
  return {
    size: body.length,
    etag: md5Tag(body),
    lastModifiedMs: Math.floor(statSync(file).mtimeMs),
    headers: { 'content-type': isJson ? 'application/json' : 'binary/octet-stream' },
  };
}

function identityOf(file: string): { inode: string; mtimeNs: string } {
  const stats = statSync(file, { bigint: true });
  return { inode: String(stats.ino), mtimeNs: String(stats.mtimeNs) };
}

function groupByKey(entries: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const groups = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.key);
    if (group === undefined) groups.set(entry.key, [entry]);
    else group.push(entry);
  }
  return groups;
}

function removeEmptyFolders(folder: string, top: string): void {
  for (let each = folder; each !== top && each.startsWith(top); each = path.dirname(each)) {
    try {
      rmdirSync(each);
    } catch {
      return; // not empty
    }
  }
}
