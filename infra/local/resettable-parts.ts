import type { RuntimeParts } from './runtime-parts.ts';

export interface ResettablePartsOptions {
  open(): Promise<RuntimeParts>;
  /** Deletes all data; nothing is open then. */
  clear(): Promise<void>;
}

/** The runtime's parts through its resets. A reset that fails leaves none, until another one succeeds. */
export class ResettableParts {
  readonly #options: ResettablePartsOptions;
  #current: Deferred<RuntimeParts> = deferred();
  #opened: RuntimeParts | null = null;
  #unavailable: string | null = null;
  #lastReset: Promise<void> = Promise.resolve();

  constructor(options: ResettablePartsOptions) {
    this.#options = options;
  }

  /** Once they are open. Rejects after a reset that failed, saying so. */
  get current(): Promise<RuntimeParts> {
    return this.#current.promise;
  }

  /**
   * Why a request is not to be answered by the parts, nor to wait for them: what a function of before a reset had sent
   * must not end up in the data of after. Null when it may.
   */
  get unavailable(): string | null {
    return this.#unavailable;
  }

  async open(): Promise<RuntimeParts> {
    this.#opened = await this.#options.open();
    this.#current.resolve(this.#opened);
    return this.#opened;
  }

  /** One after the other, however often it is asked for. */
  reset(): Promise<void> {
    this.#lastReset = this.#lastReset.catch(() => {}).then(() => this.#startAfresh());
    return this.#lastReset;
  }

  async close(): Promise<void> {
    await this.#lastReset.catch(() => {});
    await this.#opened?.close();
  }

  async #startAfresh(): Promise<void> {
    await this.#current.promise.catch(() => {});
    this.#unavailable = 'The local runtime is being reset. Try again.';
    this.#current = deferred();
    const old = this.#opened;
    this.#opened = null;
    try {
      await old?.close().catch(() => {}); // what it could not store is to be deleted anyway
      await this.#options.clear();
      await this.open();
      this.#unavailable = null;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.#unavailable = `The reset failed: ${cause}. Nothing answers until another reset or a restart succeeds.`;
      const failure = new Error(this.#unavailable, { cause: error });
      this.#current.reject(failure);
      throw failure;
    }
  }
}

/** A promise that is settled from outside. */
interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  promise.catch(() => {}); // heard by whoever waits for it, if anybody does
  return { promise, resolve, reject };
}
