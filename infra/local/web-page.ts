import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULTS, SETTINGS } from '../../lib/core/setting-names.ts';
import type { Environment } from './local-settings.ts';

/** The Next.js page as a process of its own: it keeps its event loop to itself, and Ctrl-C ends it with the rest. */
export interface WebPage {
  readonly url: string;
  /** Resolves when the process has ended, with its exit code. */
  readonly ended: Promise<number>;
  stop(): void;
}

export interface WebPageOptions {
  readonly root: string;
  readonly mode: 'dev' | 'start';
  /** The first port to try. */
  readonly port: number;
  readonly env: Environment;
  /** Modules of `infra/local` to load into its process first, besides the one that ends it with this process. */
  readonly preload?: readonly string[];
}

/** A slow machine compiles for a minute; it is not waited for without end. */
const WARM_UP_MS = 120_000;

export async function openWebPage(options: WebPageOptions): Promise<WebPage> {
  const port = await freePort(options.port);
  if (options.mode === 'dev') requireBuildable(options.root);
  if (options.mode === 'start') await ensureBuild(options.root, options.env);
  const address = options.env[SETTINGS.listenAddress] || DEFAULTS.listenAddress;
  const args = [options.mode, '-H', address, '-p', String(port)];
  if (options.mode === 'start') args.push('--keepAliveTimeout', String(DEFAULTS.keepAliveMs));
  const preload = ['follow-parent.mjs', ...(options.preload ?? [])];
  const child = next(options.root, args, withPreload(options.root, options.env, preload), 'pipe');
  const output: string[] = [];
  const ended = exitOf(child);
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      if (/Ready in/.test(text)) resolve();
      else if (!/^\s*(▲|- (Local|Network|Environments)|✓ Starting)/m.test(text)) process.stdout.write(text);
      output.push(text);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      output.push(chunk.toString());
    });
  });
  const early = await Promise.race([ready, ended]);
  if (typeof early === 'number') {
    throw new Error(`The page did not start (next ${options.mode} ended with ${early}):\n${output.join('')}`);
  }
  const url = `http://localhost:${port}`;
  if (options.mode === 'dev') {
    console.log('Compiling the page; the first time takes some seconds …');
    await Promise.race([warmUp(port), ended]);
  }
  // Not SIGTERM: Next would wait for event streams, which end only when their readers do. The page has nothing to save.
  return { url, ended, stop: () => child.kill('SIGKILL') };
}

/** With hot reload nothing is compiled until it is asked for: the first view, and what the page asks first. */
async function warmUp(port: number): Promise<void> {
  for (const asked of ['/', '/api/windows']) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${asked}`, {
        signal: AbortSignal.timeout(WARM_UP_MS),
      });
      await answer.arrayBuffer();
    } catch {
      return; // whoever opens the page sees why
    }
  }
}

/** Builds the production page when there is no build, or one that is older than its sources. */
export async function ensureBuild(root: string, env: Environment): Promise<void> {
  if (!needsBuild(root)) return;
  requireBuildable(root);
  console.log('Building the page (once; the next start takes the build that is there) …');
  const code = await exitOf(next(root, ['build'], withPreload(root, env, ['follow-parent.mjs']), 'inherit'));
  if (code !== 0) throw new Error(`The page could not be built (next build ended with ${code}; see above).`);
}

/** Says in a sentence what the build would say in many. */
function requireBuildable(root: string): void {
  if (root.includes('#')) {
    throw new Error(
      `Expected no # in the path of the checkout, got ${root}: Tailwind CSS reads no file there. Move the checkout; \`npm run local\` runs there as it is.`,
    );
  }
  try {
    accessSync(root, constants.W_OK);
  } catch (error) {
    throw new Error(
      `Expected to be able to write in ${root}, where Next.js keeps what it builds. Make it writable, or run \`npm run build\` there once as somebody who may; \`npm run local\` needs no page.`,
      { cause: error },
    );
  }
}

function next(root: string, args: string[], env: Environment, stdio: 'inherit' | 'pipe'): ChildProcess {
  const bin = createRequire(path.join(root, 'package.json')).resolve('next/dist/bin/next');
  return spawn(process.execPath, [bin, ...args], {
    cwd: root,
    stdio: ['ignore', stdio, stdio],
    env: {
      ...env,
      // Next warns of any other value, such as one that a shell or a test runner left behind.
      NODE_ENV: args[0] === 'dev' ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      // Of the SDK, about Node.js in the years to come: nothing that a person at this terminal can mend now.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
}

function withPreload(root: string, env: Environment, names: readonly string[]): Environment {
  const urls = names.map((name) => pathToFileURL(path.join(root, 'infra/local', name)).href);
  return {
    ...env,
    NODE_OPTIONS: [env.NODE_OPTIONS, ...urls.map((url) => `--import ${url}`)].join(' ').trim(),
  };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const PAGE_SOURCES = ['app', 'components', 'lib', 'public', 'next.config.js', 'package.json'];

/** True when there is no production build, or a source of the page is newer than it. */
function needsBuild(root: string): boolean {
  const buildId = path.join(root, '.next/BUILD_ID');
  if (!existsSync(buildId)) return true;
  const builtMs = statSync(buildId).mtimeMs;
  const isNewer = (file: string): boolean => {
    const stats = statSync(file);
    if (!stats.isDirectory()) return stats.mtimeMs > builtMs;
    return readdirSync(file).some((name) => isNewer(path.join(file, name)));
  };
  return PAGE_SOURCES.map((name) => path.join(root, name)).some((file) => existsSync(file) && isNewer(file));
}

/** The first port from `firstPort` on that nothing uses, on IPv4 and IPv6 alike: `localhost` may mean either. */
export async function freePort(firstPort: number): Promise<number> {
  for (let port = firstPort; port < firstPort + 100; port += 1) {
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
  }
  throw new Error(`No port from ${firstPort} to ${firstPort + 99} is free. End a server, or set PORT.`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
