import { parseCheckpoint, serializeCheckpoint } from '../lambda/event-source-mapping/checkpoint-text.ts';
import type {
  Checkpoint,
  MappingStore,
  StoredMapping,
} from '../lambda/event-source-mapping/mapping-store.ts';

/** The mapping's folder, as it is on a disk: whole values only, and it survives the process. */
export class MemoryDisk {
  readonly mappings = new Map<string, StoredMapping>();
  /** By uuid and shard: the text of the file. */
  readonly checkpoints = new Map<string, Map<string, string>>();

  /** Waits before and after every write: a process that dies there has not written, or has. `before` may throw. */
  store(before: () => Promise<void> = noWait, after: () => Promise<void> = noWait): MappingStore {
    const folder = (uuid: string) => {
      const found = this.checkpoints.get(uuid) ?? new Map<string, string>();
      this.checkpoints.set(uuid, found);
      return found;
    };
    const write = async (change: () => void) => {
      await before();
      change();
      await after();
    };
    return {
      mappings: async () => [...this.mappings.values()],
      saveMapping: (mapping) => write(() => this.mappings.set(mapping.configuration.UUID, mapping)),
      removeMapping: (uuid) =>
        write(() => {
          this.mappings.delete(uuid);
          this.checkpoints.delete(uuid);
        }),
      checkpoints: async (uuid) =>
        new Map(Array.from(folder(uuid), ([shardId, text]) => [shardId, parseCheckpoint(text)])),
      saveCheckpoint: (uuid, shardId, checkpoint) => {
        const text = serializeCheckpoint(checkpoint);
        return write(() => folder(uuid).set(shardId, text));
      },
      removeCheckpoint: (uuid, shardId) => write(() => folder(uuid).delete(shardId)),
    };
  }

  /** The one checkpoint of a shard, as the next process will find it. */
  checkpoint(shardId: string): Checkpoint | null {
    for (const shards of this.checkpoints.values()) {
      const text = shards.get(shardId);
      if (text !== undefined) return parseCheckpoint(text);
    }
    return null;
  }
}

async function noWait(): Promise<void> {}
