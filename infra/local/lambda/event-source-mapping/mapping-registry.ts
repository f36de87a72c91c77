import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type {
  CreateEventSourceMapping,
  EventSourceMappingConfiguration,
  EventSourceMappingState,
  EventSourceMappings,
  UpdateEventSourceMapping,
} from '../event-source-mappings.ts';
import { invalidParameterValue, resourceConflict, resourceInUse, resourceNotFound } from '../lambda-error.ts';
import { beginAt } from '../window-tracker.ts';
import { defineMapping, withSettings } from './mapping-definition.ts';
import { openMappingFiles } from './mapping-files.ts';
import { type MappingEnvironment, MappingRunner, statusOf } from './mapping-runner.ts';
import type { StoredMapping } from './mapping-store.ts';
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

/** Goes on where the last process stopped, or was stopped. @throws UnreadableFileError */
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

interface Entry {
  stored: StoredMapping;
  /** What is said to the API: the stored state, or the way there. */
  state: EventSourceMappingState;
  runner: MappingRunner | null;
  /** The change under way; settled when there is none. */
  transition: Promise<void>;
  /** Writes of the stored mapping, one after the other. */
  saving: Promise<void>;
}

class MappingRegistry implements RunningEventSourceMappings {
  readonly #environment: MappingEnvironment;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(environment: MappingEnvironment) {
    this.#environment = environment;
  }

  async open(): Promise<void> {
    const { store } = this.#environment;
    for (const stored of await store.mappings()) {
      const { UUID, State } = stored.configuration;
      await store.checkpoints(UUID); // a damaged one is said now, not by a shard that stands still
      const entry = this.#add(stored, State);
      this.#run(entry);
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
    const entry = this.#add({ createdMs, configuration }, 'Creating');
    try {
      if (configuration.StartingPosition === 'LATEST') {
        // What is latest is settled here and now, and stored: not by the first read after some restart.
        for (const { shardId } of shards) {
          const page = await reader.read(
            streamArn,
            shardId,
            { type: 'LATEST' },
            { maxRecords: 1, maxBytes: 1 },
          );
          await store.saveCheckpoint(UUID, shardId, {
            windowSeconds: configuration.TumblingWindowInSeconds,
            progress: beginAt(page.next),
            ended: page.ended,
          });
        }
      }
      await store.saveMapping(entry.stored);
    } catch (error) {
      this.#entries.delete(UUID);
      throw error;
    }
    const answer = shown(entry);
    this.#change(entry, async () => this.#run(entry));
    return answer;
  }

  async get(uuid: string): Promise<EventSourceMappingConfiguration> {
    return shown(this.#entry(uuid));
  }

  async list(): Promise<readonly EventSourceMappingConfiguration[]> {
    return [...this.#entries.values()].map(shown);
  }

  async update(uuid: string, input: UpdateEventSourceMapping): Promise<EventSourceMappingConfiguration> {
    const entry = this.#entry(uuid);
    if (!isSettled(entry)) {
      throw resourceInUse('Cannot update the event source mapping because it is in use.');
    }
    const before = entry.stored.configuration;
    const configuration: EventSourceMappingConfiguration = {
      ...withSettings(before, input),
      StateTransitionReason: 'User action',
      LastModified: this.#environment.clock.now() / 1000,
    };
    if (configuration.FunctionArn !== before.FunctionArn) {
      this.#refuseSecond(configuration.EventSourceArn, configuration.FunctionArn);
    }
    const state = entry.state;
    entry.state = configuration.State === before.State ? 'Updating' : ing(configuration.State);
    try {
      await this.#save(entry, ({ LastProcessingResult }) => ({ ...configuration, LastProcessingResult }));
    } catch (error) {
      entry.state = state;
      throw error;
    }
    const answer = shown(entry);
    this.#change(entry, async () => {
      await entry.runner?.stop();
      entry.runner = null;
      this.#run(entry);
    });
    return answer;
  }

  async delete(uuid: string): Promise<EventSourceMappingConfiguration> {
    const entry = this.#entry(uuid);
    if (!isSettled(entry)) {
      throw resourceInUse('Cannot delete the event source mapping because it is in use.');
    }
    entry.state = 'Deleting';
    this.#change(entry, async () => {
      entry.runner?.abandon();
      await entry.saving;
      await this.#environment.store.removeMapping(uuid);
      await entry.runner?.stop();
      this.#entries.delete(uuid);
    });
    return shown(entry);
  }

  async ensure(input: CreateEventSourceMapping): Promise<EventSourceMappingConfiguration> {
    const existing = [...this.#entries.values()].find(
      ({ stored: { configuration } }) =>
        configuration.EventSourceArn === input.EventSourceArn &&
        configuration.FunctionArn === input.FunctionArn,
    );
    if (existing === undefined) {
      const { UUID } = await this.create(input);
      await this.#entry(UUID).transition;
      return this.get(UUID);
    }
    await existing.transition;
    const { configuration } = existing.stored;
    const { StartingPosition: _, StartingPositionTimestamp: __, EventSourceArn: ___, ...settings } = input;
    if (!isDeepStrictEqual(withSettings(configuration, settings), configuration)) {
      await this.update(configuration.UUID, settings);
      await existing.transition;
    }
    return shown(existing);
  }

  async status(): Promise<readonly MappingStatus[]> {
    return Promise.all(
      [...this.#entries.values()].map(async (entry) => {
        const configuration = shown(entry);
        if (entry.runner !== null) return { configuration, ...entry.runner.status };
        const checkpoints = await this.#environment.store.checkpoints(configuration.UUID);
        return {
          configuration,
          problem: null,
          shards: Array.from(checkpoints, ([id, checkpoint]) => statusOf(id, checkpoint)),
        };
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    const stopped = Promise.all(
      entries.map(async (entry) => {
        await entry.runner?.stop();
        await entry.transition;
        await entry.saving;
      }),
    );
    const late = new AbortController();
    await Promise.race([stopped, this.#environment.clock.sleep(CLOSE_MS, late.signal)]);
    late.abort();
    for (const { runner } of entries) runner?.abandon();
  }

  #add(stored: StoredMapping, state: EventSourceMappingState): Entry {
    const settled = Promise.resolve();
    const entry: Entry = { stored, state, runner: null, transition: settled, saving: settled };
    this.#entries.set(stored.configuration.UUID, entry);
    return entry;
  }

  /** Makes the stored configuration effective. */
  #run(entry: Entry): void {
    const { configuration } = entry.stored;
    if (configuration.State === 'Enabled' && !this.#closed) {
      entry.runner = new MappingRunner(configuration, this.#environment, (text) => this.#note(entry, text));
      entry.runner.start();
    }
    entry.state = configuration.State;
  }

  #change(entry: Entry, change: () => Promise<void>): void {
    entry.transition = entry.transition.then(change).catch((error: unknown) => {
      const { UUID } = entry.stored.configuration;
      this.#environment.log(`Event source mapping ${UUID}: ${entry.state} failed: ${String(error)}`);
    });
  }

  /** LastProcessingResult. */
  #note(entry: Entry, text: string): void {
    const change = (configuration: EventSourceMappingConfiguration) =>
      configuration.LastProcessingResult === text
        ? configuration
        : { ...configuration, LastProcessingResult: text };
    this.#save(entry, change).catch((error: unknown) => {
      this.#environment.log(`The last processing result cannot be stored: ${String(error)}`);
    });
  }

  /** One change after the other; each takes effect once it is stored, and not at all when it cannot be. */
  #save(
    entry: Entry,
    change: (configuration: EventSourceMappingConfiguration) => EventSourceMappingConfiguration,
  ): Promise<void> {
    const saved = entry.saving.then(async () => {
      const configuration = change(entry.stored.configuration);
      if (entry.state === 'Deleting' || configuration === entry.stored.configuration) return;
      const stored = { ...entry.stored, configuration };
      await this.#environment.store.saveMapping(stored);
      entry.stored = stored;
    });
    entry.saving = saved.catch(() => undefined);
    return saved;
  }

  #entry(uuid: string): Entry {
    const entry = this.#entries.get(uuid);
    if (entry === undefined) throw resourceNotFound('The resource you requested does not exist.');
    return entry;
  }

  #refuseSecond(streamArn: string, functionArn: string): void {
    for (const { stored } of this.#entries.values()) {
      const { EventSourceArn, FunctionArn, UUID } = stored.configuration;
      if (EventSourceArn !== streamArn || FunctionArn !== functionArn) continue;
      const functionName = functionArn.split(':')[6] ?? functionArn;
      throw resourceConflict(
        `The event source arn (" ${streamArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${UUID}`,
      );
    }
  }
}

/** A change is refused while another one is under way. */
function isSettled({ state }: Entry): boolean {
  return state === 'Enabled' || state === 'Disabled';
}

function ing(state: EventSourceMappingState): EventSourceMappingState {
  return state === 'Enabled' ? 'Enabling' : 'Disabling';
}

function shown({ stored, state }: Entry): EventSourceMappingConfiguration {
  return { ...stored.configuration, State: state };
}
