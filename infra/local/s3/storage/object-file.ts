import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/** Which file it is, and which state of it. */
export interface FileIdentity {
  readonly inode: number;
  readonly mtimeMs: number;
  readonly size: number;
}

/** Null when there is no plain file of this name. */
export function identify(file: string): FileIdentity | null {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats?.isFile() ? { inode: stats.ino, mtimeMs: stats.mtimeMs, size: stats.size } : null;
  } catch {
    return null; // a part of the path is a file, or the name is longer than the file system takes
  }
}

/** A file system's clock ticks ever so often: two changes within a tick have one time. */
const TICK_MS = 20;

/** Whether a change that is still to come will have another time than this one. */
export function hasSettled(mtimeMs: number): boolean {
  return Date.now() - mtimeMs > TICK_MS;
}

export function md5Tag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The bytes from `start` up to and without `end`, or as many of them as there are. */
export function readPart(file: string, start: number, end: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(end - start);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, start + length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** The plain files below a folder, as paths relative to it with `/` between names. */
export function* filesBelow(folder: string, prefix = ''): Generator<string> {
  for (const entry of readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, `${name}/`);
    else if (entry.isFile()) yield name;
  }
}

/** Removes a folder and those above it, up to and without `top`, as long as they are empty. */
export function removeEmptyFolders(folder: string, top: string): void {
  for (let each = folder; each !== top && each.startsWith(top); each = path.dirname(each)) {
    try {
      rmdirSync(each);
    } catch {
      return; // not empty
    }
  }
}
