import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ShardDescription } from '../../kinesis/stream-reader.ts';
import type {
  CreateEventSourceMapping,
  EventSourceMappingConfiguration,
  EventSourceMappings,
  Tags,
  UpdateEventSourceMapping,
} from '../event-source-mappings.ts';
import { invalidParameterValue, noSuchMapping, resourceConflict } from '../lambda-error.ts';
import { beginAt } from '../window-tracker.ts';
import { ManagedMapping } from './managed-mapping.ts';
import { defineMapping, withSettings } from './mapping-definition.ts';
import type { MappingEnvironment } from './mapping-environment.ts';
import { openMappingFiles } from './mapping-files.ts';
import type { MappingStatus } from './status.ts';

export interface RunningEventSourceMappings extends EventSourceMappings {
  /**
   * Makes sure that there is a mapping of this stream and function with these settings, and waits until it is in force.
   * A position once taken is kept: the starting position counts only when the mapping is new.
   */
  ensure(input: CreateEventSourceMapping): Promise<EventSourceMappingConfiguration>;
  status(): Promise<readonly MappingStatus[]>;
  /** Stops reading and invoking. An invocation that does not come back soon is made again by the next start. */
  close(): Promise<void>;
}

export interface EventSourceMappingsOptions extends Omit<MappingEnvironment, 'store' | 'newId'> {
  /** Keeps `event-source-mappings/` in it. */
  readonly dataDir: string;
}

/** Goes on where the last process stopped, or was stopped. Throws UnreadableFileError, StorageError. */
export function openEventSourceMappings(
  options: EventSourceMappingsOptions,
): Promise<RunningEventSourceMappings> {
  const { dataDir, ...environment } = options;
  return startEventSourceMappings({
    ...environment,
    store: openMappingFiles(path.join(dataDir, 'event-source-mappings')),
    newId: randomUUID,
  });
}

export async function startEventSourceMappings(
  environment: MappingEnvironment,
): Promise<RunningEventSourceMappings> {
  const registry = new MappingRegistry(environment);
  await registry.open();
  return registry;
}

/** How long `close` waits for invocations under way. */
const CLOSE_MS = 1_500;

class MappingRegistry implements RunningEventSourceMappings {
  readonly #environment: MappingEnvironment;
  readonly #mappings = new Map<string, ManagedMapping>();

  constructor(environment: MappingEnvironment) {
    this.#environment = environment;
  }

  async open(): Promise<void> {
    const { reader, store } = this.#environment;
    for (const stored of await store.mappings()) {
      const { EventSourceArn, UUID } = stored.configuration;
      // What is damaged is said now, not by a shard that stands still.
      for (const [shardId, { progress }] of await store.checkpoints(UUID)) {
        reader.requirePosition(EventSourceArn, shardId, progress.position);
      }
      const mapping = new ManagedMapping(this.#environment, stored);
      this.#mappings.set(UUID, mapping);
      mapping.run();
    }
  }

  async create(input: CreateEventSourceMapping): Promise<EventSourceMappingConfiguration> {
    const { clock, newId, reader, store } = this.#environment;
    const createdMs = clock.now();
    const configuration = defineMapping(input, newId(), createdMs);
    const { EventSourceArn: streamArn, FunctionArn: functionArn, UUID } = configuration;
    this.#refuseSecond(streamArn, functionArn);

    const shards = await reader.shards(streamArn).catch((error: unknown) => {
      if (error instanceof Error && 'type' in error && error.type === 'ResourceNotFoundException') {
        throw invalidParameterValue(`Stream not found: ${streamArn}`);
      }
      throw error;
    });
    this.#refuseSecond(streamArn, functionArn);
    const mapping = new ManagedMapping(this.#environment, {
      createdMs,
      configuration,
      tags: input.Tags ?? {},
    });
    this.#mappings.set(UUID, mapping);
    try {
      if (configuration.StartingPosition === 'LATEST') await this.#settleLatest(configuration, shards);
      await store.saveMapping(mapping.stored);
    } catch (error) {
      this.#mappings.delete(UUID);
      throw error;
    }
    const answer = mapping.configuration;
    mapping.runSoon();
    return answer;
  }

