import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openGateway } from '../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../infra/local/http/http.ts';
import { createS3Service } from '../../../infra/local/s3/service.ts';
import { ObjectStore } from '../../../infra/local/s3/storage/object-store.ts';
import { liveKey, resultKey } from '../../../lib/core/object-key.ts';
import { serializeResult, type WindowResult } from '../../../lib/core/window-result.ts';
import { type AwsClients, createAwsClients } from '../../../lib/server/aws-clients.ts';
import type { BucketReader } from '../../../lib/server/bucket-reader.ts';
import { createDashboard, type Dashboard } from '../../../lib/server/dashboard.ts';
import { readSettings } from '../../../lib/server/settings.ts';

export const BUCKET = 'results';

/** A clock that stands still until it is turned. */
export interface TurnableClock {
  nowMs: number;
  /** How much more than the time of day has gone by: when that was set back. */
  setBackMs: number;
  /** Never ends, unless it is given another one. */
  sleep: (ms: number) => Promise<void>;
}

export interface LocalBucket {
  readonly url: string;
  readonly clock: TurnableClock;
  readonly clients: AwsClients;
  readonly dashboard: Dashboard;
  readonly reader: BucketReader;
  /** What requests were answered, as `GET /results/key`, oldest first. */
  readonly requests: string[];
  /** Answers instead of a service while it is set. */
  refuse: HttpService | null;
  put(key: string, body: string): Promise<void>;
  putResult(result: WindowResult): Promise<string>;
  putSnapshot(result: WindowResult): Promise<void>;
  /** Many results at once, past the network. */
  fill(results: readonly WindowResult[]): void;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** The dashboard's parts against S3 over HTTP, on a free port. `services` stand in for those besides S3. */
export async function openLocalBucket(
  nowMs: number,
  env: Readonly<Record<string, string>> = {},
  services: {
    readonly lambda?: HttpService;
    readonly logs?: HttpService;
    readonly control?: HttpService;
  } = {},
): Promise<LocalBucket> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
  const clock: TurnableClock = { nowMs, setBackMs: 0, sleep: () => new Promise(() => {}) };
  const objects = new ObjectStore({
    dataDir,
    clock: { now: () => clock.nowMs, sleep: () => new Promise(() => {}) },
    region: 'us-east-1',
  });
  objects.ensureBucket(BUCKET);
  const requests: string[] = [];
  const s3 = createS3Service({ objects });
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  const through =
    (service: HttpService): HttpService =>
    (request) => {
      requests.push(`${request.method} ${decodeURIComponent(request.path)}`);
      return (opened.refuse ?? service)(request);
    };
  const gateway = await openGateway({
    port: 0,
    services: {
      s3: through(s3),
      lambda: through(services.lambda ?? absent),
      logs: through(services.logs ?? absent),
      control: through(services.control ?? absent),
      kinesis: absent,
      sts: absent,
    },
    onError: (error) => {
      throw error;
    },
  });

  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  process.env.AWS_ENDPOINT_URL = gateway.url;
  const clients = createAwsClients('us-east-1');
  const settings = readSettings({
    BUCKET_NAME: BUCKET,
    AWS_ENDPOINT_URL: gateway.url,
    AWS_REGION: 'us-east-1',
    WINDOW_IDLE_SECONDS: '1',
    ...env,
  });
  const dashboard = createDashboard(settings, clients, {
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs + clock.setBackMs,
    sleep: (ms) => clock.sleep(ms),
  });
  const put = async (key: string, body: string) => {
    await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  };
  const opened: LocalBucket = {
    url: gateway.url,
    clock,
    clients,
    dashboard,
    reader: dashboard.reader,
    requests,
    refuse: null,
    put,
    putResult: async (result) => {
      await put(resultKey(result), serializeResult(result));
      return resultKey(result);
    },
    putSnapshot: (result) => put(liveKey(result.shardId), serializeResult(result)),
    fill: (results) => {
      for (const each of results) {
        const body = Buffer.from(serializeResult(each));
        objects
          .bucket(BUCKET)
          .put(resultKey(each), body, { 'content-type': 'application/json' }, clock.nowMs);
      }
    },
    remove: async (key) => {
      await clients.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    },
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await gateway.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return opened;
}

/** One part of one window of one shard, all of its sales from one click. */
export function result(
  startMs: number,
  shardId: string,
  first: number,
  sales: readonly number[],
  rest: Partial<WindowResult> = {},
): WindowResult {
  const salesCents = sales.reduce((sum, cents) => sum + cents, 0);
  return {
    window: { startMs, endMs: startMs + 120_000 },
    shardId,
    firstSequenceNumber: String(first),
    lastSequenceNumber: String(first + Math.max(1, sales.length) - 1),
    recordCount: sales.length,
    salesCents,
    minCents: sales.length === 0 ? null : Math.min(...sales),
    maxCents: sales.length === 0 ? null : Math.max(...sales),
    rejected: 0,
    repeated: 0,
    requests: [{ requestId: `click-${first}`, recordCount: sales.length, salesCents }],
    customers: null,
    amounts: null,
    terminatedEarly: false,
    ...rest,
  };
}
