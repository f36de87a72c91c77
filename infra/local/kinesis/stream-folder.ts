import { hash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { shardIdOf, shardIndexOf } from '../../../lib/core/shard-index.ts';
import { DamageError, StorageError } from './kinesis-error.ts';
import { readStreamMetadata, type StreamMetadata } from './stream-metadata.ts';

/** A stream that is on the disk. */
export interface StoredStream {
  readonly folder: string;
  readonly metadata: StreamMetadata;
}

const DELETED_PREFIX = '~deleted-';
const FORCE = { recursive: true, force: true };

/**
 * The folder of a stream's files: its name, made safe. A name may be `.` or `..`, and two names may differ in case only,
 * which some file systems do not tell apart. `%` and `~` are in no stream name.
 */
export function folderOfStream(streamName: string): string {
  const visible = streamName.replace(/^\./, '%2E');
  if (streamName === streamName.toLowerCase()) return visible;
  return `${visible}~${hash('md5', streamName, 'hex').slice(0, 8)}`;
}

/**
 * The streams in the folder, which is made if need be. What a crash left of a deletion, or of a creation that nobody was
 * told of, is cleared away; what could be anything else is refused. Throws StorageError.
 */
export function storedStreams(root: string): StoredStream[] {
  try {
    fs.mkdirSync(root, { recursive: true });
    const entries = fs.readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return entries.flatMap(({ name }) => {
      const folder = path.join(root, name);
      const metadata = name.startsWith(DELETED_PREFIX) ? null : readStreamMetadata(folder);
      if (metadata !== null) {
        clearExpiredShards(folder, metadata);
        return [{ folder, metadata }];
      }
      fs.rmSync(folder, FORCE);
      return [];
    });
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError('open', root, error);
  }
}

/** Shards that had expired, but whose files were still there when the process ended. */
function clearExpiredShards(folder: string, { shards, nextShardIndex }: StreamMetadata): void {
  const kept = new Set(shards.map(({ index }) => shardIdOf(index)));
  for (const name of fs.readdirSync(folder)) {
    const index = shardIndexOf(name);
    if (index === null || kept.has(name)) continue;
    const shardFolder = path.join(folder, name);
    if (index >= nextShardIndex) {
      const otherwise = 'move the folder away: the records in it are lost then';
      throw new StorageError(
        'open',
        shardFolder,
        new DamageError('stream.json beside it is older than this shard', otherwise),
      );
    }
    fs.rmSync(shardFolder, FORCE);
  }
}

/**
 * The rename is the moment of truth: what a crash leaves under the other name is removed by the next start. Throws
 * StorageError; the stream is as it was then.
 */
export function deleteStreamFolder(folder: string): void {
  const grave = path.join(path.dirname(folder), `${DELETED_PREFIX}${randomUUID()}`);
  try {
    fs.renameSync(folder, grave);
  } catch (error) {
    throw new StorageError('delete', folder, error);
  }
  try {
    fs.rmSync(grave, FORCE);
  } catch {} // it is deleted all the same, and the next start tries again
}
