import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../../../infra/local/clock.ts';
import { openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../../infra/local/http/http.ts';
import { openLogs as openRegions } from '../../../../infra/local/logs/regional-logs.ts';
import { createLogsService } from '../../../../infra/local/logs/service.ts';

/** 24 January 2021, 15:56 UTC. */
export const startMs = 1_611_503_760_000;

/** Stands still until it is turned; nothing that sleeps by it wakes up. */
export function turnableClock() {
  let now = startMs;
  const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) };
  const turn = (ms: number) => {
    now += ms;
  };
  return { clock, turn };
}

export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'log-store-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The Logs API on a free port, with the SDK's client for it. */
export async function openLogs() {
  const { folder, remove } = await temporaryFolder();
  const { clock, turn } = turnableClock();
  const logs = await openRegions({ dataDir: folder, clock, region: 'us-east-1' });
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  const gateway = await openGateway({
    port: 0,
    services: {
      logs: createLogsService({ logs, clock, accountId: '000000000000' }),
      lambda: absent,
      kinesis: absent,
      s3: absent,
      sts: absent,
      control: absent,
    },
    onError: (error) => {
      throw error;
    },
  });
  const client = new CloudWatchLogsClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    store: logs.home,
    client,
    url: gateway.url,
    folder,
    turn,
    close: async () => {
      client.destroy();
      await gateway.close();
      await logs.close();
      await remove();
    },
  };
}
