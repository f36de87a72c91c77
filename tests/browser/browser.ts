import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser to test with: Playwright's own if present, else CHROMIUM_PATH, else a system Chromium; null when none. */
export function findBrowser(): string | null {
  const candidates = [chromium.executablePath(), process.env.CHROMIUM_PATH ?? '', ...SYSTEM_BROWSERS];
  return candidates.find((file) => file !== '' && existsSync(file)) ?? null;
}

/** Finds a browser, or gets one: Playwright's download, else Debian's package when root. Throws with what to do. */
export function ensureBrowser(): string {
  const isRoot = process.getuid?.() === 0;
  const installs: readonly (readonly [string, readonly string[]])[] = [
    ['npx', ['playwright', 'install', 'chromium']],
    ...(isRoot && existsSync('/usr/bin/apt-get')
      ? ([
          ['apt-get', ['update', '-q']],
          ['apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium']],
        ] as const)
      : []),
  ];
  for (const [command, args] of installs) {
    const found = findBrowser();
    if (found !== null) return found;
    console.log(`No browser found: ${command} ${args.join(' ')}`);
    spawnSync(command, args, { stdio: 'inherit' });
  }
  const found = findBrowser();
  if (found !== null) return found;
  throw new Error(
    'The browser tests need Chromium: run `npx playwright install --with-deps chromium`, or set CHROMIUM_PATH to one that is there.',
  );
}
