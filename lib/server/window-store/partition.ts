import 'server-only';
import { createHash } from 'node:crypto';
import { UNREAD, UNREADABLE, type WindowLack } from '../../core/lack.ts';
import { partitionPrefix } from '../../core/object-key.ts';
import type { Grid } from '../../core/rolled-part.ts';
import { parseUtcDay } from '../../core/window.ts';
import { parsePart, parsePartKey, startOfKey, type WindowPart } from '../../core/window-part.ts';
import { MalformedResultError } from '../../core/window-result.ts';
import { DayColumns } from './day-columns.ts';
import { indexedParts, indexText } from './day-index-reader.ts';
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

interface Read {
  readonly etag: string;
  readonly part: WindowPart;
  /** False when it is from an index, which does not say who sent. */
  readonly isWhole: boolean;
}

/**
 * Longer than a file should be: a day as it is listed, read and packed is one state, that each of these changes.
 *
 * The results of one UTC day as they are in S3. An object is read once for each ETag: a final invocation that is repeated
 * after a crash overwrites its result, perhaps with more in it. Listing and reading are apart: what is listed and not read
 * yet is known to be missing.
 */
export class Partition {
  readonly day: string;
  /** Changes with what `parts` and `lacks` answer. */
  version = 0;
  /** When the whole partition was last listed, by the clock that only goes forward; null when it never was. */
  listedMs: number | null = null;
  readonly #reader: ObjectReader;
  readonly #windowSeconds: number;
  readonly #dayMs: number;
  #listed = new Map<string, ListedObject>();
  #read = new Map<string, Read>();
  readonly #malformed = new Map<string, Malformed & { readonly etag: string }>();
  /** What is read of it, in the end. */
  #scope: Scope = 'head';
  /** Everything that was listed, in place of `#listed` and `#read`, with what that listing said. */
  #packed: { readonly columns: DayColumns; readonly digest: string; readonly firstMs: number | null } | null =
    null;
  /** Results that were read one by one of what is packed. */
  readonly #wholes = new Map<string, WindowPart>();
  #digest: { readonly version: number; readonly text: string } | null = null;
  /** By shard, of indexes that are being read before it is known which shards there are. */
  readonly #indexTexts = new Map<string, Promise<string | null>>();
  #reading: Promise<void> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #wholesQueue: Promise<unknown> = Promise.resolve();

  constructor(day: string, reader: ObjectReader, windowSeconds: number) {
    this.day = day;
    this.#reader = reader;
    this.#windowSeconds = windowSeconds;
    this.#dayMs = parseUtcDay(day) ?? 0;
  }

