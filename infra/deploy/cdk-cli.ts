import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const INFRA = fileURLToPath(new URL('..', import.meta.url));

export interface CliResult {
  readonly code: number;
  /** All that it printed; its errors among it. */
  readonly said: string;
}

/** Runs the CDK CLI in `infra/`, where its cdk.json is. What it prints is shown as it comes, unless `quiet`. */
export function runCdk(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { readonly quiet: boolean },
): Promise<CliResult> {
  const bin = path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
  const tsx = path.dirname(require.resolve('tsx/package.json'));
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: INFRA,
    // The CLI asks its questions over standard output.
    stdio: ['inherit', options.quiet ? 'pipe' : 'inherit', 'pipe'],
    env: {
      ...env,
      // cdk.json names tsx, wherever this was started from.
      PATH: `${path.resolve(tsx, '../.bin')}${path.delimiter}${env.PATH ?? ''}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      ...(process.stderr.isTTY && !options.quiet ? { FORCE_COLOR: '1' } : {}),
    },
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (!options.quiet) process.stderr.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
  });
}
