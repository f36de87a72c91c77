import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOfPath, pathOfKey } from '../../../../../infra/local/s3/storage/key-path.ts';

/** Keys of what is awkward: separators, dots, escapes, controls, long names, characters beyond the basic plane. */
const awkward = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%',
        '%2E',
        '%+',
        '%_',
        '\\',
        ':',
        '\0',
        '\n',
        ' ',
        'a',
        'é',
        '😀',
        '.json',
      ),
      fc.constantFrom('a'.repeat(199), 'a'.repeat(200), 'é'.repeat(150), '.'.repeat(255), '\0'.repeat(90)),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((key) => key !== '' && key.isWellFormed());

const names = (file: string) => file.split('/');

describe('the path of a key', () => {
  test.each([
    ['revenue_sum/dt=2021_01_24/1611503884042.json', 'revenue_sum/dt=2021_01_24/1611503884042.json'],
    ['revenue_live/shardId-000000000000.json', 'revenue_live/shardId-000000000000.json'],
    ['größe €.txt', 'größe €.txt'],
    ['notes', 'notes%'],
    ['notes/today', 'notes/today%'],
    ['v1.2/data.json', 'v1%2E2/data.json'],
    ['.hidden', '%2Ehidden%'],
    ['../../etc/passwd', '%2E%2E/%2E%2E/etc/passwd%'],
    ['/a//b/', '%_/a/%_/b/%'],
    ['50%', '50%25%'],
    ['a\\b:c\0d.txt', 'a%5Cb%3Ac%00d.txt'],
  ])('of %j is %j', (key, file) => {
    expect(pathOfKey(key)).toBe(file);
    expect(keyOfPath(file)).toBe(key);
  });

  test('leads back to the key', () => {
    fc.assert(
      fc.property(awkward, (key) => {
        expect(keyOfPath(pathOfKey(key))).toBe(key);
      }),
      { numRuns: 3000 },
    );
  });

  test('stays inside the folder, in names that every file system takes', () => {
    fc.assert(
      fc.property(awkward, (key) => {
        const file = pathOfKey(key);
        expect(path.posix.normalize(file)).toBe(file);
        expect(file.startsWith('/')).toBe(false);
        for (const name of names(file)) {
          expect(name).not.toMatch(/^(\.{0,2})$/);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
          expect(name).not.toMatch(/[\u0000-\u001f\\:]/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('is never a folder on the path of another key', () => {
    fc.assert(
      fc.property(awkward, awkward, (one, other) => {
        const keys = [one, other, `${one}/${other}`, `${one}${other}`, one.slice(0, 3)];
        const files = new Set(keys.filter((key) => key !== '' && key.isWellFormed()).map(pathOfKey));
        for (const file of files) {
          const folders = names(file).map((_, index, all) => all.slice(0, index).join('/'));
          expect(folders.filter((folder) => files.has(folder))).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a file that no key has is no object', () => {
    for (const file of ['notes', 'v1.2/data.json', '.hidden', 'a/..', '%zz.txt', '%2e.txt', 'a%+']) {
      expect(keyOfPath(file)).toBeNull();
    }
  });
});
