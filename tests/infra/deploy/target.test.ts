import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../../infra/deploy/deploy-problem.ts';
import { findTarget } from '../../../infra/deploy/target.ts';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { openRuntime } from '../../../infra/local/runtime.ts';

const dataDir = mkdtempSync(path.join(tmpdir(), 'target-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const COMMAND = 'npm run deploy';
const env = (more: Readonly<Record<string, string>>) => {
  const all: Record<string, string> = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', ...more };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  return all;
};
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', dataDir);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('where a command is about to act', () => {
  test('is asked of AWS: account and region', async () => {
    const sts = createServer((request, response) => {
      if (request.method !== 'POST') return response.writeHead(404).end();
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>210987654321</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
    });
    const port = await listening(sts);
    const endpoint = `http://127.0.0.1:${port}`;
    const found = await findTarget(COMMAND, env({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-west-1' }));
    expect(found).toEqual({
      command: COMMAND,
      region: 'eu-west-1',
      accountId: '210987654321',
      profile: null,
      endpoint,
    });
    sts.close();
  });

  test('is never a region by default', async () => {
    await expect(findTarget(COMMAND, env({}))).rejects.toThrow('No region is set');
  });

  test('takes AWS_DEFAULT_REGION too, which other tools read', async () => {
    const attempt = findTarget(
      COMMAND,
      env({ AWS_DEFAULT_REGION: 'eu-west-1', AWS_ENDPOINT_URL: await closedPort() }),
    );
    await expect(attempt).rejects.toThrow('Nothing answers at');
  });

  test('is not the local runtime, where there is nothing to deploy', async () => {
    const runtime = await openRuntime({ ...readLocalSettings({}, process.cwd()), port: 0, dataDir });
    const attempt = findTarget(COMMAND, env({ AWS_ENDPOINT_URL: runtime.url, AWS_REGION: 'us-east-1' }));
    await expect(attempt).rejects.toThrow(DeployError);
    await expect(attempt).rejects.toThrow('is the local runtime');
    await runtime.close();
  });

  test('is told when nothing answers there', async () => {
    const endpoint = await closedPort();
    const attempt = findTarget(COMMAND, env({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1' }));
    await expect(attempt).rejects.toThrow(
      `Nothing answers at ${endpoint}, where AWS_ENDPOINT_URL points: start it, or unset the variable to mean AWS itself.\n\n  unset AWS_ENDPOINT_URL && npm run deploy\n`,
    );
  });
});

function listening(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function closedPort(): Promise<string> {
  const server = net.createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
