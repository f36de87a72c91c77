import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(pages)('%s names only files and folders that are there', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  const named = [...text.matchAll(/`((?:app|components|lib|infra|tests|docs)\/[\w./-]*)`/g)].map(
    ([, name = '']) => name,
  );
  // LocalStack's, which the page of rules cites.
  const ours = named.filter((name) => !name.startsWith('tests/aws/'));
  const linked = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, target = '']) =>
    path.posix.join(path.posix.dirname(page), target),
  );
  expect([...ours, ...linked].filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
});

/** All folders below one, but those of the API, each of which is the address of its route. */
function foldersBelow(folder: string): string[] {
  if (folder === 'app/api') return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`${folder}/${name}`, ...foldersBelow(`${folder}/${name}`)]);
}

test.each(['README.md', 'docs/architecture.md'])(
  'the tables of %s name every folder of the source',
  (page) => {
    const tables =
      readFileSync(path.join(root, page), 'utf8')
        .match(/^\|.*$/gm)
        ?.join('\n') ?? '';
    const folders = ['app', 'components', 'lib', 'infra'].flatMap(foldersBelow);
    const isNamed = (folder: string) =>
      [`${folder}/`, `${path.basename(folder)}/`].some((name) => tables.includes(`\`${name}\``));
    expect(folders.length).toBeGreaterThan(30);
    expect(folders.filter((folder) => !isNamed(folder))).toEqual([]);
  },
);

test('the picture of the rooms has every room', () => {
  const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  const picture = /```mermaid[^`]*```/.exec(text)?.[0] ?? '';
  const rooms = ['components', 'lib', 'infra'].flatMap((wing) =>
    readdirSync(path.join(root, wing), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
  );
  expect(rooms.filter((room) => !new RegExp(`\\b${room}\\b`).test(picture))).toEqual([]);
});

test('the table of folders in the README names every one', () => {
  const text = readFileSync(path.join(root, 'README.md'), 'utf8');
  const foldersIn = (wing: string) =>
    readdirSync(path.join(root, wing), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${wing}/${entry.name}/`);
  const folders = [
    'app/',
    'components/',
    ...foldersIn('lib'),
    ...foldersIn('infra'),
    'public/',
    'tests/',
    'docs/',
  ];
  expect(folders.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
});
