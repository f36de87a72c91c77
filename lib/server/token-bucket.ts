import 'server-only';

/** What can be taken of something, and when there is more. Times are milliseconds of a clock that only goes forward. */
export interface Budget {
  /** Takes all of it, and answers 0; or nothing, and answers how long until there is enough. Infinity: there never is. */
  take(key: string, count: number, nowMs: number): number;
  /** What was taken then and not used. */
  giveBack(key: string, count: number, nowMs: number, takenMs: number): void;
}

/** A bucket for each key: full at first, and filled again drop by drop. */
export class TokenBuckets implements Budget {
  readonly #capacity: number;
  readonly #fillMs: number;
  /** Whose last change is the longest ago comes first. */
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  /** `fillMs`: how long an empty one takes until it is full. */
  constructor(capacity: number, fillMs: number) {
    this.#capacity = capacity;
    this.#fillMs = fillMs;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  take(key: string, count: number, nowMs: number): number {
    if (count > this.#capacity) return Number.POSITIVE_INFINITY;
    const tokens = this.#tokens(key, nowMs);
    if (tokens < count) return ((count - tokens) * this.#fillMs) / this.#capacity;
    this.#set(key, tokens - count, nowMs);
    return 0;
  }

  giveBack(key: string, count: number, nowMs: number): void {
    this.#set(key, this.#tokens(key, nowMs) + count, nowMs);
  }

  #tokens(key: string, nowMs: number): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#capacity;
    const filled = ((nowMs - bucket.atMs) * this.#capacity) / this.#fillMs;
    return Math.min(this.#capacity, bucket.tokens + filled);
  }

  #set(key: string, tokens: number, nowMs: number): void {
    this.#buckets.delete(key);
    if (tokens < this.#capacity) this.#buckets.set(key, { tokens, atMs: nowMs });
    // One that is full again is like a new one. No more is looked through: those behind are full soon after the first that is not.
    for (const each of this.#buckets.keys()) {
      if (this.#tokens(each, nowMs) < this.#capacity) return;
      this.#buckets.delete(each);
    }
  }
}
