import 'server-only';
import { parsePartitionPrefix, partitionPrefix, RESULTS_PREFIX } from '../../core/object-key.ts';
import { parsePartKey } from '../../core/window-part.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Malformed } from './partition.ts';

/** Which UTC days have results, and where each of them begins, by their keys alone. */
export class DayList {
  /** `YYYY_MM_DD`, newest first. */
  days: readonly string[] = [];
  /** Objects beside the partitions: no results. */
  strays: readonly Malformed[] = [];
  readonly #reader: ObjectReader;
  readonly #firstByDay = new Map<string, number | null>();
  #listedMs: number | null = null;

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  get isListed(): boolean {
    return this.#listedMs !== null;
  }

  /** Lists the partitions, unless that was done `maxAgeMs` ago or later. True when it did. Throws what the reader throws. */
  async refresh(elapsedMs: number, maxAgeMs: number): Promise<boolean> {
    if (this.#listedMs !== null && elapsedMs - this.#listedMs < maxAgeMs) return false;
    const { prefixes, objects } = await this.#reader.list(RESULTS_PREFIX, { delimiter: '/' });
    this.days = prefixes.flatMap((prefix) => parsePartitionPrefix(prefix) ?? []).reverse();
    this.strays = objects
      .filter(({ key }) => key !== RESULTS_PREFIX)
      .map(({ key, lastModifiedMs }) => ({
        key,
        lastModifiedMs,
        reason: 'Expected a key in a partition `dt=`',
        startMs: null,
      }));
    this.#listedMs = elapsedMs;
    return true;
  }

  /** The next `refresh` lists whatever its age. */
  expire(): void {
    if (this.#listedMs !== null) this.#listedMs = Number.NEGATIVE_INFINITY;
    this.#firstByDay.clear();
  }

  /** The start of a day's first window; null when it has none. One listing of its first page. Throws what the reader throws. */
  async firstWindowMs(day: string, windowSeconds: number): Promise<number | null> {
    const known = this.#firstByDay.get(day);
    if (known !== undefined) return known;
    const { objects } = await this.#reader.list(partitionPrefix(day), { pages: 1 });
    const starts = objects.flatMap(({ key }) => {
      try {
        return parsePartKey(key, windowSeconds).startMs;
      } catch {
        return [];
      }
    });
    const firstMs = starts.length === 0 ? null : Math.min(...starts);
    this.#firstByDay.set(day, firstMs);
    return firstMs;
  }
}
