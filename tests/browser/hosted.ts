import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { bundleOf } from '../../infra/deploy/page-bundle.ts';
import { freePort } from '../../infra/local/web-page.ts';
import { createPipelineApp } from '../../infra/stacks/pipeline-app.ts';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { endProcess } from '../runtime-process.ts';
import { freePagePort } from './pipeline.ts';

type Env = Readonly<Record<string, string>>;

export const SECRET_ID = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Password';
const build = fileURLToPath(new URL('../../.next', import.meta.url));

/** The bundle, of the build that the other browser tests look at, too. */
export function openBundle(): { readonly folder: string; remove(): void } {
  const place = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  return {
    folder: bundleOf(build, path.join(place, 'page')),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

/** What the stack of the page gives its function, with the names that a deployment fills in. */
export function deployedEnvironment(bucket: string): Env {
  const outdir = mkdtempSync(path.join(tmpdir(), 'page-stack-'));
  try {
    const context = { page: 'true', pageBundle: 'none', 'aws:cdk:bundling-stacks': [] };
    const { pageStack } = createPipelineApp({ app: { outdir, context } });
    if (pageStack === null) throw new Error('Expected a stack of the page, got none.');
    const [revision] = Object.values(
      Template.fromStack(pageStack).findResources('AWS::Lambda::WebFunctionRevision'),
    );
    const stated: Readonly<Record<string, unknown>> = revision?.Properties.ServiceConfig.EnvironmentVariables;
    const filledIn: Env = { [SETTINGS.bucket]: bucket, [SETTINGS.passwordSecret]: SECRET_ID };
    const isIntrinsic = ([, value]: [string, unknown]) => typeof value !== 'string';
    const intrinsics = Object.entries(stated).filter(isIntrinsic);
    if (
      intrinsics
        .map(([name]) => name)
        .sort()
        .join() !== Object.keys(filledIn).sort().join()
    ) {
      throw new Error(
        `Expected the template to leave out ${Object.keys(filledIn)}, got ${JSON.stringify(intrinsics)}.`,
      );
    }
    return Object.fromEntries(
      Object.entries(stated).map(([name, value]) => [name, filledIn[name] ?? String(value)]),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export interface HostedPage {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts the bundle with no other environment than this, and waits until it answers. */
export async function startBundle(folder: string, env: Env): Promise<HostedPage> {
  const port = await freePort(freePagePort());
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { NODE_ENV: 'production', PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (const deadlineMs = Date.now() + 15_000; Date.now() < deadlineMs && child.exitCode === null; ) {
    const answers = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5000) }).then(
      () => true,
      () => false,
    );
    if (answers) return { url, port, child };
  }
  await endProcess(child, 'SIGKILL');
  throw new Error(`Expected the bundle to answer at ${url}, got nothing.`);
}

/** Secrets Manager, as far as the page asks it. */
export async function openSecrets(password: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { SecretId } = JSON.parse(Buffer.concat(chunks).toString());
    const isAsked =
      request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && SecretId === SECRET_ID;
    response.writeHead(isAsked ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isAsked ? { SecretString: JSON.stringify({ password }) } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

/** True when a port of this machine is reached by its address 127.0.0.1 alone, and by no other of it. */
export function isOnLoopbackAlone(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Whoever listens on every address listens on this one, too.
    const socket = connect({ host: '127.0.0.2', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
