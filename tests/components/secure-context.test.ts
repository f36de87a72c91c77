import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a page that came by plain HTTP under a name does not have, and the one file that may name it, where it is missed. */
const SECURE_ONLY: readonly (readonly [name: RegExp, file: string | null])[] = [
  [/navigator\s*\.\s*clipboard/, 'components/ui/clipboard.ts'],
  [/\bNotification\b/, 'components/chart/notice-choice.ts'],
  [/\brandomUUID\b|crypto\s*\.\s*subtle|\bcaches\b/, null],
  [
    /navigator\s*\.\s*(serviceWorker|storage|locks|share|wakeLock|geolocation|mediaDevices|credentials)\b/,
    null,
  ],
  [/\bshow(Open|Save)FilePicker\b|\bcookieStore\b|\bgetScreenDetails\b/, null],
];

test('what only secure contexts have is named where its absence is dealt with, and nowhere else', () => {
  const files = ['app', 'components', 'lib/contract', 'lib/core'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  expect(files.length).toBeGreaterThan(100);
  for (const [name, only] of SECURE_ONLY) {
    const naming = files.filter(
      (file) => !file.startsWith('app/api/') && name.test(readFileSync(path.join(root, file), 'utf8')),
    );
    expect(naming, String(name)).toEqual(only === null ? [] : [only]);
  }
});
