import { spawnSync } from 'node:child_process';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DEFAULTS, SETTINGS } from '../../lib/core/setting-names.ts';

/**
 * What starts the page in a bundle. Lambda's web functions say where to listen; elsewhere it is the setting and `PORT`.
 * https://docs.aws.amazon.com/lambda/latest/dg/web-functions-nodejs.html
 */
const SERVER = `const [host, port] = (process.env.AWS_LAMBDA_HTTP_ENDPOINT ?? '').split(':');
// Not HOSTNAME as it comes: shells and containers set it to the machine's own name.
process.env.HOSTNAME = host || process.env.${SETTINGS.listenAddress} || '${DEFAULTS.listenAddress}';
if (port) process.env.PORT = port;
process.env.KEEP_ALIVE_TIMEOUT ??= '${DEFAULTS.keepAliveMs}';
await import('./next-server.js');
`;

/** Beside the build that `npm start` runs. */
const BUILD_NAME = '.next-bundle';

/** Builds the page with all that it takes to run, but Node.js; returns the folder. Throws when it cannot be built. */
export function bundlePage(root: string): string {
  const build = path.join(root, BUILD_NAME);
  rmSync(build, { recursive: true, force: true });
  const next = createRequire(path.join(root, 'package.json')).resolve('next/dist/bin/next');
  const { status } = spawnSync(process.execPath, [next, 'build'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PAGE_BUILD: BUILD_NAME, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0)
    throw new Error(`The page could not be built (next build ended with ${status}; see above).`);
  return bundleOf(build, path.join(build, 'bundle'));
}

/** Makes the bundle in a folder, of the build of a checkout. Returns the folder. */
export function bundleOf(build: string, folder: string): string {
  cpSync(path.join(build, 'standalone'), folder, { recursive: true });
  cpSync(path.join(build, 'static'), path.join(folder, path.basename(build), 'static'), { recursive: true });
  cpSync(path.join(build, '../public'), path.join(folder, 'public'), { recursive: true });
  renameSync(path.join(folder, 'server.js'), path.join(folder, 'next-server.js'));
  writeFileSync(path.join(folder, 'server.js'), SERVER);
  // What the build found on this machine is not for another one.
  for (const name of ['.env', '.env.local', '.env.production'])
    rmSync(path.join(folder, name), { force: true });
  return folder;
}
