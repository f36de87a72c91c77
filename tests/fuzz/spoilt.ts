import type { Random } from '../../infra/local/testing/random.ts';

export type Samples<T> = readonly [T, ...T[]];

/** Values that nobody means, and that a reader meets all the same. */
const STRANGE: Samples<unknown> = [
  null, true, 0, -1, 1, 1.005, 1e21, 1e308, 2 ** 53, -(2 ** 53), '', ' ', '0', '-1', '1e3', 'true', '__proto__', 'constructor',
  'é😀\ud800', '\u0000', '9'.repeat(400), 'x'.repeat(5000), '2021-01-24T15:56:00Z', '+275760-09-13T00:00:00.001Z', [], [[]], [null],
  {}, { length: 5 }, { a: { b: [{ c: null }] } }, ['a', 1, {}],
]; // biome-ignore format: a list to pick from

/** Characters that mean something somewhere. */
const PIECES: Samples<string> = [
  '', '', '\n', '\r\n', '\0', '"', '\\', '{', '}', '[', ']', ',', ':', '/', '_', '-', '.', '%', '%00', '%zz', '&', '=', '?', '+', ' ', '0',
  '9'.repeat(30), '1e999', '.json', '\uFEFF', 'é', '😀', '\ud800', '__proto__', '<', ']]>', '[['.repeat(20_000), 'x'.repeat(3000),
]; // biome-ignore format: a list to pick from

/** A value that is meant, with some of it changed: a member replaced, taken away, or added. */
export function spoiltValue(random: Random, samples: Samples<unknown>): unknown {
  if (random.chance(0.05)) return random.pick(STRANGE);
  let value = random.pick(samples);
  for (let changes = random.int(0, 3); changes > 0; changes -= 1)
    value = changed(random, value, random.int(0, 5));
  return value;
}

function changed(random: Random, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return random.pick(STRANGE);
  const entries = Object.entries(value);
  const at = random.int(0, entries.length);
  const entry = entries[at];
  if (entry === undefined) entries.push([random.chance(0.5) ? '__proto__' : 'more', random.pick(STRANGE)]);
  else if (depth > 0) entry[1] = changed(random, entry[1], depth - 1);
  else if (random.chance(0.2)) entries.splice(at, 1);
  else entry[1] = random.pick(STRANGE);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** A text that is meant, with some of its characters changed, whatever they mean. */
export function spoiltText(random: Random, samples: Samples<string>): string {
  let text = random.pick(samples);
  for (let changes = random.int(1, 3); changes > 0; changes -= 1) {
    const at = random.int(0, text.length);
    const cut = random.chance(0.8) ? random.int(0, 3) : random.int(0, text.length);
    text = text.slice(0, at) + random.pick(PIECES) + text.slice(at + cut);
  }
  return text;
}

/** JSON that is meant, with some of its values or of its characters changed. */
export function spoiltJson(random: Random, samples: Samples<unknown>): string {
  if (random.chance(0.7)) return JSON.stringify(spoiltValue(random, samples));
  return spoiltText(random, [JSON.stringify(random.pick(samples))]);
}
