/**
 * S3 lists keys in the order of their UTF-8 bytes. JavaScript compares UTF-16 units, which differs where a surrogate meets
 * a character from U+E000 on.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Keys, or pieces of them, in order. */
export class SortedKeys {
  #keys: string[];

  constructor(keys: Iterable<string>) {
    this.#keys = [...keys].sort(compareKeys);
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Null beyond the last. */
  at(index: number): string | null {
    return this.#keys[index] ?? null;
  }

  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || compareKeys(last, key) < 0) this.#keys.push(key);
    else {
      const index = this.#indexOf(key);
      if (this.#keys[index] !== key) this.#keys.splice(index, 0, key);
    }
  }

  delete(key: string): void {
    const index = this.#indexOf(key);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  /** The index of the first key that is not below, where those below come before all others. */
  search(isBelow: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(this.#keys[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexOf(key: string): number {
    return this.search((other) => compareKeys(other, key) < 0);
  }
}
