import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type JournalEntry, parseEntry, type StoredObject, serializeEntry } from './object-metadata.ts';

/** What a bucket's files cannot say themselves: a line of JSON for each put, in the order of the puts. */
export class BucketJournal {
  readonly #file: string;
  readonly #temporaryFolder: string;
  #descriptor: number | null = null;
  /** Lines in the file, those of objects that were overwritten or deleted included. */
  lineCount = 0;

  constructor(file: string, temporaryFolder: string) {
    this.#file = file;
    this.#temporaryFolder = temporaryFolder;
  }

  /** What was written of each key, oldest first. */
  read(): Map<string, StoredObject[]> {
    const byKey = new Map<string, StoredObject[]>();
    for (const line of this.#text().split('\n')) {
      if (line === '') continue;
      this.lineCount += 1;
      const entry = parseEntry(line);
      if (entry === null) continue;
      const known = byKey.get(entry.key);
      if (known === undefined) byKey.set(entry.key, [entry.object]);
      else known.push(entry.object);
    }
    return byKey;
  }

  append(entry: JournalEntry): void {
    this.#descriptor ??= openSync(this.#file, 'a');
    // The line break comes first: a line that was torn by a kill or a full disk spoils none but itself.
    const line = Buffer.from(`\n${serializeEntry(entry)}`);
    for (let written = 0; written < line.length; ) {
      written += writeSync(this.#descriptor, line, written);
    }
    this.lineCount += 1;
  }

  /** Leaves only these lines, all or nothing. */
  rewrite(objects: ReadonlyMap<string, StoredObject>): void {
    const temporary = path.join(this.#temporaryFolder, randomUUID());
    const lines = Array.from(objects, ([key, object]) => `\n${serializeEntry({ key, object })}`);
    try {
      writeFileSync(temporary, lines.join(''));
      renameSync(temporary, this.#file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.close();
    this.lineCount = objects.size;
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #text(): string {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  }
}
