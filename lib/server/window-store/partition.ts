import 'server-only';
import { partitionPrefix } from '../../core/object-key.ts';
import { parseUtcDay } from '../../core/window.ts';
import { parsePart, parsePartKey, startOfKey, type WindowPart } from '../../core/window-part.ts';
import { MalformedResultError } from '../../core/window-result.ts';
import { eachOf, type ListedObject, OBJECTS_AT_ONCE, type ObjectReader } from './object-reader.ts';

/** An object under the results prefix that is not a result. */
export interface Malformed {
  readonly key: string;
  readonly lastModifiedMs: number;
  readonly reason: string;
  /** The start of the window that its key names; null for a key that no result has. */
  readonly startMs: number | null;
}

/**
 * all: every result. head: only those whose window lies in the day before, which are original results written after
 * midnight; enough for a reader of that day.
 */
export type Scope = 'head' | 'all';

/** A result takes some hundred bytes, with 500 requests some 50 kB. */
export const MAX_RESULT_BYTES = 4 * 1024 * 1024;

/**
 * The results of one UTC day as they are in S3. An object is read once for each ETag: a final invocation that is repeated
 * after a crash overwrites its result, perhaps with more in it.
 */
export class Partition {
  readonly day: string;
  /** Changes with what `parts` answers. */
  version = 0;
  /** When the whole partition was last listed, by the clock that only goes forward; null when it never was. */
  listedMs: number | null = null;
  readonly #reader: ObjectReader;
  readonly #windowSeconds: number;
  readonly #dayMs: number;
  readonly #listed = new Map<string, ListedObject>();
  readonly #read = new Map<string, { readonly etag: string; readonly part: WindowPart }>();
  readonly #malformed = new Map<string, Malformed & { readonly etag: string }>();
  readonly #complete = new Set<Scope>();
  #parts: readonly WindowPart[] | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(day: string, reader: ObjectReader, windowSeconds: number) {
    this.day = day;
    this.#reader = reader;
    this.#windowSeconds = windowSeconds;
    this.#dayMs = parseUtcDay(day) ?? 0;
  }

  /** True when everything of a scope was read at least once. */
  isComplete(scope: Scope): boolean {
    return this.#complete.has('all') || this.#complete.has(scope);
  }

  parts(): readonly WindowPart[] {
    this.#parts ??= Array.from(this.#read.values(), ({ part }) => part);
    return this.#parts;
  }

  malformed(): readonly Malformed[] {
    return [...this.#malformed.values()];
  }

  /** The start of the first window by the keys alone; null when there is no result. */
  firstWindowMs(): number | null {
    let firstMs: number | null = null;
    for (const key of this.#listed.keys()) {
      const startMs = startOfKey(key, this.#windowSeconds);
      if (startMs !== null && (firstMs === null || startMs < firstMs)) firstMs = startMs;
    }
    return firstMs;
  }

  /**
   * Lists the partition, from the window that starts at `sinceMs` on or as a whole, and reads what is new in it. What has
   * been read stays when it fails. Throws what the reader throws.
   */
  refresh(elapsedMs: number, scope: Scope, sinceMs: number | null): Promise<void> {
    const next = this.#queue.then(() => this.#refresh(elapsedMs, scope, sinceMs));
    this.#queue = next.catch(() => {});
    return next;
  }

  async #refresh(elapsedMs: number, scope: Scope, sinceMs: number | null): Promise<void> {
    const prefix = partitionPrefix(this.day);
    // Keys begin with a time of 13 digits until the year 2286, so that their order is the order of time.
    const startAfter = sinceMs === null ? null : `${prefix}${sinceMs}`;
    const { objects } = await this.#reader.list(prefix, startAfter === null ? {} : { startAfter });

    const present = new Set(objects.map((object) => object.key));
    for (const key of [...this.#listed.keys()]) {
      if (!present.has(key) && (startAfter === null || key > startAfter)) this.#forget(key);
    }
    for (const object of objects) this.#listed.set(object.key, object);
    if (startAfter === null) this.listedMs = elapsedMs;

    const unread = [...this.#listed.values()].filter((object) => this.#isWanted(object, scope));
    await eachOf(unread, OBJECTS_AT_ONCE, (object) => this.#readObject(object));
    this.#complete.add(scope);
  }

  #isWanted(object: ListedObject, scope: Scope): boolean {
    const { key, etag, lastModifiedMs } = object;
    if (this.#malformed.get(key)?.etag === etag) return false;
    if (key.endsWith('/') && object.size === 0) return false; // a console's "folder"
    const known = this.#read.get(key);
    if (known?.etag === etag) {
      if (known.part.lastModifiedMs !== lastModifiedMs) {
        this.#keep(key, etag, { ...known.part, lastModifiedMs });
      }
      return false;
    }
    const startMs = startOfKey(key, this.#windowSeconds);
    return scope === 'all' || startMs === null || startMs < this.#dayMs;
  }

  async #readObject(object: ListedObject): Promise<void> {
    const { key, etag, size, lastModifiedMs } = object;
    try {
      parsePartKey(key, this.#windowSeconds);
      if (size > MAX_RESULT_BYTES) throw new MalformedResultError('size', size);
      const read = await this.#reader.get(key, { maxBytes: MAX_RESULT_BYTES });
      if (read === 'too-large') throw new MalformedResultError('size', 'more');
      if (typeof read === 'string') return this.#forget(key);
      // The body may be newer than the listing; its own ETag says which one it is. Of the same one the listing knows the
      // time better: the header has whole seconds.
      const stored = read.etag === etag ? object : read;
      this.#keep(key, read.etag, parsePart(stored, read.text, this.#windowSeconds));
    } catch (error) {
      if (!(error instanceof MalformedResultError)) throw error;
      this.#forget(key);
      this.#listed.set(key, object);
      const startMs = startOfKey(key, this.#windowSeconds);
      this.#malformed.set(key, { key, etag, lastModifiedMs, reason: error.message, startMs });
    }
  }

  #keep(key: string, etag: string, part: WindowPart): void {
    this.#malformed.delete(key);
    this.#read.set(key, { etag, part });
    this.#changed();
  }

  #forget(key: string): void {
    this.#listed.delete(key);
    this.#malformed.delete(key);
    this.#read.delete(key);
    this.#changed();
  }

  #changed(): void {
    this.version += 1;
    this.#parts = null;
  }
}
