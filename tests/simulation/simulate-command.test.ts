import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('./simulate.ts', import.meta.url));

/** As `npm run simulate -- …` runs it. */
function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('npx', ['tsx', command, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('one seed is told event by event', { timeout: 60_000 }, () => {
  const { status, stdout } = simulate('--seed', '7');
  expect(stdout).toMatch(/^ {4}0\.000 {2}\{"windowSeconds":\d+,/);
  expect(stdout).toMatch(/\n +\d+\.\d{3} {2}record-1 arrives in shardId-\d{12} at /);
  expect(stdout).toMatch(/\n +\d+\.\d{3} {2}call id-\d+ /);
  expect(stdout).toMatch(/\n1 schedules, \d+ invocations, 0 broken, /);
  expect(status).toBe(0);
});

test('many seeds are counted, and a number that is none is refused', { timeout: 60_000 }, () => {
  expect(simulate('--seeds', '20').stdout).toMatch(/^20 schedules, \d+ invocations, 0 broken, /);
  expect(simulate('--seeds', 'many')).toMatchObject({
    status: 2,
    stderr: 'Expected --seeds to be followed by a whole number, got many.\n',
  });
});
