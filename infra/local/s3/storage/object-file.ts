import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { S3Error } from '../wire/s3-error.ts';
import type { StoredObject } from './object-metadata.ts';

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

/**
 * What is to be said of a file, given what was written of its key, oldest first. A line that names this very file is
 * exact: inodes are used again, but never while a later line's file was there, so the newest such line is the one.
 * In a data folder that was copied no file is the same any more; then equal bytes are taken for the same object.
 */
export function describeFile(
  file: string,
  identity: FileIdentity,
  lines: readonly StoredObject[],
): StoredObject {
  const own = lines.findLast(
    ({ inode, mtimeMs, size }) =>
      inode === identity.inode && mtimeMs === identity.mtimeMs && size === identity.size,
  );
  if (own !== undefined) return own;
  const etag = md5Tag(readFileSync(file));
  const same = lines.findLast((line) => line.etag === etag && line.size === identity.size);
  if (same !== undefined) return { ...same, ...identity };
  return {
    ...identity,
    etag,
    lastModifiedMs: Math.floor(identity.mtimeMs),
    headers: { 'content-type': file.endsWith('.json') ? 'application/json' : 'binary/octet-stream' },
  };
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

/** Throws S3Error InternalError with the cause when the data folder is full, unwritable or otherwise in the way. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof S3Error) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new S3Error('InternalError', `The data folder could not be used: ${cause}`);
  }
}