  /** True when the whole of it was listed at least once, for a scope. */
  isListed(scope: Scope): boolean {
    return this.listedMs !== null && (scope === 'head' || this.#scope === 'all');
  }

  /** True when everything that was listed has been read. */
  isComplete(scope: Scope): boolean {
    return this.isListed(scope) && !this.#hasUnread();
  }

  /** How many objects are listed. */
  get size(): number {
    return this.#packed?.columns.size ?? this.#listed.size;
  }

  /** How many results are in memory. */
  get resultCount(): number {
    return this.#packed?.columns.size ?? this.#read.size;
  }

  /** How many objects are not read yet. */
  get unread(): number {
    return this.#unread().length;
  }

  /** Of windows that start in [fromMs, toMs), as far as they were read; of a day that is over rolled up for `grid`. */
  parts(fromMs: number, toMs: number, grid: Grid | null = null): readonly WindowPart[] {
    if (this.#packed !== null) {
      const { columns } = this.#packed;
      const rolled = grid && columns.rolled(grid);
      if (rolled !== null) return rolled;
      return columns.parts(fromMs, toMs).map((part) => this.#wholes.get(part.key) ?? part);
    }
    const found: WindowPart[] = [];
    for (const { part } of this.#read.values()) {
      if (part.window.startMs >= fromMs && part.window.startMs < toMs) found.push(part);
    }
    return found;
  }

  malformed(): readonly Malformed[] {
    return [...this.#malformed.values()];
  }

  /** What cannot be read, and what has not been read yet, of windows that start in [fromMs, toMs). */
  lacks(fromMs: number, toMs: number): WindowLack[] {
    const found: WindowLack[] = [];
    const isIn = (startMs: number | null): startMs is number =>
      startMs !== null && startMs >= fromMs && startMs < toMs;
    for (const { startMs } of this.#malformed.values())
      if (isIn(startMs)) found.push({ startMs, ...UNREADABLE });
    for (const { key } of this.#unread()) {
      const startMs = startOfKey(key, this.#windowSeconds);
      if (isIn(startMs)) found.push({ startMs, ...UNREAD });
    }
    return found;
  }

  /** The same wherever the same is known of it: which objects there are, and which of them could be read. */
  get digest(): string {
    if (this.#digest?.version !== this.version) {
      const open = [...this.#unread(), ...this.#malformed.values()].map(({ key }) => key);
      const text = `${this.#packed?.digest ?? digestOf(this.#listed.values())} ${open.sort().join()}`;
      this.#digest = { version: this.version, text };
    }
    return this.#digest.text;
  }

  /** The start of the first window by the keys alone; null when there is no result. */
  firstWindowMs(): number | null {
    if (this.#packed !== null) return this.#packed.firstMs;
    return least(Array.from(this.#listed.keys(), (key) => startOfKey(key, this.#windowSeconds)));
  }

  /**
   * Lists the partition, from the window that starts at `sinceMs` on or as a whole. What has been read stays when it fails.
   * Throws what the reader throws.
   */
  list(elapsedMs: number, scope: Scope, sinceMs: number | null): Promise<void> {
    const next = this.#queue.then(() => this.#list(elapsedMs, scope, sinceMs));
    this.#queue = next.catch(() => {});
    return next;
  }

  /**
   * Begins to read the indexes of shards that a day that was never read most likely has, beside its listing: what both say
   * is put together as soon as they are there, and need not be held meanwhile.
   */
  anticipate(shardIds: readonly string[]): void {
    if (this.isListed('all')) return;
    for (const shardId of shardIds) this.#indexTexts.set(shardId, indexText(this.#reader, this.day, shardId));
  }

  /** The shards of results that are read. */
  get shardIds(): readonly string[] {
    const parts = this.#packed === null ? Array.from(this.#read.values(), ({ part }) => part) : [];
    const ids = this.#packed?.columns.shardIds ?? [...new Set(parts.map(({ shardId }) => shardId))];
    return ids.filter((id) => id !== null);
  }

  /** Reads what is listed and has not been read. Throws what the reader throws. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * Reads by itself what only an index, or what is packed, says of windows that start in [fromMs, toMs). Resolves when that
   * is done, or at once when it is more than can be waited for: that is read all the same, for the next who asks.
   */
  async readWhole(fromMs: number, toMs: number): Promise<void> {
    // One after the other: what one reads, the next does not read again.
    const reading = this.#wholesQueue.then(() => {
      const keys = this.#notWhole(fromMs, toMs);
      return eachOf(keys, keys.length > MAX_WHOLES ? FEW_AT_ONCE : OBJECTS_AT_ONCE, (key) =>
        this.#readWhole(key),
      );
    });
    this.#wholesQueue = reading.catch(() => {});
    if (this.#notWhole(fromMs, toMs).length <= MAX_WHOLES) await reading;
  }

  #notWhole(fromMs: number, toMs: number): string[] {
    return this.parts(fromMs, toMs).flatMap(({ key }) =>
      this.#wholes.has(key) || this.#read.get(key)?.isWhole ? [] : key,
    );
  }

  async #readWhole(key: string): Promise<void> {
    const listed = this.#listed.get(key);
    if (listed !== undefined) return this.#readObject(listed);
    if (this.#packed === null) return; // it has gone meanwhile
    const read = await this.#reader.get(key, { maxBytes: MAX_RESULT_BYTES });
    // What has changed meanwhile is told by the next listing.
    if (typeof read !== 'string') this.#wholes.set(key, parsePart(read, read.text, this.#windowSeconds));
  }

  /** Makes it small, when all of it is read: no more results are expected. */
  pack(): void {
    if (this.#packed !== null || this.#scope !== 'all' || this.#listed.size === 0 || this.#hasUnread())
      return;
    const parts: WindowPart[] = [];
    for (const { part, isWhole } of this.#read.values()) {
      parts.push(part);
      if (isWhole && this.#wholes.size < MAX_WHOLES) this.#wholes.set(part.key, part);
    }
    this.#packed = {
      columns: new DayColumns(parts, this.#dayMs),
      digest: digestOf(this.#listed.values()),
      // The same as the keys say, without taking each apart again.
      firstMs: least([
        ...parts.map(({ window }) => window.startMs),
        ...Array.from(this.#malformed.values(), ({ startMs }) => startMs),
      ]),
    };
    this.#listed = new Map();
    this.#read = new Map();
  }

  async #list(elapsedMs: number, scope: Scope, sinceMs: number | null): Promise<void> {
    const prefix = partitionPrefix(this.day);
    // Keys begin with a time of 13 digits until the year 2286, so that their order is the order of time.
    const startAfter = sinceMs === null || this.#packed !== null ? null : `${prefix}${sinceMs}`;
    const { objects } = await this.#reader.list(prefix, startAfter === null ? {} : { startAfter });
    if (scope === 'all' && this.#scope === 'head') {
      this.#scope = 'all';
      this.#changed();
    }
    if (startAfter === null) this.listedMs = elapsedMs;
    if (this.#packed !== null) {
      if (digestOf(objects) === this.#packed.digest) return;
      this.#packed = null;
      this.#wholes.clear();
    }
    const present = new Set(objects.map((object) => object.key));
    for (const key of [...this.#listed.keys()]) {
      if (!present.has(key) && (startAfter === null || key > startAfter)) this.#forget(key);
    }
    for (const object of objects) {
      const known = this.#listed.get(object.key);
      this.#listed.set(object.key, object);
      if (known?.etag !== object.etag) this.#changed();
      else if (known.lastModifiedMs !== object.lastModifiedMs) this.#touch(object);
    }
  }

  #touch({ key, etag, lastModifiedMs }: ListedObject): void {
    const known = this.#read.get(key);
    if (known?.etag === etag) this.#keep(key, { ...known, part: { ...known.part, lastModifiedMs } });
  }

  #hasUnread(): boolean {
    for (const object of this.#listed.values()) if (this.#isWanted(object)) return true;
    return false;
  }

  /** The newest first: who looks at the page looks at what is now. */
  #unread(): ListedObject[] {
    return [...this.#listed.values()].filter((object) => this.#isWanted(object)).reverse();
  }

  #isWanted({ key, etag, size }: ListedObject): boolean {
    if (this.#read.get(key)?.etag === etag || this.#malformed.get(key)?.etag === etag) return false;
    if (key.endsWith('/') && size === 0) return false; // a console's "folder"
    if (this.#scope === 'all') return true;
    const startMs = startOfKey(key, this.#windowSeconds);
    return startMs === null || startMs < this.#dayMs;
  }

  async #readAll(): Promise<void> {
    const indexed = await indexedParts(this.#reader, this.day, this.#unread(), this.#indexTexts);
    this.#indexTexts.clear();
    for (const { etag, part } of indexed) {
      if (this.#listed.get(part.key)?.etag === etag) this.#keep(part.key, { etag, part, isWhole: false });
    }
    for (let unread = this.#unread(); unread.length > 0; unread = this.#unread()) {
      await eachOf(unread, OBJECTS_AT_ONCE, (object) => this.#readObject(object));
    }
  }

  async #readObject(object: ListedObject): Promise<void> {
    const { key, etag, size, lastModifiedMs } = object;
    try {
      parsePartKey(key, this.#windowSeconds);
      if (size > MAX_RESULT_BYTES) throw new MalformedResultError('size', size);
      const read = await this.#reader.get(key, { maxBytes: MAX_RESULT_BYTES, patient: true });
      if (read === 'too-large') throw new MalformedResultError('size', 'more');
      if (typeof read === 'string') return this.#forget(key);
      // The body may be newer than the listing; its own ETag says which one it is. Of the same one the listing knows the
      // time better: the header has whole seconds.
      const isSame = read.etag === etag;
      this.#listed.set(key, isSame ? object : read);
      const part = parsePart(isSame ? object : read, read.text, this.#windowSeconds);
      this.#keep(key, { etag: read.etag, part, isWhole: true });
    } catch (error) {
      if (!(error instanceof MalformedResultError)) throw error;
      this.#read.delete(key);
      const startMs = startOfKey(key, this.#windowSeconds);
      const known = this.#listed.get(key)?.etag ?? etag;
      this.#malformed.set(key, { key, etag: known, lastModifiedMs, reason: error.message, startMs });
      this.#changed();
    }
  }

  #keep(key: string, read: Read): void {
    this.#malformed.delete(key);
    this.#read.set(key, read);
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
  }
}

/** What nobody waits for leaves the processor to those who do. */
const FEW_AT_ONCE = 4;

/** What may be waited for, and what is kept of a day that is over: an hour of clicks in forty shards. */
const MAX_WHOLES = 1200;

/** Null when there is none. */
function least(times: readonly (number | null)[]): number | null {
  return times.reduce(
    (first, each) => (first === null || (each !== null && each < first) ? each : first),
    null,
  );
}

function digestOf(objects: Iterable<ListedObject>): string {
  const lines = Array.from(objects, ({ key, etag, lastModifiedMs }) => `${key}\n${etag}\n${lastModifiedMs}`);
  return createHash('sha1').update(lines.sort().join('\n')).digest('base64');
}
