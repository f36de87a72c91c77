import { BLANK_PART } from '../../core/window-part.ts';
import 'server-only';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import { MAX_CENTS } from '../../core/cents.ts';
import type { Grid, RolledPart } from '../../core/rolled-part.ts';
import type { WindowPart } from '../../core/window-part.ts';
import { UNSAID } from '../../core/window-result.ts';

/** Where a number is not known. */
const NONE = Number.NaN;
const INFERRED = 1;
const EARLY = 2;

/** What few ask for. */
type Details = Pick<WindowPart, 'customers' | 'amounts'>;

/**
 * A day that is over, small: of each result its key in one long text, its numbers in columns, and who bought and how the
 * amounts are spread packed together with all others', some 400 bytes in all. Who sent is left out: whoever follows a click
 * reads the results of its time.
 */
export class DayColumns {
  readonly size: number;
  readonly #dayMs: number;
  readonly #keys: string;
  readonly shardIds: readonly (string | null)[];
  /** Of each result, in the order of their windows. */
  readonly #startMs: Float64Array;
  readonly #shards: Uint16Array;
  readonly #flags: Uint8Array;
  /** Of each result, one after the other, as `write` does. */
  readonly #numbers: Float64Array;
  /** JSON of a `Details` for each result. */
  #details: { readonly bytes: Uint8Array; readonly isDeflated: boolean };
  /** Of each window, ascending. */
  readonly #windows: Float64Array;
  readonly #lastEndMs: number;
  readonly #longestMs: number;
  /** By step and where its slots begin. */
  readonly #wholeRolled = new Map<string, readonly WindowPart[]>();

