import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type JournalEntry, parseEntry, type StoredObject, serializeEntry } from './object-metadata.ts';

/** What was put under a key since it was last deleted, oldest first. */
export type Lines = Map<string, StoredObject[]>;

/** What the files of one folder cannot say themselves: a line of JSON for each put, in the order of the puts. */
export class FolderJournal {
  readonly file: string;
  readonly #temporaryFolder: string;
  /** Lines in the file, those of objects that were overwritten or deleted included. */
  lineCount = 0;

  constructor(file: string, temporaryFolder: string) {
    this.file = file;
    this.#temporaryFolder = temporaryFolder;
  }

  /**
   * A last line that a kill has torn is cut off: nobody was told that it was stored. Any other that is not what was written
   * may have been any object's.
   */
  read(): { readonly lines: Lines; readonly isDamaged: boolean } {
    const bytes = readIfThere(this.file);
    const lines: Lines = new Map();
    let isDamaged = false;
    const texts = bytes.toString().split('\n');
    const last = texts.pop() ?? '';
    const note = ({ key, object }: JournalEntry) => {
      this.lineCount += 1;
      if (object === null) lines.delete(key);
      else addLine(lines, key, object);
    };
    for (const text of texts) {
      if (text === '') continue;
      const entry = parseEntry(text);
      if (entry === null) isDamaged = true;
      else note(entry);
    }
    if (last === '') return { lines, isDamaged };
    // Only its line break may be damaged; the line is whole then.
    const entry = parseEntry(last.slice(0, last.lastIndexOf('}') + 1));
    if (entry === null) truncateSync(this.file, bytes.lastIndexOf('\n') + 1);
    else {
      note(entry);
      writeFileSync(this.file, '\n', { flag: 'a' });
    }
    return { lines, isDamaged };
  }

  /** All or nothing, but for a kill in mid-write. */
  append(entry: JournalEntry): void {
    const descriptor = this.#open();
    try {
      const line = Buffer.from(serializeEntry(entry));
      const { size } = fstatSync(descriptor);
      try {
        for (let written = 0; written < line.length; ) written += writeSync(descriptor, line, written);
      } catch (error) {
        ftruncateSync(descriptor, size);
        throw error;
      }
    } finally {
      closeSync(descriptor);
    }
    this.lineCount += 1;
  }

  /** Leaves only these lines, all or nothing. */
  rewrite(lines: Lines): void {
    const temporary = path.join(this.#temporaryFolder, randomUUID());
    const texts = [...lines].flatMap(([key, objects]) =>
      objects.map((object) => serializeEntry({ key, object })),
    );
    try {
      writeFileSync(temporary, texts.join(''));
      mkdirSync(path.dirname(this.file), { recursive: true });
      renameSync(temporary, this.file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.lineCount = texts.length;
  }

  #open(): number {
    try {
      return openSync(this.file, 'a');
    } catch (error) {
      if (!isMissing(error)) throw error;
      mkdirSync(path.dirname(this.file), { recursive: true });
      return openSync(this.file, 'a');
    }
  }
}

export function addLine(lines: Lines, key: string, object: StoredObject): void {
  const known = lines.get(key);
  if (known === undefined) lines.set(key, [object]);
  else known.push(object);
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
