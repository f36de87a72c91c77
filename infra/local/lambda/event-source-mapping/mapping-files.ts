import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isObject, parseCheckpoint, parseMapping, serializeCheckpoint } from './checkpoint-text.ts';
import type { Checkpoint, MappingStore, StoredMapping } from './mapping-store.ts';

/** Thrown at the start for a file that this runtime did not write, or that was damaged since. */
export class UnreadableFileError extends Error {
  override name = 'UnreadableFileError' as const;

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Expected ${file} to be readable, got: ${reason}. Restore the file, or delete it: without its checkpoint a shard is read again from the mapping's starting position.`,
      { cause },
    );
  }
}

const MAPPING_FILE = 'mapping.json';

/**
 * `<directory>/<uuid>/mapping.json` and `<directory>/<uuid>/<shardId>.json`. A file is written beside its place and then
 * renamed, so a kill in mid-write leaves the old one whole.
 */
export function openMappingFiles(directory: string): MappingStore {
  const folder = (uuid: string) => path.join(directory, uuid);
  const shardFile = (uuid: string, shardId: string) => path.join(directory, uuid, `${shardId}.json`);

  return {
    async mappings() {
      const stored: StoredMapping[] = [];
      for (const uuid of await list(directory)) {
        const names = await list(folder(uuid));
        if (names.includes(MAPPING_FILE)) {
          stored.push(await load(path.join(folder(uuid), MAPPING_FILE), parseMapping));
        } else {
          // A kill came before the mapping was made, or in the middle of its deletion.
          await rm(folder(uuid), { recursive: true, force: true });
        }
      }
      return stored.sort((a, b) => a.createdMs - b.createdMs);
    },

    async saveMapping(mapping) {
      const { UUID } = mapping.configuration;
      await mkdir(folder(UUID), { recursive: true });
      await replace(path.join(folder(UUID), MAPPING_FILE), `${JSON.stringify(mapping, null, 2)}\n`);
    },

    async removeMapping(uuid) {
      await rm(path.join(folder(uuid), MAPPING_FILE), { force: true });
      await rm(folder(uuid), { recursive: true, force: true, maxRetries: 3 });
    },

    async checkpoints(uuid) {
      const checkpoints = new Map<string, Checkpoint>();
      for (const name of await list(folder(uuid))) {
        const shardId = /^(shardId-.+)\.json$/.exec(name)?.[1];
        if (shardId === undefined) continue;
        checkpoints.set(shardId, await load(shardFile(uuid, shardId), parseCheckpoint));
      }
      return checkpoints;
    },

    async saveCheckpoint(uuid, shardId, checkpoint) {
      await replace(shardFile(uuid, shardId), serializeCheckpoint(checkpoint));
    },

    async removeCheckpoint(uuid, shardId) {
      await rm(shardFile(uuid, shardId), { force: true });
    },
  };
}

async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  try {
    await writeFile(beside, text);
  } catch (error) {
    if (!isObject(error) || error.code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(beside, text);
  }
  await rename(beside, file);
}

async function load<T>(file: string, parse: (text: string) => T): Promise<T> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UnreadableFileError(file, error);
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isObject(error) && error.code === 'ENOENT') return [];
    throw error;
  }
}