  /** `dayMs`: the day's first millisecond. */
  constructor(results: readonly WindowPart[], dayMs: number) {
    const parts = results.toSorted((a, b) => a.window.startMs - b.window.startMs);
    const shards = new Map<string | null, number>();
    for (const { shardId } of parts) if (!shards.has(shardId)) shards.set(shardId, shards.size);
    this.size = parts.length;
    this.#dayMs = dayMs;
    this.#keys = parts.map(({ key }) => key).join('\n');
    this.shardIds = [...shards.keys()];
    this.#startMs = Float64Array.from(parts, ({ window }) => window.startMs);
    this.#shards = Uint16Array.from(parts, ({ shardId }) => shards.get(shardId) ?? 0);
    this.#flags = Uint8Array.from(
      parts,
      ({ inferred, terminatedEarly }) => (inferred ? INFERRED : 0) | (terminatedEarly ? EARLY : 0),
    );
    this.#numbers = new Float64Array(parts.length * WIDTH);
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index];
      if (part !== undefined) write(part, this.#numbers, index * WIDTH);
    }
    const details = parts.map(({ customers, amounts }): Details => ({ customers, amounts }));
    const bytes = Buffer.from(JSON.stringify(details));
    this.#details = { bytes, isDeflated: false };
    // Beside the thread that answers: of all that reading a day takes it is the most.
    deflateRaw(bytes, { level: 1 }, (error, deflated) => {
      if (error === null) this.#details = { bytes: deflated, isDeflated: true };
    });
    this.#windows = Float64Array.from(new Set(this.#startMs));
    this.#lastEndMs = parts.reduce((last, { window }) => Math.max(last, window.endMs), 0);
    this.#longestMs = parts.reduce((most, { window }) => Math.max(most, window.endMs - window.startMs), 0);
  }

  /** Of windows that start in [fromMs, toMs). */
  parts(fromMs: number, toMs: number): WindowPart[] {
    const from = firstAt(this.#startMs, fromMs);
    const to = firstAt(this.#startMs, toMs);
    if (from >= to) return [];
    const keys = this.#keys.split('\n').slice(from, to);
    // Unpacked for whoever looks at them, and for no longer than the parts are held.
    let details: readonly Details[] | null = null;
    const detailsOf = (index: number): Details => {
      details ??= this.#unpacked();
      return details[index] ?? UNSAID;
    };
    return keys.map((key, index) => this.#part(key, from + index, detailsOf));
  }

  /**
   * The same of a grid's slots, with one part for each slot and shard. Null when that would not say the same: a window is
   * longer than those of the grid or may still change, or a sum is beyond what cents say exactly. Results that lie here and
   * belong to the day before stay single: that day has their window, too.
   */
  rolled(grid: Grid): readonly WindowPart[] | null {
    if (this.#lastEndMs > grid.settledMs || this.#longestMs > grid.windowSeconds * 1000) return null;
    const [first = 0, last = first] = [this.#startMs[0], this.#startMs.at(-1)];
    if (grid.fromMs > first || grid.toMs <= last) return this.#rolledFor(grid);
    // Of the whole day it is the same for every range of that step.
    const name = `${grid.stepSeconds} ${grid.fromMs % (grid.stepSeconds * 1000)}`;
    const known = this.#wholeRolled.get(name) ?? this.#rolledFor(grid);
    if (known === null) return null;
    this.#wholeRolled.delete(name);
    this.#wholeRolled.set(name, known);
    for (const oldest of this.#wholeRolled.keys()) {
      if (this.#wholeRolled.size <= MAX_ROLLED) break;
      this.#wholeRolled.delete(oldest);
    }
    return known;
  }

  #rolledFor(grid: Grid): WindowPart[] | null {
    const found = this.parts(grid.fromMs, Math.min(grid.toMs, this.#dayMs));
    const stepMs = grid.stepSeconds * 1000;
    const end = firstAt(this.#startMs, grid.toMs);
    for (let from = firstAt(this.#startMs, Math.max(grid.fromMs, this.#dayMs)); from < end; ) {
      const slot = Math.floor(((this.#startMs[from] ?? 0) - grid.fromMs) / stepMs);
      const to = Math.min(end, firstAt(this.#startMs, grid.fromMs + (slot + 1) * stepMs));
      const rolled = this.#rolledUp(from, to);
      if (rolled === null) return null;
      found.push(...rolled);
      from = to;
    }
    return found;
  }

  /** Of the results at [from, to), by shard; null as `rolled`. */
  #rolledUp(from: number, to: number): RolledPart[] | null {
    const startMs = this.#startMs[from] ?? 0;
    const lastMs = this.#startMs[to - 1] ?? 0;
    const starts = this.#windows.subarray(
      firstAt(this.#windows, startMs),
      firstAt(this.#windows, lastMs + 1),
    );
    const byShard = new Map<number, Writable<RolledPart>>();
    for (let index = from; index < to; index += 1) {
      const shard = this.#shards[index] ?? 0;
      const flags = this.#flags[index] ?? 0;
      const shardId = this.shardIds[shard] ?? null;
      const sums = byShard.get(shard) ?? {
        starts,
        ...BLANK_PART,
        shardId,
        window: { startMs, endMs: startMs },
      };
      byShard.set(shard, sums);
      sums.window = { startMs, endMs: Math.max(sums.window.endMs, this.#number(index, END)) };
      sums.salesCents += this.#number(index, SALES);
      // Up to here doubles say every cent.
      if (Math.abs(sums.salesCents) > MAX_CENTS) return null;
      const recordCount = this.#known(index, COUNT);
      sums.recordCount =
        sums.recordCount === null || recordCount === null ? null : sums.recordCount + recordCount;
      sums.minCents = chosen(sums.minCents, this.#known(index, MIN), Math.min);
      sums.maxCents = chosen(sums.maxCents, this.#known(index, MAX), Math.max);
      sums.rejected += this.#number(index, REJECTED);
      sums.repeated += this.#number(index, REPEATED);
      sums.inferred ||= (flags & INFERRED) !== 0;
      sums.terminatedEarly ||= (flags & EARLY) !== 0;
    }
    return [...byShard.values()];
  }

  #unpacked(): readonly Details[] {
    const { bytes, isDeflated } = this.#details;
    return JSON.parse(Buffer.from(isDeflated ? inflateRawSync(bytes) : bytes).toString());
  }

  #part(key: string, index: number, detailsOf: (index: number) => Details): WindowPart {
    const flags = this.#flags[index] ?? 0;
    const first = /_(\d+)\.json$/.exec(key)?.[1] ?? null;
    return {
      key,
      window: { startMs: this.#startMs[index] ?? 0, endMs: this.#number(index, END) },
      // Who sent it is in the result alone.
      requests: [],
      salesCents: this.#number(index, SALES),
      recordCount: this.#known(index, COUNT),
      minCents: this.#known(index, MIN),
      maxCents: this.#known(index, MAX),
      rejected: this.#number(index, REJECTED),
      repeated: this.#number(index, REPEATED),
      size: this.#number(index, SIZE),
      lastModifiedMs: this.#number(index, MODIFIED),
      shardId: this.shardIds[this.#shards[index] ?? 0] ?? null,
      firstSequenceNumber: first,
      // A snapshot that is left of it began with the same record: it is covered by it all the same.
      lastSequenceNumber: first,
      inferred: (flags & INFERRED) !== 0,
      terminatedEarly: (flags & EARLY) !== 0,
      get customers() {
        return detailsOf(index).customers;
      },
      get amounts() {
        return detailsOf(index).amounts;
      },
    };
  }

  #number(index: number, column: number): number {
    return this.#numbers[index * WIDTH + column] ?? 0;
  }

  #known(index: number, column: number): number | null {
    const number = this.#number(index, column);
    return Number.isNaN(number) ? null : number;
  }
}

/** How many steps a day is kept rolled up for: a range, the year's, and all that is known. */
const MAX_ROLLED = 3;

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

const [END, SALES, COUNT, MIN, MAX, REJECTED, REPEATED, SIZE, MODIFIED] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;
const WIDTH = 9;

function write(part: WindowPart, numbers: Float64Array, at: number): void {
  numbers[at + END] = part.window.endMs;
  numbers[at + SALES] = part.salesCents;
  numbers[at + COUNT] = part.recordCount ?? NONE;
  numbers[at + MIN] = part.minCents ?? NONE;
  numbers[at + MAX] = part.maxCents ?? NONE;
  numbers[at + REJECTED] = part.rejected;
  numbers[at + REPEATED] = part.repeated;
  numbers[at + SIZE] = part.size;
  numbers[at + MODIFIED] = part.lastModifiedMs;
}

function chosen(a: number | null, b: number | null, choose: (a: number, b: number) => number): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}

/** The place of the first number that is not below a limit, in ascending ones. */
function firstAt(ascending: Float64Array, limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
