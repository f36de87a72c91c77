import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const rows = readFileSync(path.join(docs, 'fidelity.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Rule|---) /.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

/** The tests that a row names: `[describe › test](../path)`. */
const testsIn = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/\[(.+?)\]\((\.\.\/tests\/[^)]+\.test\.ts)\)/g)].map(
    ([, name = '', file = '']) => ({ names: name.split(' › '), file: path.join(docs, file) }),
  );

/** Is there a `describe` or a `test` of that title in the source? */
const has = (source: string, title: string) =>
  [`'${title}'`, `"${title}"`].some((literal) => new RegExp(`\\(\\s*${escaped(literal)},`).test(source));

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

test('every rule says how sure it is, what is done here, and which test proves it', () => {
  expect(rows.length).toBeGreaterThan(70);
  for (const row of rows) {
    expect(row, row.join(' | ')).toHaveLength(4);
    const [, certainty, here, tests] = row;
    expect(certainty, row[0]).toMatch(/documented|measured|inferred|unknown|sources differ|refused/);
    expect(here, row[0]).not.toBe('');
    expect(testsIn(tests).length, row[0]).toBeGreaterThan(0);
  }
});

test('every test that the table names exists', () => {
  const missing = rows.flatMap(([, , , tests]) =>
    testsIn(tests).flatMap(({ names, file }) => {
      const source = readFileSync(file, 'utf8');
      return names.filter((name) => !has(source, name)).map((name) => `${path.basename(file)}: ${name}`);
    }),
  );
  expect(missing).toEqual([]);
});

test('a name that is in no test would be missed', () => {
  expect(has("test('a', () => {})", 'a')).toBe(true);
  expect(has("test('ab', () => {})", 'a')).toBe(false);
});
