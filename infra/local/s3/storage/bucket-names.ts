import { existsSync, mkdirSync, opendirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { CONTINUED, folderOfKey, keyOfPath, pathOfFolder, pathOfKey } from './key-path.ts';
import { firstKey, type KeyLevels } from './key-tree.ts';
import { filesBelow, hasSettled } from './object-file.ts';
import { SortedKeys } from './sorted-keys.ts';

/** The names in one folder of a bucket, and the folders of the disk that they were read from, as they were then. */
interface Level {
  readonly pieces: SortedKeys;
  /** When each had last changed; null while that is too recent for another change to show. */
  readonly read: Map<string, number | null>;
  turn: number;
}

/**
 * The keys of a bucket, as the folders on the disk hold them. A folder is read when somebody asks what is in it, and again
 * after it has changed: what a person puts or removes by hand, while the runtime runs or not, is seen by the next listing.
 */
export class BucketNames implements KeyLevels {
  readonly #root: string;
  readonly #levels = new Map<string, Level>();
  #turn = 0;

  /** `root` is the folder of the bucket's objects. */
  constructor(root: string) {
    this.#root = root;
  }

  /** From here on folders are looked at again, once each. */
  startTurn(): void {
    this.#turn += 1;
  }

  level(folder: string): SortedKeys {
    const known = this.#levels.get(folder);
    if (known !== undefined && (known.turn === this.#turn || isCurrent(known))) {
      known.turn = this.#turn;
      return known.pieces;
    }
    const { level, hasMoved } = this.#read(folder);
    const again = hasMoved ? this.#read(folder).level : level;
    if (again.read.size === 0) this.#levels.delete(folder);
    else this.#levels.set(folder, again);
    return again.pieces;
  }

  holdsAny(folder: string): boolean {
    const place = path.join(this.#root, pathOfFolder(folder));
    // Mostly the first name that there is says it, and the others need not be read.
    if (changedMs(place) === GONE) return false;
    const names = opendirSync(place);
    try {
      for (let entry = names.readSync(); entry !== null; entry = names.readSync()) {
        if (entry.isFile() && PLAIN_FILE.test(entry.name)) return true;
      }
    } finally {
      names.closeSync();
    }
    return (
      firstKey({ level: (below) => this.level(folder + below), holdsAny: () => true }, 'from', '') !== null
    );
  }

  /** Makes a change to a key's file, so that folders need not be read again for what was done here. */
  change(key: string, work: () => void): void {
    const folders = foldersOf(key).filter((folder) => {
      const level = this.#levels.get(folder);
      if (level === undefined) return false;
      if (isCurrent(level)) return true;
      this.#levels.delete(folder);
      return false;
    });
    work();
    for (const folder of folders) this.#note(folder, key);
  }

  #note(folder: string, key: string): void {
    const level = this.#levels.get(folder);
    const rest = key.slice(folder.length);
    const slash = rest.indexOf('/');
    const file = path.join(this.#root, pathOfKey(key));
    const isOwn = slash === -1;
    const place = isOwn ? file : path.join(this.#root, pathOfFolder(folder + rest.slice(0, slash + 1)));
    // A long name lies in folders of its own, which the level must know.
    if (level === undefined || (isOwn && !level.read.has(path.dirname(file)))) {
      this.#levels.delete(folder);
      return;
    }
    const piece = isOwn ? rest : rest.slice(0, slash + 1);
    if (existsSync(place)) level.pieces.add(piece);
    else level.pieces.delete(piece);
    for (const read of level.read.keys()) level.read.set(read, changedMs(read));
  }

  #read(folder: string): { readonly level: Level; readonly hasMoved: boolean } {
    const pieces: string[] = [];
    const read = new Map<string, number | null>();
    let hasMoved = false;
    const readFolder = (relative: string) => {
      const place = path.join(this.#root, relative);
      const atMs = changedMs(place);
      if (atMs === GONE) return;
      read.set(place, atMs);
      for (const entry of readdirSync(place, { withFileTypes: true })) {
        const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
        if (entry.isDirectory() && entry.name.endsWith(CONTINUED)) readFolder(name);
        else if (entry.isDirectory()) {
          const inside = keyOfPath(`${name}/x%`);
          if (inside !== null) pieces.push(inside.slice(folder.length, -1));
          else
            for (const file of filesBelow(this.#root, `${name}/`)) hasMoved = this.#takeIn(file) || hasMoved;
        } else if (entry.isFile()) {
          const piece =
            place === top && PLAIN_FILE.test(entry.name) ? entry.name : keyOfPath(name)?.slice(folder.length);
          if (piece !== undefined) pieces.push(piece);
          else hasMoved = this.#takeIn(name) || hasMoved;
        }
      }
    };
    const top = path.join(this.#root, pathOfFolder(folder));
    readFolder(pathOfFolder(folder));
    const level = { pieces: new SortedKeys(pieces), read, turn: this.#turn };
    return { level, hasMoved };
  }

  /** A name that was given by hand (`notes`, `v1.2/data.json`) becomes the one that its key has here. */
  #takeIn(name: string): boolean {
    const target = path.join(this.#root, pathOfKey(name));
    const isHidden = name.split('/').some((each) => each.startsWith('.'));
    if (isHidden || existsSync(target)) return false;
    try {
      mkdirSync(path.dirname(target), { recursive: true });
      renameSync(path.join(this.#root, name), target);
      return true;
    } catch {
      return false; // in a folder that cannot be written the rest is still served
    }
  }
}

/** The folders that a key lies in, the bucket's own first. */
function foldersOf(key: string): string[] {
  const folders = [''];
  const own = folderOfKey(key);
  for (let at = own.indexOf('/'); at !== -1; at = own.indexOf('/', at + 1))
    folders.push(own.slice(0, at + 1));
  return folders;
}

function isCurrent({ read }: Level): boolean {
  for (const [folder, atMs] of read) if (atMs === null || changedMs(folder) !== atMs) return false;
  return true;
}

/** A name of which `keyOfPath` makes itself, as most are. */
const PLAIN_FILE = /^[\w=-]{1,90}\.[\w=-]{1,90}$/;

const GONE = -1;

/** When names in a folder last came or went; null when that was just now. */
function changedMs(folder: string): number | null {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return GONE;
  return hasSettled(stats.mtimeMs) ? stats.mtimeMs : null;
}
