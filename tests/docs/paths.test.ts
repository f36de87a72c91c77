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

test('the architecture page names every room', () => {
  const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  const rooms = ['app', 'components', 'lib', 'infra'].flatMap((wing) =>
    readdirSync(path.join(root, wing), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && wing !== 'app')
      .map((entry) => entry.name),
  );
  expect(rooms.filter((room) => !text.includes(`${room}/`) && !text.includes(`/${room}`))).toEqual([]);
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
