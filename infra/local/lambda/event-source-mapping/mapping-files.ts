import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { seal, unseal } from '../../sealed-text.ts';
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
      `Expected ${file} to be readable, got: ${reason}. Restore the file, or delete it${isMapping(file) ? ' and its folder' : ''}: without its checkpoint a shard is read again from the mapping's starting position.`,
      { cause },
    );
  }
}

const MAPPING_FILE = 'mapping.json';
/** Stands in a folder that was made for checkpoints, until the mapping is stored: only then is its creation answered. */
const UNFINISHED_FILE = 'unfinished';
/** A folder whose mapping is deleted, whatever may still be in it. */
const DELETED_PREFIX = '~deleted-';

const PARTIAL_SUFFIX = '.new';

const isMapping = (file: string) => path.basename(file) === MAPPING_FILE;
const isPartial = (name: string) => name.endsWith(PARTIAL_SUFFIX);

/**
 * `<directory>/<uuid>/mapping.json` and `<directory>/<uuid>/<shardId>.json`, each with a checksum. A file is written beside
 * its place and then renamed, so a kill in mid-write leaves the old one whole.
 */
export function openMappingFiles(directory: string): MappingStore {
  const folder = (uuid: string) => path.join(directory, uuid);
  const shardFile = (uuid: string, shardId: string) => path.join(directory, uuid, `${shardId}.json`);

  return {
    async mappings() {
      const stored: StoredMapping[] = [];
      for (const name of await list(directory, 'folders')) {
        const names = await list(folder(name), 'files');
        // A kill came before the mapping was made, or in the middle of its deletion.
        if (name.startsWith(DELETED_PREFIX) || names.includes(UNFINISHED_FILE) || names.every(isPartial)) {
          await rm(folder(name), { recursive: true, force: true });
        } else {
          stored.push(await load(path.join(folder(name), MAPPING_FILE), parseMapping));
        }
      }
      return stored.sort((a, b) => a.createdMs - b.createdMs);
    },

    async saveMapping(mapping) {
      const { UUID } = mapping.configuration;
      await mkdir(folder(UUID), { recursive: true });
      await replace(path.join(folder(UUID), MAPPING_FILE), JSON.stringify(mapping, null, 2));
      await rm(path.join(folder(UUID), UNFINISHED_FILE), { force: true });
    },

    async removeMapping(uuid) {
      const grave = path.join(directory, `${DELETED_PREFIX}${uuid}`);
      if ((await list(folder(uuid), 'files')).length === 0) return;
      await rename(folder(uuid), grave);
      await rm(grave, { recursive: true, force: true, maxRetries: 3 });
    },

    async checkpoints(uuid) {
      const checkpoints = new Map<string, Checkpoint>();
      for (const name of await list(folder(uuid), 'files')) {
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

async function replace(file: string, json: string): Promise<void> {
  const partial = `${file}${PARTIAL_SUFFIX}`;
  const text = seal(json);
  try {
    await writeFile(partial, text);
  } catch (error) {
    if (!isObject(error) || error.code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(path.join(path.dirname(file), UNFINISHED_FILE), '');
    await writeFile(partial, text);
  }
  await rename(partial, file);
}

async function load<T>(file: string, parse: (json: string) => T): Promise<T> {
  try {
    return parse(unseal(await readFile(file, 'utf8')));
  } catch (error) {
    throw new UnreadableFileError(file, error);
  }
}

async function list(directory: string, wanted: 'files' | 'folders'): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() === (wanted === 'folders')).map(({ name }) => name);
  } catch (error) {
    if (isObject(error) && error.code === 'ENOENT') return [];
    throw error;
  }
}
