import { parseCheckpoint, serializeCheckpoint } from '../lambda/event-source-mapping/checkpoint-text.ts';
import type {
  Checkpoint,
  MappingStore,
  StoredMapping,
} from '../lambda/event-source-mapping/mapping-store.ts';

/** The mapping's folder, as it is on a disk: whole values only, and it survives the process. */
export class MemoryDisk {
  readonly mappings = new Map<string, StoredMapping>();
  /** By uuid and shard. A checkpoint never changes: it becomes the text of a file when somebody reads it. */
  readonly checkpoints = new Map<string, Map<string, Checkpoint>>();

  /** Waits before and after every write: a process that dies there has not written, or has. `before` may throw. */
  store(before: () => Promise<void> = noWait, after: () => Promise<void> = noWait): MappingStore {
    const folder = (uuid: string) => {
      const found = this.checkpoints.get(uuid) ?? new Map<string, Checkpoint>();
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
        new Map(Array.from(folder(uuid), ([shardId, checkpoint]) => [shardId, asRead(checkpoint)])),
      saveCheckpoint: (uuid, shardId, checkpoint) => write(() => folder(uuid).set(shardId, checkpoint)),
      removeCheckpoint: (uuid, shardId) => write(() => folder(uuid).delete(shardId)),
    };
  }

  /** The one checkpoint of a shard, as the next process will find it. */
  checkpoint(shardId: string): Checkpoint | null {
    for (const shards of this.checkpoints.values()) {
      const checkpoint = shards.get(shardId);
      if (checkpoint !== undefined) return asRead(checkpoint);
    }
    return null;
  }
}

async function noWait(): Promise<void> {}

function asRead(checkpoint: Checkpoint): Checkpoint {
  return parseCheckpoint(serializeCheckpoint(checkpoint));
}
