import { defineConfig } from '@playwright/test';
import { ensureBrowser } from './browser/browser.ts';
import { BROWSER_ARGUMENTS } from './browser/launch.ts';

// Its users are told by the documents; a test's terminal is not the place.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

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
