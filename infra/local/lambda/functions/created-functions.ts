import type { Clock } from '../../clock.ts';
import { invalidParameterValue, resourceConflict, resourceNotFound } from '../lambda-error.ts';
import type { FunctionPool } from './function-pool.ts';
import { functionArn } from './function-reference.ts';
import type {
  FunctionSettings,
  FunctionStore,
  StoredAlias,
  StoredFunction,
  StoredVersion,
} from './function-store.ts';

/** The functions of one region that were made by the API: kept in the store, run by the pool. */
export class CreatedFunctions {
  readonly #pool: FunctionPool;
  readonly #store: FunctionStore;
  readonly #clock: Clock;
  readonly #stored = new Map<string, StoredFunction>();

  /** Takes up what the last process left. Throws UnreadableFunctionError. */
  constructor(pool: FunctionPool, store: FunctionStore, clock: Clock) {
    this.#pool = pool;
    this.#store = store;
    this.#clock = clock;
    for (const stored of store.functions()) {
      for (const version of [stored.latest, ...stored.versions]) this.#run(stored.name, version);
      this.#keep(stored);
    }
  }

  /** Throws LambdaError ResourceConflictException, InvalidParameterValueException. */
  create(
    name: string,
    settings: FunctionSettings,
    zip: Buffer,
    tags: Readonly<Record<string, string>>,
  ): void {
    if (this.#pool.has(name)) throw resourceConflict(`Function already exist: ${name}`);
    const code = this.#store.unpack(name, zip);
    const latest: StoredVersion = { version: '$LATEST', settings, code, modifiedMs: this.#clock.now() };
    const stored: StoredFunction = {
      name,
      latest,
      versions: [],
      aliases: [],
      tags,
      reservedConcurrency: null,
    };
    this.#store.save(stored);
    this.#run(name, latest);
    this.#keep(stored);
  }

  /** Throws LambdaError ResourceNotFoundException, InvalidParameterValueException. */
  updateCode(name: string, zip: Buffer): void {
    this.#find(name);
    const code = this.#store.unpack(name, zip);
    this.#updateLatest(name, (latest) => ({ ...latest, code }));
  }

  updateSettings(name: string, changed: Partial<FunctionSettings>): void {
    this.#updateLatest(name, (latest) => ({ ...latest, settings: { ...latest.settings, ...changed } }));
  }

  /** A version of what `$LATEST` is now, or the newest one where that is the same already. Returns its number. */
  publish(name: string, description: string | null): string {
    const stored = this.#find(name);
    const newest = stored.versions.at(-1);
    const settings = {
      ...stored.latest.settings,
      ...(description === null ? {} : { description }),
    };
    const isSame =
      newest?.code.sha256 === stored.latest.code.sha256 &&
      JSON.stringify(newest.settings) === JSON.stringify(settings);
    if (newest !== undefined && isSame) return newest.version;
    const published: StoredVersion = {
      ...stored.latest,
      settings,
      version: String(Number(newest?.version ?? 0) + 1),
    };
    this.#change({ ...stored, versions: [...stored.versions, published] });
    this.#run(name, published);
    return published.version;
  }

  /** Null: all of it. */
  remove(name: string, version: string | null): void {
    const stored = this.#find(name);
    if (version === null) {
      this.#store.remove(name);
      this.#stored.delete(name);
    } else {
      this.#change({ ...stored, versions: stored.versions.filter((each) => each.version !== version) });
    }
    this.#pool.remove(name, version);
  }

  aliases(name: string): readonly StoredAlias[] {
    return this.#find(name).aliases;
  }

  alias(name: string, alias: string): StoredAlias {
    const found = this.#find(name).aliases.find((each) => each.name === alias);
    if (found !== undefined) return found;
    const arn = functionArn(this.#pool.account, { name, qualifier: alias });
    throw resourceNotFound(`Cannot find alias arn: ${arn}`);
  }

  /** Makes it, or changes the one that is there. Throws LambdaError ResourceNotFoundException for an unknown version. */
  setAlias(name: string, alias: StoredAlias): void {
    const stored = this.#find(name);
    this.#pool.find({ name, qualifier: alias.version });
    this.#change({
      ...stored,
      aliases: [...stored.aliases.filter((each) => each.name !== alias.name), alias],
    });
  }

  removeAlias(name: string, alias: string): void {
    const stored = this.#find(name);
    this.#change({ ...stored, aliases: stored.aliases.filter((each) => each.name !== alias) });
  }

  /** The published versions' numbers, oldest first; none of a function of this machine. */
  versions(name: string): readonly string[] {
    return this.#stored.get(name)?.versions.map(({ version }) => version) ?? [];
  }

  /** When this version was changed last, epoch milliseconds; null for a function of this machine. */
  modifiedMs(name: string, version: string): number | null {
    const stored = this.#stored.get(name);
    const found = stored && [stored.latest, ...stored.versions].find((each) => each.version === version);
    return found?.modifiedMs ?? null;
  }

  /** Tags and reserved concurrency, as the pool has them by now, for the next process. */
  keepWhatPoolHas(name: string): void {
    const stored = this.#stored.get(name);
    if (stored === undefined) return;
    const { tags, reservedConcurrency } = {
      tags: this.#pool.tags(name),
      reservedConcurrency: this.#pool.reservedConcurrency(name),
    };
    const changed = { ...stored, tags, reservedConcurrency };
    this.#store.save(changed);
    this.#stored.set(name, changed);
  }

  #updateLatest(name: string, change: (latest: StoredVersion) => StoredVersion): void {
    const stored = this.#find(name);
    const latest = { ...change(stored.latest), modifiedMs: this.#clock.now() };
    this.#change({ ...stored, latest });
    this.#run(name, latest);
  }

  #change(stored: StoredFunction): void {
    this.#store.save(stored);
    this.#keep(stored);
  }

  #keep(stored: StoredFunction): void {
    const { name, aliases, tags, reservedConcurrency } = stored;
    this.#stored.set(name, stored);
    this.#pool.setAliases(name, new Map(aliases.map((alias) => [alias.name, alias.version])));
    this.#pool.setTags(name, tags);
    this.#pool.reserveConcurrency(name, reservedConcurrency);
  }

  #run(name: string, version: StoredVersion): void {
    this.#pool.put(this.#store.definition(name, version));
  }

  #find(name: string): StoredFunction {
    const stored = this.#stored.get(name);
    if (stored !== undefined) return stored;
    this.#pool.find(name); // not there at all
    throw invalidParameterValue(
      `The function ${name} runs from a file of this machine: change that file, not the function.`,
    );
  }
}
