import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const places: string[] = [];
afterAll(() => {
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
});

/** What the commands read of the project, in another place, where they may write. */
export function checkout(name = 'checkout'): string {
  const place = mkdtempSync(path.join(tmpdir(), 'checkout-'));
  places.push(place);
  const folder = path.join(place, name);
  for (const each of ['infra', 'lib', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(path.join(root, each), path.join(folder, each), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Of what a system has beside Node.js: npm's own commands run in one, and Node.js may be installed in a folder of its own. */
function shellFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'shell-'));
  places.push(folder);
  symlinkSync('/bin/sh', path.join(folder, 'sh'));
  return folder;
}

/** Neither credentials nor a network, nor Docker: a command finds nothing but Node.js. */
const BARE = {
  PATH: [path.dirname(process.execPath), shellFolder()].join(path.delimiter),
  HOME: '/nonexistent',
  NODE_ENV: 'test',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

export interface Said {
  readonly status: number | null;
  readonly said: string;
}

/** `npm run <command> -- <args>` in a checkout, with no other environment than this. */
export function run(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Said {
  return node(
    folder,
    [path.join(root, 'node_modules/tsx/dist/cli.mjs'), 'infra/deploy/cdk.ts', ...args],
    env,
  );
}

export function bootstrap(folder: string, where: string, env: Readonly<Record<string, string>>): Said {
  return node(folder, [path.join(root, 'node_modules/aws-cdk/bin/cdk'), 'bootstrap', where], env);
}

function node(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env: { ...BARE, ...env },
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
}
