import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
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

/** Is no entry, so that a journal with this line stays one of which some is lost. */
const LOST_LINE =
  '{"lost":"the journal was gone, and what it held of the files that were here is not known"}\n';

export interface JournalPaths {
  readonly file: string;
  /** An empty file elsewhere that says that there is a journal, so that one that is deleted is missed. */
  readonly mark: string;
  readonly temporaryFolder: string;
}

/** What the files of one folder cannot say themselves: a line of JSON for each put, in the order of the puts. */
export class FolderJournal {
  readonly file: string;
  readonly #mark: string;
  readonly #temporaryFolder: string;
  /** Lines in the file, those of objects that were overwritten or deleted included. */
  lineCount = 0;
  /** Whether there was a journal, and it is not there any more. */
  #isGone = false;

  constructor({ file, mark, temporaryFolder }: JournalPaths) {
    this.file = file;
    this.#mark = mark;
    this.#temporaryFolder = temporaryFolder;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * A last line that a kill has torn is cut off: nobody was told that it was stored. Any other that is not what was written
   * may have been any object's, and so may have been one of a journal that is gone.
   */
  read(): { readonly lines: Lines; readonly isDamaged: boolean } {
    const bytes = readIfThere(this.file);
    const lines: Lines = new Map();
    if (bytes === null) {
      this.#isGone = existsSync(this.#mark);
      return { lines, isDamaged: this.#isGone };
    }
    // Of an older version, or a kill came before it.
    if (!existsSync(this.#mark)) this.#noteQuietly();
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

  /** All or nothing, but for a kill in mid-write. `lines`: what is known, should the file have to be made. */
  append(entry: JournalEntry, lines: Lines): void {
    const descriptor = this.#open(lines);
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
      writeFileSync(temporary, (this.#isGone ? LOST_LINE : '') + texts.join(''));
      mkdirSync(path.dirname(this.file), { recursive: true });
      renameSync(temporary, this.file);
      this.#note();
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.lineCount = texts.length;
  }

  /** One that is deleted while it is in use is made again of what is known. */
  #open(lines: Lines): number {
    const open = () => openSync(this.file, constants.O_WRONLY | constants.O_APPEND);
    try {
      return open();
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.rewrite(lines);
      return open();
    }
  }

  #noteQuietly(): void {
    try {
      this.#note();
    } catch {
      // On a full disk, or one that is only read, it is noted another time.
    }
  }

  #note(): void {
    mkdirSync(path.dirname(this.#mark), { recursive: true });
    writeFileSync(this.#mark, '');
  }
}

export function addLine(lines: Lines, key: string, object: StoredObject): void {
  const known = lines.get(key);
  if (known === undefined) lines.set(key, [object]);
  else known.push(object);
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
