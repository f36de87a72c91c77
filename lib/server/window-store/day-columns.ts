import 'server-only';
import type { WindowPart } from '../../core/window-part.ts';

/** Where a number is not known. */
const NONE = Number.NaN;
const INFERRED = 1;
const EARLY = 2;

/**
 * A day that is over, small: of each result its key in one long text and its numbers in columns, some 200 bytes in all.
 * Who sent, who bought and how the amounts are spread is left out: whoever shows one window by itself reads its results.
 */
export class DayColumns {
  readonly #keys: string;
  readonly #shardIds: readonly (string | null)[];
  readonly #shards: Uint16Array;
  readonly #flags: Uint8Array;
  /** Of each result, one after the other, in the order of `numbersOf`. */
  readonly #numbers: Float64Array;

  constructor(parts: readonly WindowPart[]) {
    const shards = new Map<string | null, number>();
    for (const { shardId } of parts) if (!shards.has(shardId)) shards.set(shardId, shards.size);
    this.#shardIds = [...shards.keys()];
    this.#keys = parts.map(({ key }) => key).join('\n');
    this.#shards = Uint16Array.from(parts, ({ shardId }) => shards.get(shardId) ?? 0);
    this.#flags = Uint8Array.from(
      parts,
      ({ inferred, terminatedEarly }) => (inferred ? INFERRED : 0) | (terminatedEarly ? EARLY : 0),
    );
    this.#numbers = new Float64Array(parts.length * WIDTH);
    for (const [index, part] of parts.entries()) this.#numbers.set(numbersOf(part), index * WIDTH);
  }

  get size(): number {
    return this.#flags.length;
  }

  /** Of windows that start in [fromMs, toMs). */
  parts(fromMs: number, toMs: number): WindowPart[] {
    const found: WindowPart[] = [];
    let keys: string[] | null = null;
    for (let index = 0; index < this.#flags.length; index += 1) {
      const at = index * WIDTH;
      const startMs = this.#numbers[at] ?? 0;
      if (startMs < fromMs || startMs >= toMs) continue;
      keys ??= this.#keys.split('\n');
      found.push(this.#part(keys[index] ?? '', index, at));
    }
    return found;
  }

  #part(key: string, index: number, at: number): WindowPart {
    const number = (place: number) => this.#numbers[at + place] ?? 0;
    const orNull = (place: number) => (Number.isNaN(number(place)) ? null : number(place));
    const flags = this.#flags[index] ?? 0;
    const first = /_(\d+)\.json$/.exec(key)?.[1] ?? null;
    return {
      key,
      window: { startMs: number(0), endMs: number(1) },
      salesCents: number(2),
      recordCount: orNull(3),
      minCents: orNull(4),
      maxCents: orNull(5),
      rejected: number(6),
      repeated: number(7),
      size: number(8),
      lastModifiedMs: number(9),
      shardId: this.#shardIds[this.#shards[index] ?? 0] ?? null,
      firstSequenceNumber: first,
      // A snapshot that is left of it began with the same record: it is covered by it all the same.
      lastSequenceNumber: first,
      requests: [],
      customers: null,
      amounts: null,
      inferred: (flags & INFERRED) !== 0,
      terminatedEarly: (flags & EARLY) !== 0,
    };
  }
}

const WIDTH = 10;

function numbersOf(part: WindowPart): readonly number[] {
  return [
    part.window.startMs,
    part.window.endMs,
    part.salesCents,
    part.recordCount ?? NONE,
    part.minCents ?? NONE,
    part.maxCents ?? NONE,
    part.rejected,
    part.repeated,
    part.size,
    part.lastModifiedMs,
  ];
}
