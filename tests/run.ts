import { spawnSync } from 'node:child_process';

/** `npm test`: every check and every test there is, in the order in which a failure is cheapest to learn of. */
const steps: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['Format, lint and types', ['npm', 'run', '--silent', 'check']],
  ['Unit, protocol, fault and simulation tests', ['npx', 'vitest', 'run', '-c', 'tests/vitest.config.ts']],
  ['Browser tests', ['npx', 'playwright', 'test', '-c', 'tests/playwright.config.ts']],
];

for (const [name, [command = '', ...args]] of steps) {
  console.log(`\n── ${name} ──\n`);
  const startedMs = Date.now();
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) {
    console.error(`\n${name}: failed.`);
    process.exit(status ?? 1);
  }
  console.log(`\n${name}: passed in ${Math.round((Date.now() - startedMs) / 1000)} s.`);
}
console.log('\nEverything passed.');
