import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Under which whatever is built of the project may be passed on, closed or open, as long as its notices come along. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-4.0', 'ISC', 'MIT']);
/** Under these a package is passed on as it is, beside what is built and not in it. docs/licences.md says which and why. */
const BESIDE = new Set(['LGPL-3.0-or-later', 'MPL-2.0', 'SIL OPEN FONT LICENSE']);

interface Package {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

function byLicence(): Map<string, Set<string>> {
  const lock: { readonly packages: Readonly<Record<string, Package>> } = JSON.parse(
    readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
  );
  const found = new Map<string, Set<string>>();
  for (const [place, { license = 'none', dev, link }] of Object.entries(lock.packages)) {
    if (place === '' || dev === true || link === true) continue;
    found.set(license, (found.get(license) ?? new Set()).add(place.replace(/^.*node_modules\//, '')));
  }
  return found;
}

test('every package that is passed on has a licence that allows it', () => {
  const parts = [...byLicence().keys()].flatMap((licence) => licence.split(' AND '));
  expect(parts.filter((licence) => !ALLOWED.has(licence) && !BESIDE.has(licence))).toEqual([]);
});

test('the licences document names each of them', () => {
  const rows = [...byLicence()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, names]) => `| ${licence} | ${[...names].sort().join(', ')} |`);
  const text = readFileSync(new URL('../../docs/licences.md', import.meta.url), 'utf8');
  expect(text.split('\n').filter((line) => /^\| (?!Licence|---)/.test(line))).toEqual(rows);
});
