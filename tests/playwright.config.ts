import { defineConfig } from '@playwright/test';
import { ensureBrowser } from './browser/browser.ts';
import { BROWSER_ARGUMENTS } from './browser/launch.ts';

export default defineConfig({
  testDir: './browser',
  testMatch: '*.spec.ts',
  outputDir: '../test-results',
  globalSetup: './browser/build.ts',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    // What is not there to be pressed fails its test soon, not with the last second of it.
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: ensureBrowser(),
      args: [...BROWSER_ARGUMENTS],
    },
  },
});
