import fs from 'node:fs';
import path from 'node:path';
import { seal, unseal } from '../sealed-text.ts';
import type { HashKey } from './hash-key.ts';
import { DamageError, StorageError } from './kinesis-error.ts';

/** All that is known of a stream but its records: one JSON file, replaced as a whole by a rename. */
export interface StreamMetadata {
  readonly version: 1;
  readonly streamName: string;
  /** Epoch milliseconds. */
  readonly createdMs: number;
  readonly retentionHours: number;
  /** Null where the creator did not say: provisioned. */
  readonly mode: StreamMode | null;
  readonly tags: Readonly<Record<string, string>>;
  /** The most that a record may have, partition key included, in KiB. Left out where nobody has changed it: 1,024. */
  readonly maxRecordKib?: number;
  /** Left out where nobody has changed it: by the partition keys. */
  readonly distribution?: DistributionStrategy;
  /** Left out where there never was one. Those that are gone may still be in it. */
  readonly consumers?: readonly StreamConsumer[];
  /** In the order of their creation, so parents before children. Expired ones are gone. */
  readonly shards: readonly ShardMetadata[];
  readonly nextShardIndex: number;
  /** What the stream is busy with; its effect shows when it is due. */
  readonly transition: StreamTransition | null;
}

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';
export type DistributionStrategy = 'AUTO' | 'USER_PARTITION_KEY';

/** What a stream can be changed to be while it is there. */
export type StreamSettings = Partial<
  Pick<StreamMetadata, 'retentionHours' | 'mode' | 'maxRecordKib' | 'distribution'>
>;

export interface ShardMetadata {
  readonly index: number;
  /** Epoch seconds, as in the shard's sequence numbers. */
  readonly createdSeconds: number;
  /** Both inclusive. */
  readonly firstHashKey: HashKey;
  readonly lastHashKey: HashKey;
  readonly parents: readonly number[];
  /** Epoch milliseconds; null while the shard is open. */
  readonly closedMs: number | null;
  /** Which files its log has, in order, each by the index of its first record. Left out while there are none. */
  readonly files?: readonly number[];
}

/** Who reads a stream by enhanced fan-out; stored with the stream. Times are epoch milliseconds. */
export interface StreamConsumer {
  readonly name: string;
  readonly createdMs: number;
  /** CREATING until then. */
  readonly activeMs: number;
  /** DELETING until then; null while nobody has deregistered it. */
  readonly goneMs: number | null;
  /** Left out where it never had one. */
  readonly tags?: Readonly<Record<string, string>>;
}

export type StreamTransition = { readonly dueMs: number } & (
  | { readonly kind: 'create' | 'delete' }
  | { readonly kind: 'split'; readonly shardIndex: number; readonly hashKey: HashKey }
  | { readonly kind: 'merge'; readonly shardIndex: number; readonly adjacentIndex: number }
  | { readonly kind: 'scale'; readonly shardCount: number }
  | { readonly kind: 'change'; readonly settings: StreamSettings }
);

const FILE_NAME = 'stream.json';
const NEW_SUFFIX = '.new';

/** A new stream's folder and its file. Throws StorageError. */
export function createStreamFolder(folder: string, metadata: StreamMetadata): void {
  try {
    // Not the folder above it: where that is gone, the data folder was deleted behind the runtime's back.
    if (!fs.existsSync(folder)) fs.mkdirSync(folder);
  } catch (error) {
    throw new StorageError('create', folder, error);
  }
  writeStreamMetadata(folder, metadata);
}

export function hasStreamMetadata(folder: string): boolean {
  return fs.existsSync(path.join(folder, FILE_NAME));
}

/** A crash leaves the old file or the new one, never a mixture: the rename is the moment of truth. Throws StorageError. */
export function writeStreamMetadata(folder: string, metadata: StreamMetadata): void {
  const file = path.join(folder, FILE_NAME);
  const temporary = `${file}${NEW_SUFFIX}`;
  try {
    fs.writeFileSync(temporary, seal(JSON.stringify(metadata, null, 2)));
    fs.renameSync(temporary, file);
  } catch (error) {
    throw new StorageError('write', file, error);
  }
}

/**
 * Null for the folder of a stream whose creation nobody was told of: a crash came before its first file was whole. Throws
 * StorageError where the file is damaged, or where it is gone and the shards' are not.
 */
export function readStreamMetadata(folder: string): StreamMetadata | null {
  const file = path.join(folder, FILE_NAME);
  const otherwise = "delete its folder: the stream's records are lost then";
  try {
    if (!fs.existsSync(file)) {
      if (fs.readdirSync(folder).every((name) => name === `${FILE_NAME}${NEW_SUFFIX}`)) return null;
      throw new DamageError("the file is gone, and the stream's records are still there", otherwise);
    }
    const text = fs.readFileSync(file, 'utf8');
    try {
      const metadata: unknown = JSON.parse(unseal(text));
      if (!isStreamMetadata(metadata)) throw new TypeError('expected the metadata of a stream, version 1');
      return metadata;
    } catch (error) {
      throw new DamageError(error instanceof Error ? error.message : String(error), otherwise, {
        cause: error,
      });
    }
  } catch (error) {
    throw new StorageError('read', file, error);
  }
}

/** The file is written by this module only, so its version and shape are asked, not every value. */
function isStreamMetadata(value: unknown): value is StreamMetadata {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'streamName' in value &&
    typeof value.streamName === 'string' &&
    'shards' in value &&
    Array.isArray(value.shards)
  );
}
