/** How Chromium is started wherever it is driven here: quiet towards the world outside. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  '--no-sandbox', // as root there is no other way; the pages under test are this project's own
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
