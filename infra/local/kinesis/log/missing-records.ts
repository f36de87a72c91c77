import path from 'node:path';
import { shellWord } from '../../../../lib/core/shell-word.ts';
import { DamageError, StorageError } from '../kinesis-error.ts';

/** More records than a file can hold: numbers that go on behind a lost file by so much are new ones. */
const BEHIND_ANY_FILE = 10_000_000;

export function logFileName(firstIndex: number): string {
  return `${String(firstIndex).padStart(16, '0')}.log`;
}

/** Of a file's name; null for what is no log. */
export function firstIndexOf(name: string): number | null {
  return /^\d{16}\.log$/.test(name) ? Number(name.slice(0, 16)) : null;
}

/** Throws StorageError where a noted file is not there. An empty one in its place says that its records are given up. */
export function requireFiles(folder: string, noted: readonly number[], present: readonly number[]): void {
  const there = new Set(present);
  const missing = noted.filter((firstIndex) => !there.has(firstIndex));
  const [first] = missing;
  if (first === undefined) return;
  const newest = Math.max(...noted, ...present);
  const replacements = there.has(newest) ? missing : [...missing, newest + BEHIND_ANY_FILE];
  const file = path.join(folder, logFileName(first));
  throw new StorageError(
    'open',
    file,
    new DamageError(
      'the file is gone, and the records in it with it',
      `go on without ${missing.length === 1 ? 'it' : 'them'}: ${touch(folder, replacements, present.length === 0)}`,
    ),
  );
}

/** Of a log whose records from an index on are missing at its end, or before the file that begins at `before`. */
export function missingRecords(
  folder: string,
  from: number,
  before: { readonly file: number } | { readonly known: number },
): StorageError {
  const isHole = 'file' in before;
  const last = isHole ? before.file - 1 : before.known;
  const replacements = isHole ? [from] : [from, last + BEHIND_ANY_FILE];
  return new StorageError(
    'read',
    folder,
    new DamageError(
      isHole
        ? `of its records those from ${from} to ${last} are gone`
        : `its records from ${from} on are gone, of which ${last} has been read`,
      `go on without them: ${touch(folder, replacements, false)}`,
    ),
  );
}

function touch(folder: string, files: readonly number[], isFolderGone: boolean): string {
  const paths = files.map((firstIndex) => shellWord(path.join(folder, logFileName(firstIndex)))).join(' ');
  return `\`${isFolderGone ? `mkdir -p ${shellWord(folder)} && ` : ''}touch ${paths}\` makes empty files in their place, and what was in them is lost then`;
}
