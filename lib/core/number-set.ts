/** Kept of a set, in characters of its text: six numbers to a character, and none larger than this takes more. */
const PER_GROUP = 6;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Runs of this many equal characters and more are written once, with their number. */
const LEAST_RUN = 5;

/** The largest number that a set takes. */
export const MAX_NUMBER = 60_000;

/**
 * A set of whole numbers from 1 to `MAX_NUMBER`, a bit each, whose text is short for runs and never longer than 10 kB: for
 * which of a producer's records are in.
 */
export class NumberSet {
  /** Six numbers a byte. */
  #groups = new Uint8Array(16);
  /** How many groups hold something, and all before them. */
  #size = 0;

  /** In groups of six numbers: how much room the set takes, here and at most as text. */
  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    const index = number - 1;
    const group = (index / PER_GROUP) | 0;
    return group < this.#size && ((this.#groups[group] ?? 0) & (1 << (index % PER_GROUP))) !== 0;
  }

  add(number: number): void {
    const index = number - 1;
    const group = (index / PER_GROUP) | 0;
    if (group >= this.#groups.length) {
      const larger = new Uint8Array(Math.max(group + 1, this.#groups.length * 2));
      larger.set(this.#groups);
      this.#groups = larger;
    }
    this.#groups[group] = (this.#groups[group] ?? 0) | (1 << (index % PER_GROUP));
    if (group >= this.#size) this.#size = group + 1;
  }

  /** A character for six numbers, the lowest first; `x(n)` stands for n characters x. */
  serialize(): string {
    let text = '';
    for (let at = 0; at < this.#size; ) {
      const group = this.#groups[at] ?? 0;
      let end = at + 1;
      while (end < this.#size && this.#groups[end] === group) end += 1;
      const digit = DIGITS[group] ?? '';
      text += end - at < LEAST_RUN ? digit.repeat(end - at) : `${digit}(${end - at})`;
      at = end;
    }
    return text;
  }

  /** The inverse of `serialize`; null for anything else. */
  static parse(text: unknown): NumberSet | null {
    if (typeof text !== 'string' || !TEXT.test(text)) return null;
    const set = new NumberSet();
    const groups: number[] = [];
    for (const [, digit = '', times = '1'] of text.matchAll(WORD)) {
      const count = Number(times);
      if (groups.length + count > MAX_NUMBER / PER_GROUP) return null;
      for (let left = count; left > 0; left -= 1) groups.push(DIGITS.indexOf(digit));
    }
    set.#groups = Uint8Array.from([...groups, 0]);
    set.#size = groups.length;
    return set;
  }
}

const TEXT = /^(?:[A-Za-z0-9_-](?:\(\d{1,5}\))?)*$/;
const WORD = /([A-Za-z0-9_-])(?:\((\d{1,5})\))?/g;
