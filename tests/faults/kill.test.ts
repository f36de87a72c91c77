import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, test } from 'vitest';
import { freePort } from '../../infra/local/web-page.ts';
import { serializeSale } from '../../lib/core/sale.ts';
import { parseResult, type WindowResult } from '../../lib/core/window-result.ts';
import { endProcess, startProcess } from '../runtime-process.ts';

const KILLS = 50;
const RESET_KILLS = 10;
const BUCKET = 'tumbling-window-results';
const RECORDS_PER_CALL = 40;
/** Of each of four clients in one life: with three lives in a window still below the 500 ids that a result tells apart. */
const CALLS_PER_LIFE = 40;

/** What one PutRecords call put in, under a request id of its own. */
interface Call {
  readonly cents: number;
  /** True when the answer arrived; a call that was cut off may be in, or not, but never twice. */
  acknowledged: boolean;
}

test(`${KILLS} kills under load, resharding and multipart uploads lose nothing acknowledged and count none twice`, {
  timeout: 300_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kill-'));
  const port = await freePort(24_000 + (process.pid % 500) * 10);
  const env = {
    ...process.env,
    LOCAL_AWS_PORT: String(port),
    LOCAL_DATA_DIR: dataDir,
    WINDOW_SECONDS: '1',
    SHARD_COUNT: '2',
  };
  const calls = new Map<string, Call>();
  const uploads = new Map<string, { readonly body: string; isAcknowledged: boolean }>();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = kinesisOf(endpoint);
  const s3 = s3Of(endpoint);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const running = await startProcess('local', env);
    expect(running.endpoint).toBe(endpoint);
    let loading = true;
    const load = Array.from({ length: 4 }, async (_, worker) => {
      for (let i = 0; loading && i < CALLS_PER_LIFE; i += 1) {
        await pause(8);
        const requestId = `${kill}-${worker}-${i}`;
        const call: Call = { cents: 0, acknowledged: false };
        const records = Array.from({ length: RECORDS_PER_CALL }, (_unused, n) => ({
          PartitionKey: `${requestId}-${n}`,
          Data: Buffer.from(
            serializeSale({
              custName: 'Kobold',
              custId: n,
              salesCents: 100 + n,
              requestId,
              requestNumber: null,
            }),
          ),
        }));
        calls.set(requestId, { ...call, cents: sumTo(RECORDS_PER_CALL) });
        try {
          const answer = await client.send(
            new PutRecordsCommand({ StreamName: 'data_pipe', Records: records }),
          );
          expect(answer.FailedRecordCount).toBe(0);
          calls.set(requestId, { cents: sumTo(RECORDS_PER_CALL), acknowledged: true });
        } catch {
          return; // the kill
        }
      }
    });
    const reshard = act(endpoint, kill % 2 === 0 ? 'split-shard' : 'merge-shards').catch(() => {});
    const uploading = (async () => {
      for (let i = 0; loading; i += 1) {
        const Key = `uploads/${kill}-${i}`;
        const upload = { body: `${Key} `.repeat(5000), isAcknowledged: false };
        uploads.set(Key, upload);
        await putInParts(s3, Key, upload.body);
        upload.isAcknowledged = true;
      }
    })().catch(() => {}); // the kill
    // Spread over a window, so that kills fall on puts, batches, finals, checkpoints and result writes alike.
    await pause(20 + ((kill * 137) % 700));
    await endProcess(running.child, 'SIGKILL');
    loading = false;
    await untilHeard(Promise.all([...load, reshard, uploading]));
  }
  client.destroy();

  const last = await startProcess('local', env);
  const results = await settledResults(
    dataDir,
    [...calls.values()].filter((call) => call.acknowledged).length,
  );
  for (const [Key, { body, isAcknowledged }] of uploads) {
    const stored = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key })).catch(() => null);
    const found = (await stored?.Body?.transformToString()) ?? null;
    if (found !== null || isAcknowledged) expect([Key, found]).toEqual([Key, body]);
  }
  expect([...uploads.values()].filter(({ isAcknowledged }) => isAcknowledged).length).toBeGreaterThan(0);
  s3.destroy();
  await endProcess(last.child, 'SIGTERM');

  const counted = new Map<string, { records: number; cents: number }>();
  for (const request of results.flatMap((result) => result.requests)) {
    const sum = counted.get(request.requestId) ?? { records: 0, cents: 0 };
    counted.set(request.requestId, {
      records: sum.records + request.recordCount,
      cents: sum.cents + request.salesCents,
    });
  }
  expect(calls.size).toBeGreaterThan(KILLS);
  for (const [requestId, call] of calls) {
    const sum = counted.get(requestId);
    if (call.acknowledged)
      expect([requestId, sum]).toEqual([requestId, { records: RECORDS_PER_CALL, cents: call.cents }]);
    else expect(sum?.records ?? 0, requestId).toBeLessThanOrEqual(RECORDS_PER_CALL);
  }
  expect([...counted.keys()].filter((requestId) => !calls.has(requestId))).toEqual([]);
  await rm(dataDir, { recursive: true, force: true });
});

