import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { shellWord } from '../../../../lib/core/shell-word.ts';
import { seal, unseal } from '../../sealed-text.ts';
import { isObject, parseCheckpoint, parseMapping, serializeCheckpoint } from './checkpoint-text.ts';
import type { Checkpoint, MappingStore, StoredMapping } from './mapping-store.ts';

/** Thrown at the start for a file that this runtime did not write, that was damaged since, or that is gone. */
export class UnreadableFileError extends Error {
  override name = 'UnreadableFileError' as const;

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Expected ${file} to be readable, got: ${reason}. Restore the file, or ${otherwise(file)}.`, {
      cause,
    });
  }
}

function otherwise(file: string): string {
  const name = path.basename(file);
  if (name === SHARDS_FILE) return 'delete it: then a checkpoint that is gone is not missed';
  const cost =
    "without its checkpoint a shard is read again from the mapping's starting position, and what it has counted in windows of another length is counted twice";
  return name === MAPPING_FILE
    ? `delete it and its folder: ${cost}`
    : `empty it (\`truncate -s 0 ${shellWord(file)}\`): ${cost}`;
}

const MAPPING_FILE = 'mapping.json';
/** Which shards have a checkpoint: one that is deleted behind the runtime's back is missed. */
const SHARDS_FILE = 'shards.json';
/** Stands in a folder that was made for checkpoints, until the mapping is stored: only then is its creation answered. */
const UNFINISHED_FILE = 'unfinished';
/** A folder whose mapping is deleted, whatever may still be in it. */
const DELETED_PREFIX = '~deleted-';

const PARTIAL_SUFFIX = '.new';

const isPartial = (name: string) => name.endsWith(PARTIAL_SUFFIX);

/**
 * `<directory>/<uuid>/mapping.json`, `shards.json` and `<shardId>.json`, each with a checksum. A file is written beside
 * its place and then renamed, so a kill in mid-write leaves the old one whole.
 */
export function openMappingFiles(directory: string): MappingStore {
  const folder = (uuid: string) => path.join(directory, uuid);
  const shardFile = (uuid: string, shardId: string) => path.join(directory, uuid, `${shardId}.json`);
  const shardsFile = (uuid: string) => path.join(directory, uuid, SHARDS_FILE);
  const noted = new Map<string, ReadonlySet<string>>();
  let noting: Promise<void> = Promise.resolve();

  /** One after the other: several shards may have their first checkpoint at once. */
  const note = (uuid: string, change: (shards: Set<string>) => void): Promise<void> => {
    const done = noting.then(async () => {
      const shards = new Set(noted.get(uuid) ?? (await loadShards(shardsFile(uuid))));
      change(shards);
      await replace(shardsFile(uuid), JSON.stringify({ shards: [...shards].sort() }));
      noted.set(uuid, shards);
    });
    noting = done.catch(() => {});
    return done;
  };

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
      noted.delete(uuid);
      await rm(grave, { recursive: true, force: true, maxRetries: 3 });
    },

    async checkpoints(uuid) {
      const checkpoints = new Map<string, Checkpoint>();
      const names = await list(folder(uuid), 'files');
      const present = names.flatMap((name) => /^(shardId-.+)\.json$/.exec(name)?.[1] ?? []);
      const shards = names.includes(SHARDS_FILE) ? await loadShards(shardsFile(uuid)) : [];
      for (const shardId of new Set([...present, ...shards])) {
        const checkpoint = await load(shardFile(uuid, shardId), parseUnlessEmpty);
        if (checkpoint !== null) checkpoints.set(shardId, checkpoint);
      }
      return checkpoints;
    },

    async saveCheckpoint(uuid, shardId, checkpoint) {
      await replace(shardFile(uuid, shardId), serializeCheckpoint(checkpoint));
      if (!noted.get(uuid)?.has(shardId)) await note(uuid, (shards) => shards.add(shardId));
    },

    async removeCheckpoint(uuid, shardId) {
      await note(uuid, (shards) => shards.delete(shardId));
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

/** An empty one says that what was in it is given up. */
function parseUnlessEmpty(json: string): Checkpoint | null {
  return json === '' ? null : parseCheckpoint(json);
}

async function loadShards(file: string): Promise<readonly string[]> {
  const parse = (json: string) => {
    const value: unknown = JSON.parse(json);
    if (!isObject(value) || !Array.isArray(value.shards)) throw new TypeError('expected a list of shards');
    return value.shards.map(String);
  };
  return existsSync(file) ? load(file, parse) : [];
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
