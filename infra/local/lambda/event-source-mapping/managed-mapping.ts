import type {
  EventSourceMappingConfiguration,
  EventSourceMappingState,
  Tags,
} from '../event-source-mappings.ts';
import { resourceInUse } from '../lambda-error.ts';
import type { MappingEnvironment } from './mapping-environment.ts';
import { MappingRunner, statusOf } from './mapping-runner.ts';
import type { StoredMapping } from './mapping-store.ts';
import type { MappingStatus } from './status.ts';

type Change = (stored: StoredMapping) => StoredMapping;

/** One mapping through its life: what is stored of it, the state it is in or on the way to, and what runs. */
export class ManagedMapping {
  readonly #environment: MappingEnvironment;
  #stored: StoredMapping;
  /** What is said to the API: the stored state, or the way there. */
  #state: EventSourceMappingState;
  #runner: MappingRunner | null = null;
  /** The change under way; settled when there is none. */
  #transition: Promise<void> = Promise.resolve();
  /** Writes of the stored mapping, one after the other. */
  #saving: Promise<void> = Promise.resolve();
  /** How many of them are left. */
  #unsaved = 0;
  #closed = false;

  constructor(environment: MappingEnvironment, stored: StoredMapping) {
    this.#environment = environment;
    this.#stored = stored;
    this.#state = 'Creating';
  }

  get configuration(): EventSourceMappingConfiguration {
    return { ...this.#stored.configuration, State: this.#state };
  }

  /** As stored, in the state that it is to reach. */
  get stored(): StoredMapping {
    return this.#stored;
  }

  /** Resolves when no change is under way. */
  get settled(): Promise<void> {
    return this.#transition;
  }

  async status(): Promise<MappingStatus> {
    const { configuration } = this;
    if (this.#runner !== null) return { configuration, ...this.#runner.status };
    const checkpoints = await this.#environment.store.checkpoints(configuration.UUID);
    const shards = Array.from(checkpoints, ([shardId, checkpoint]) => statusOf(shardId, checkpoint));
    return { configuration, problem: null, shards };
  }

  /** Makes what is stored effective. */
  run(): void {
    const { configuration } = this.#stored;
    if (configuration.State === 'Enabled' && !this.#closed) {
      this.#runner = new MappingRunner(configuration, this.#environment, (text) => this.#note(text));
      this.#runner.start();
    }
    this.#state = configuration.State;
  }

  /** The same, after the answer to its creation. */
  runSoon(): void {
    this.#change(async () => this.run());
  }

  /** Changed once the change is stored, and not at all when it cannot be. Takes effect after invocations under way. */
  async update(to: EventSourceMappingConfiguration): Promise<void> {
    const from = this.#state;
    this.refuseIfInUse('update');
    this.#state = to.State === from ? 'Updating' : to.State === 'Enabled' ? 'Enabling' : 'Disabling';
    try {
      await this.#save(({ configuration: { LastProcessingResult }, ...stored }) => ({
        ...stored,
        configuration: { ...to, LastProcessingResult },
      }));
    } catch (error) {
      this.#state = from;
      throw error;
    }
    this.#change(async () => {
      await this.#runner?.stop();
      this.#runner = null;
      this.run();
    });
  }

  /** Tags are no part of what runs: they change nothing else. */
  setTags(tags: Tags): Promise<void> {
    return this.#save((stored) => ({ ...stored, tags }));
  }

  /** Drops positions, windows and states; nothing is stored any more of an invocation under way. */
  delete(onDeleted: () => void): void {
    this.refuseIfInUse('delete');
    this.#state = 'Deleting';
    this.#change(async () => {
      this.#runner?.abandon();
      await this.#saving;
      await this.#environment.store.removeMapping(this.#stored.configuration.UUID);
      await this.#runner?.stop();
      onDeleted();
    });
  }

  /** Throws ResourceInUseException while a change is under way. */
  refuseIfInUse(change: 'update' | 'delete'): void {
    if (this.#state === 'Enabled' || this.#state === 'Disabled') return;
    throw resourceInUse(`Cannot ${change} the event source mapping because it is in use.`);
  }

  /** Resolves when invocations under way have come back and everything is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#runner?.stop();
    await this.#transition;
    await this.#saving;
  }

  /** Stores nothing from now on. */
  abandon(): void {
    this.#runner?.abandon();
  }

  #change(change: () => Promise<void>): void {
    this.#transition = this.#transition.then(change).catch((error: unknown) => {
      const { UUID } = this.#stored.configuration;
      this.#environment.log(`Event source mapping ${UUID}: ${this.#state} failed: ${String(error)}`);
    });
  }

  /** LastProcessingResult. */
  #note(text: string): void {
    // Every invocation says so, and nearly all the same.
    if (this.#unsaved === 0 && this.#stored.configuration.LastProcessingResult === text) return;
    const change: Change = (stored) =>
      stored.configuration.LastProcessingResult === text
        ? stored
        : { ...stored, configuration: { ...stored.configuration, LastProcessingResult: text } };
    this.#save(change).catch((error: unknown) => {
      this.#environment.log(`The last processing result cannot be stored: ${String(error)}`);
    });
  }

  #save(change: Change): Promise<void> {
    this.#unsaved += 1;
    const saved = this.#saving.then(async () => {
      const stored = change(this.#stored);
      if (this.#state === 'Deleting' || stored === this.#stored) return;
      await this.#environment.store.saveMapping(stored);
      this.#stored = stored;
    });
    const done = () => {
      this.#unsaved -= 1;
    };
    this.#saving = saved.then(done, done);
    return saved;
  }
}
