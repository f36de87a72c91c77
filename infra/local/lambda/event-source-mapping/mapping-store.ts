import type { EventSourceMappingConfiguration, Tags } from '../event-source-mappings.ts';
import type { Progress } from '../window-tracker.ts';

/** Where one shard stands: stored as one value, after every success. */
export interface Checkpoint {
  /** The length of the windows that `progress` was made with; 0 without windows. */
  readonly windowSeconds: number;
  readonly progress: Progress;
  /** The shard is closed, read to its end, and its last window is closed: its children may start. */
  readonly ended: boolean;
}

export interface StoredMapping {
  /** Epoch milliseconds. */
  readonly createdMs: number;
  /** In the state that it is to reach: Enabled or Disabled. */
  readonly configuration: EventSourceMappingConfiguration;
  readonly tags: Tags;
}

/**
 * What survives the process. Each save is atomic: a reader finds the old value or the new one, whatever happens.
 * Implemented on files, and in memory by the simulation.
 */
export interface MappingStore {
  /** In the order of their creation. */
  mappings(): Promise<readonly StoredMapping[]>;
  saveMapping(mapping: StoredMapping): Promise<void>;
  /** The mapping and its checkpoints. */
  removeMapping(uuid: string): Promise<void>;
  checkpoints(uuid: string): Promise<ReadonlyMap<string, Checkpoint>>;
  saveCheckpoint(uuid: string, shardId: string, checkpoint: Checkpoint): Promise<void>;
  removeCheckpoint(uuid: string, shardId: string): Promise<void>;
}
