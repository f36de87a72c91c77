import fs from 'node:fs';
import path from 'node:path';
import type { HashKey } from './hash-key.ts';
import { StorageError } from './kinesis-error.ts';

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
  /** In the order of their creation, so parents before children. Expired ones are gone. */
  readonly shards: readonly ShardMetadata[];
  readonly nextShardIndex: number;
  /** What the stream is busy with; its effect shows when it is due. */
  readonly transition: StreamTransition | null;
}

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

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
}

export type StreamTransition = { readonly dueMs: number } & (
  | { readonly kind: 'create' | 'delete' }
  | { readonly kind: 'split'; readonly shardIndex: number; readonly hashKey: HashKey }
  | { readonly kind: 'merge'; readonly shardIndex: number; readonly adjacentIndex: number }
  | { readonly kind: 'scale'; readonly shardCount: number }
);

const FILE_NAME = 'stream.json';

/** A crash leaves the old file or the new one, never a mixture: the rename is the moment of truth. */
export function writeStreamMetadata(folder: string, metadata: StreamMetadata): void {
  const file = path.join(folder, FILE_NAME);
  const temporary = `${file}.new`;
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(temporary, `${JSON.stringify(metadata, null, 2)}\n`);
    fs.renameSync(temporary, file);
  } catch (error) {
    throw new StorageError('write', file, error);
  }
}

/** Null when the folder has no such file: a crash came between its creation and the first write. */
export function readStreamMetadata(folder: string): StreamMetadata | null {
  const file = path.join(folder, FILE_NAME);
  if (!fs.existsSync(file)) return null;
  try {
    const metadata: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (!isStreamMetadata(metadata)) throw new Error('expected the metadata of a stream, version 1');
    return metadata;
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
