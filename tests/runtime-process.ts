import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm start`, `npm run local` or `npm run dashboard` as a process of its own, to be killed at will. */
export interface RuntimeProcess {
  readonly child: ChildProcess;
  /** Of the page; empty for `local`. */
  readonly url: string;
  /** Empty for `dashboard`, which looks at another's. */
  readonly endpoint: string;
  /** All that it printed until it was ready. */
  readonly output: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

export function startProcess(
  mode: 'start' | 'local' | 'dashboard',
  env: NodeJS.ProcessEnv,
  limits: { readonly largestFileBytes?: number } = {},
): Promise<RuntimeProcess> {
  // `ulimit -f` counts in blocks of 512 bytes (POSIX).
  const blocks = limits.largestFileBytes === undefined ? 'unlimited' : limits.largestFileBytes / 512;
  const command = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, 'infra/local/start.mjs', mode], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const onOutput = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^ {2}Page +(\S+)/m.exec(output)?.[1] ?? '';
      const endpoint = /^ {2}AWS endpoint +(\S+)/m.exec(output)?.[1] ?? '';
      if (output.includes('Ctrl-C')) resolve({ child, url, endpoint, output });
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.on('exit', (code) => reject(new Error(`It did not start (exit ${code}):\n${output}`)));
  });
}

export function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
