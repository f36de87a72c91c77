import 'server-only';
import type { WindowLack } from '../../core/lack.ts';
import type { Grid } from '../../core/rolled-part.ts';
import type { WindowPart } from '../../core/window-part.ts';
import type { ObjectReader } from './object-reader.ts';
import { type Malformed, Partition } from './partition.ts';

/** A day that is over takes some 400 bytes a result: 200 MB. The day that was asked for longest ago goes first. */
const MAX_RESULTS = 500_000;

/** The partitions that are in memory, by their UTC days `YYYY_MM_DD`. */
export class Partitions {
  readonly #reader: ObjectReader;
  /** In the order of their last use. */
  readonly #byDay = new Map<string, Partition>();
  #droppedChanges = 0;

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  /** Changes with what the partitions hold; never goes back. */
  get version(): number {
    let changes = this.#droppedChanges;
    for (const partition of this.#byDay.values()) changes += partition.version;
    return changes;
  }

  get(day: string): Partition | undefined {
    return this.#byDay.get(day);
  }

  /** The partition of a day, in memory from now on. */
  use(day: string, windowSeconds: number): Partition {
    const partition = this.#byDay.get(day) ?? new Partition(day, this.#reader, windowSeconds);
    this.#byDay.delete(day);
    this.#byDay.set(day, partition);
    return partition;
  }

  /** The shards of the day that was asked for last and has some. */
  get shardIds(): readonly string[] {
    for (const partition of [...this.#byDay.values()].reverse()) {
      if (partition.shardIds.length > 0) return partition.shardIds;
    }
    return [];
  }

  /** What is known of some days, of windows that start in [fromMs, toMs); for `grid`, days that are over may be rolled up. */
  parts(
    days: Iterable<string>,
    fromMs = Number.NEGATIVE_INFINITY,
    toMs = Number.POSITIVE_INFINITY,
    grid: Grid | null = null,
  ): WindowPart[] {
    return [...days].flatMap((day) => this.#byDay.get(day)?.parts(fromMs, toMs, grid) ?? []);
  }

  /** What is known of all days, rolled up where that can be. */
  all(grid: Grid): WindowPart[] {
    return this.parts(this.#byDay.keys(), grid.fromMs, grid.toMs, grid);
  }

  lacks(fromMs: number, toMs: number): WindowLack[] {
    return [...this.#byDay.values()].flatMap((partition) => partition.lacks(fromMs, toMs));
  }

  /** Of some days, or of all. */
  malformed(days: Iterable<string> = this.#byDay.keys()): Malformed[] {
    return [...days].flatMap((day) => this.#byDay.get(day)?.malformed() ?? []);
  }

  /** Forgets how fresh they are. */
  expire(): void {
    for (const partition of this.#byDay.values()) partition.listedMs = null;
  }

  /** Drops those of all days but these. */
  keep(isKept: (day: string) => boolean): void {
    for (const day of [...this.#byDay.keys()]) if (!isKept(day)) this.#drop(day);
  }

  /** Drops the ones used longest ago while there are too many; never one that is needed now. */
  evict(needed: ReadonlySet<string>): void {
    for (const day of [...this.#byDay.keys()]) {
      if (this.resultCount <= MAX_RESULTS) return;
      if (!needed.has(day)) this.#drop(day);
    }
  }

  /** How many results are in memory. */
  get resultCount(): number {
    let count = 0;
    for (const partition of this.#byDay.values()) count += partition.resultCount;
    return count;
  }

  #drop(day: string): void {
    this.#droppedChanges += 1 + (this.#byDay.get(day)?.version ?? 0);
    this.#byDay.delete(day);
  }
}
