import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const elsewhere = mkdtempSync(path.join(tmpdir(), 'synth-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

/** Neither credentials nor a network, nor Docker: the command finds nothing but Node.js. */
const BARE = {
  PATH: path.dirname(process.execPath),
  HOME: elsewhere,
  NODE_ENV: 'test',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

function cdk(folder: string, ...args: string[]): { status: number | null; said: string } {
  const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsx, path.join(folder, 'infra/cdk.ts'), ...args],
    { cwd: folder, env: BARE, encoding: 'utf8' },
  );
  return { status, said: `${stdout}${stderr}` };
}

/** What the command reads of the project, in another place. */
function checkout(name: string): string {
  const folder = path.join(elsewhere, name);
  for (const each of ['infra', 'lib', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(path.join(root, each), path.join(folder, each), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** The templates, and the files that are published, whose names are their hashes. */
function outcome(folder: string): Readonly<Record<string, string>> {
  const out = path.join(folder, 'cdk.out');
  return Object.fromEntries(
    readdirSync(out)
      .filter((name) => /\.template\.json$|^asset\./.test(name))
      .sort()
      .map((name) => [name, name.startsWith('asset.') ? '' : readFileSync(path.join(out, name), 'utf8')]),
  );
}

describe('npm run synth', () => {
  test('gives the same templates and functions in whatever directory, with nothing but Node.js', {
    timeout: 180_000,
  }, () => {
    const [one, other] = [checkout('one'), checkout('quite/another one')];
    expect(cdk(one, 'synth')).toEqual({
      status: 0,
      said: 'The templates and the functions are in cdk.out/.\n',
    });
    const first = outcome(one);
    expect(Object.keys(first)).toEqual([
      expect.stringMatching(/^asset\.[0-9a-f]{64}$/),
      expect.stringMatching(/^asset\.[0-9a-f]{64}$/),
      'tumbling-window-stream-analytics-kinesis-producer-stack.template.json',
      'tumbling-window-stream-analytics-stack.template.json',
    ]);

    expect(cdk(other, 'synth').status).toBe(0);
    expect(outcome(other)).toEqual(first);
  });

  test.each([
    [['synth', '-c', 'shards=none'], 'Expected -c shards to be a whole number from 1 to 200, got "none".'],
    [['synth', '-c', 'shard=2'], 'got "shard=2".'],
    [['deploy', '-c', 'mode=big'], 'Expected -c mode to be provisioned or on-demand, got "big".'],
  ])('%j ends with a sentence, before anything is built', (args, sentence) => {
    const { status, said } = cdk(root, ...args);
    expect(status).toBe(1);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toContain(sentence);
  });
});

test.each(['deploy', 'destroy'])('npm run %s says which command mends it', { timeout: 60_000 }, (command) => {
  expect(cdk(root, command)).toEqual({
    status: 1,
    said: `\nNo region is set, neither in AWS_REGION nor in the profile: say where.\n\n  AWS_REGION=us-east-1 npm run ${command}\n\n`,
  });
  const { status, said } = cdk(root, command, '--region', 'eu-west-1');
  expect(status).toBe(1);
  expect(said).toContain(`No AWS credentials were found`);
  expect(said).toContain(`AWS_PROFILE=NAME npm run ${command}`);
});