test(`${RESET_KILLS} kills in the middle of a reset leave everything or nothing, and another reset works`, {
  timeout: 120_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kill-reset-'));
  const env = { ...process.env, LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir, WINDOW_SECONDS: '900' };
  let put = 0;
  for (let kill = 0; kill < RESET_KILLS; kill += 1) {
    const running = await startProcess('local', env);
    const there = await recordCount(running.endpoint);
    expect([0, put], running.output).toContain(there);
    if (running.output.includes('killed in the middle of a reset')) expect(there).toBe(0);
    await act(running.endpoint, 'reset');
    expect(await recordCount(running.endpoint)).toBe(0);
    put = kill + 1;
    await putRecords(running.endpoint, put);
    const reset = act(running.endpoint, 'reset').catch(() => {});
    await pause((kill * 13) % 60);
    await endProcess(running.child, 'SIGKILL');
    await untilHeard(reset);
  }
  await rm(dataDir, { recursive: true, force: true });
});

const configOf = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: new NodeHttpHandler(),
  maxAttempts: 1, // a retried call would be a second call
});
const kinesisOf = (endpoint: string) => new KinesisClient(configOf(endpoint));
const s3Of = (endpoint: string) => new S3Client({ ...configOf(endpoint), forcePathStyle: true });

/** By the control API. Resolves when it answered. */
function act(endpoint: string, action: string): Promise<unknown> {
  return fetch(`${endpoint}/_local/actions`, { method: 'POST', body: JSON.stringify({ action }) });
}

async function putInParts(s3: S3Client, Key: string, body: string): Promise<void> {
  const target = { Bucket: BUCKET, Key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const part = { ...target, UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: body }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
}

async function putRecords(endpoint: string, count: number): Promise<void> {
  const client = kinesisOf(endpoint);
  const Records = Array.from({ length: count }, (_, n) => ({
    PartitionKey: `${n}`,
    Data: Buffer.from(
      serializeSale({ custName: 'Kobold', custId: n, salesCents: 100, requestId: null, requestNumber: null }),
    ),
  }));
  await client.send(new PutRecordsCommand({ StreamName: 'data_pipe', Records }));
  client.destroy();
}

async function recordCount(endpoint: string): Promise<number> {
  const client = kinesisOf(endpoint);
  const shard = { StreamName: 'data_pipe', ShardId: 'shardId-000000000000' };
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  client.destroy();
  return Records.length;
}

/** Now and then a client never hears that its server was killed; what it asked for then counts as not acknowledged. */
async function untilHeard(calls: Promise<unknown>): Promise<void> {
  await Promise.race([calls, pause(5000)]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** 100 + 101 + … cents. */
function sumTo(records: number): number {
  return records * 100 + (records * (records - 1)) / 2;
}

/** The result files, once every acknowledged call is in one and nothing changes any more. */
async function settledResults(dataDir: string, acknowledgedCalls: number): Promise<WindowResult[]> {
  const folder = path.join(dataDir, 's3/tumbling-window-results/revenue_sum');
  let before = -1;
  for (;;) {
    await pause(3000); // three windows, each with its idle wait
    const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const results = await Promise.all(
      files
        .filter((file) => file.isFile() && file.name.endsWith('.json'))
        .map(async (file) => parseResult(await readFile(path.join(file.parentPath, file.name), 'utf8'))),
    );
    const records = results.reduce((sum, result) => sum + result.recordCount, 0);
    if (records === before && records >= acknowledgedCalls) return results;
    before = records;
  }
}