  async get(uuid: string): Promise<EventSourceMappingConfiguration> {
    return this.#mapping(uuid).configuration;
  }

  async list(): Promise<readonly EventSourceMappingConfiguration[]> {
    return Array.from(this.#mappings.values(), ({ configuration }) => configuration);
  }

  async update(uuid: string, input: UpdateEventSourceMapping): Promise<EventSourceMappingConfiguration> {
    const mapping = this.#mapping(uuid);
    mapping.refuseIfInUse('update');
    const before = mapping.stored.configuration;
    const configuration: EventSourceMappingConfiguration = {
      ...withSettings(before, input),
      StateTransitionReason: 'User action',
      LastModified: this.#environment.clock.now() / 1000,
    };
    if (configuration.FunctionArn !== before.FunctionArn) {
      this.#refuseSecond(configuration.EventSourceArn, configuration.FunctionArn);
    }
    await mapping.update(configuration);
    return mapping.configuration;
  }

  async delete(uuid: string): Promise<EventSourceMappingConfiguration> {
    const mapping = this.#mapping(uuid);
    mapping.delete(() => this.#mappings.delete(uuid));
    return mapping.configuration;
  }

  async tags(uuid: string): Promise<Tags> {
    return this.#mapping(uuid).stored.tags;
  }

  async setTags(uuid: string, tags: Tags): Promise<void> {
    await this.#mapping(uuid).setTags(tags);
  }

  async ensure(input: CreateEventSourceMapping): Promise<EventSourceMappingConfiguration> {
    const existing = [...this.#mappings.values()].find(
      ({ configuration }) =>
        configuration.EventSourceArn === input.EventSourceArn &&
        configuration.FunctionArn === input.FunctionArn,
    );
    if (existing === undefined) {
      const mapping = this.#mapping((await this.create(input)).UUID);
      await mapping.settled;
      return mapping.configuration;
    }
    await existing.settled;
    const { configuration } = existing.stored;
    const {
      StartingPosition: _,
      StartingPositionTimestamp: __,
      EventSourceArn: ___,
      Tags: ____,
      ...settings
    } = input;
    if (!isDeepStrictEqual(withSettings(configuration, settings), configuration)) {
      await this.update(configuration.UUID, settings);
      await existing.settled;
    }
    return existing.configuration;
  }

  async status(): Promise<readonly MappingStatus[]> {
    return Promise.all(Array.from(this.#mappings.values(), (mapping) => mapping.status()));
  }

  async close(): Promise<void> {
    const mappings = [...this.#mappings.values()];
    const closed = Promise.all(mappings.map((mapping) => mapping.close()));
    const late = new AbortController();
    await Promise.race([closed, this.#environment.clock.sleep(CLOSE_MS, late.signal)]);
    late.abort();
    for (const mapping of mappings) mapping.abandon();
  }

  /** What is latest is settled when the mapping is made, and stored: not by the first read after some restart. */
  async #settleLatest(
    {
      EventSourceArn: streamArn,
      TumblingWindowInSeconds: windowSeconds,
      UUID,
    }: EventSourceMappingConfiguration,
    shards: readonly ShardDescription[],
  ): Promise<void> {
    const { reader, store } = this.#environment;
    for (const { shardId } of shards) {
      const page = await reader.read(streamArn, shardId, { type: 'LATEST' }, { maxRecords: 1, maxBytes: 1 });
      await store.saveCheckpoint(UUID, shardId, {
        windowSeconds,
        progress: beginAt(page.next),
        ended: page.ended,
      });
    }
  }

  #mapping(uuid: string): ManagedMapping {
    const mapping = this.#mappings.get(uuid);
    if (mapping === undefined) throw noSuchMapping();
    return mapping;
  }

  #refuseSecond(streamArn: string, functionArn: string): void {
    for (const { configuration } of this.#mappings.values()) {
      const { EventSourceArn, FunctionArn, UUID } = configuration;
      if (EventSourceArn !== streamArn || FunctionArn !== functionArn) continue;
      const functionName = functionArn.split(':')[6] ?? functionArn;
      throw resourceConflict(
        `The event source arn (" ${streamArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${UUID}`,
      );
    }
  }
}
