import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each folder may import of ours, besides itself. Arrows go one way. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  app: ['components', 'lib', 'lib/core', 'lib/server'],
  components: ['lib', 'lib/core'],
  lib: ['lib/core'],
  'lib/server': ['lib', 'lib/core'],
  'lib/core': [],
  'infra/functions': ['lib/core'],
  'infra/stacks': ['infra'],
  'infra/local': ['infra', 'lib/core'],
  infra: ['infra/stacks', 'infra/local'],
};

/** The folder of the table that a file belongs to: the longest one that holds it. */
function folderOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(file);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [file] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]((?:\.{1,2}|@)\/[^'"]+)['"]/g)].flatMap((match) => {
    const target = match[1] ?? '';
    return [
      target.startsWith('@/')
        ? target.slice(2)
        : path.posix.normalize(path.posix.join(path.dirname(file), target)),
    ];
  });
}

const files = ['app', 'components', 'lib', 'infra'].flatMap(sources);

test('imports follow the arrows', () => {
  const violations = files.flatMap((file) => {
    const from = folderOf(file);
    return importsOf(file)
      .filter((target) => {
        const to = folderOf(target);
        return to !== from && !(from !== undefined && to !== undefined && MAY_IMPORT[from]?.includes(to));
      })
      .map((target) => `${file} imports ${target}`);
  });
  expect(files.length).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});

test('infra/local and infra/stacks take nothing of infra but the pipeline', () => {
  const violations = files
    .filter((file) => /^infra\/(local|stacks)\//.test(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => folderOf(target) === 'infra' && target !== 'infra/pipeline.ts')
        .map((target) => `${file} imports ${target}`),
    );
  expect(violations).toEqual([]);
});

test('what is served by lib/server never reaches the browser', () => {
  for (const file of files.filter((name) => name.startsWith('lib/server/'))) {
    expect(readFileSync(path.join(root, file), 'utf8'), file).toContain("import 'server-only'");
  }
});

test('the rooms of infra/local/s3: operations use storage and the wire, storage the wire, the wire neither', () => {
  const ROOMS = ['service.ts', 'operations', 'storage', 'wire'];
  const roomOf = (file: string) => ROOMS.indexOf(file.split('/')[3] ?? '');
  const inside = files.filter((file) => file.startsWith('infra/local/s3/'));
  const upward = inside.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('infra/local/s3/') && roomOf(target) < roomOf(file))
      .map((target) => `${file} imports ${target}`),
  );
  expect(inside.length).toBeGreaterThan(20);
  expect(inside.filter((file) => roomOf(file) === -1)).toEqual([]);
  expect(upward).toEqual([]);
});
