import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../../infra/local/runtime.ts';
import { CLAIM_MS, claim } from '../../../infra/redrive/claim.ts';
import { type Clients, openClients } from '../../../infra/redrive/clients.ts';
import { type Redriven, type RedriveOptions, redrive } from '../../../infra/redrive/redrive.ts';
import { arrivals } from '../../../infra/redrive/stream-records.ts';
import { failureKey, redrivenKey } from '../../../lib/core/failure-key.ts';
import { type FailureRecord, serializeFailure } from '../../../lib/core/failure-record.ts';
import { parseResult } from '../../../lib/core/window-result.ts';
import { openFaultProxy } from '../../faults/fault-proxy.ts';

// A whole runtime starts and ends in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = path.resolve(import.meta.dirname, '../../..');
const tsx = createRequire(import.meta.url).resolve('tsx');
const BUCKET = 'tumbling-window-results';
const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe';
const CONSUMER_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:stream_record_processor';
const SHARD = 'shardId-000000000000';
const START_MS = Date.UTC(2026, 0, 1, 12);

let dataDir: string;
let runtime: Runtime;
let clients: Clients;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'redrive-'));
  runtime = await openRuntime(
    readLocalSettings({ LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir, WINDOW_SECONDS: '900' }, root),
  );
  clients = clientsOf();
});
afterAll(async () => {
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
});

const clientsOf = (endpoint = runtime.url, callMs?: number) =>
  openClients(
    { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } },
    callMs,
  );

const envelope = {
  requestId: 'a-request',
  functionArn: CONSUMER_ARN,
  condition: 'RecordAgeExceeded',
  invokeCount: 7,
  response: null,
  timeMs: START_MS + 500_000,
  shardId: SHARD,
  streamArn: STREAM_ARN,
};
const window = { startMs: START_MS, endMs: START_MS + 120_000 };

/** A batch that was given up: sales of 1 each, to be found again by their request id. */
function batch(requestId: string, count: number): FailureRecord {
  const records = Array.from({ length: count }, (_, n) => ({
    kinesis: {
      partitionKey: String(n % 3),
      sequenceNumber: String(1_000 + n),
      // Some are the same to the byte: they are sales of their own all the same.
      data: Buffer.from(
        JSON.stringify({ cust_name: 'A', cust_id: n % 2, sales: 1, request_id: requestId }),
      ).toString('base64'),
      approximateArrivalTimestamp: START_MS / 1000,
    },
  }));
  return {
    ...envelope,
    batch: {
      firstSequenceNumber: '1000',
      lastSequenceNumber: String(999 + count),
      firstArrivalMs: START_MS,
      lastArrivalMs: START_MS,
      recordCount: count,
    },
    window: { window, final: false, early: false },
    payload: JSON.stringify({ Records: records, state: {} }),
  };
}

function final(firstSequenceNumber: string, state: unknown = null): FailureRecord {
  const event = {
    Records: [],
    shardId: SHARD,
    eventSourceARN: STREAM_ARN,
    window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:02:00Z' },
    state: state ?? {
      tot_record_count: 2,
      sales_cents: 300,
      min_cents: 100,
      max_cents: 200,
      rejected: 0,
      first_sequence_number: firstSequenceNumber,
      last_sequence_number: firstSequenceNumber,
      requests: [],
    },
    isFinalInvokeForWindow: true,
    isWindowTerminatedEarly: false,
  };
  return {
    ...envelope,
    batch: null,
    window: { window, final: true, early: false },
    payload: JSON.stringify(event),
  };
}

async function giveUp(failure: FailureRecord | string): Promise<string> {
  const key = failureKey(randomUUID(), SHARD, envelope.timeMs, randomUUID());
  const Body = typeof failure === 'string' ? failure : serializeFailure(failure);
  await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body }));
  return key;
}

async function run(options: Partial<RedriveOptions> = {}, by = clients): Promise<Map<string, Redriven>> {
  const found = new Map<string, Redriven>();
  for await (const one of redrive(by, { bucket: BUCKET, sleep: async () => {}, ...options }))
    found.set(one.key, one);
  return found;
}

/** How many records of this request the stream has. */
async function onStream(requestId: string): Promise<number> {
  let count = 0;
  for await (const { data } of arrivals(clients.kinesis, STREAM_ARN, START_MS)) {
    if (Buffer.from(data, 'base64').toString().includes(`"${requestId}"`)) count += 1;
  }
  return count;
}

const isMarked = async (key: string) =>
  clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: redrivenKey(key) })).then(
    () => true,
    (error: unknown) => {
      if (error instanceof NotFound) return false;
      throw error;
    },
  );

/** Kinesis takes the records of the nth PutRecords, and its answer is lost. */
function losingAnswer(nth: number): Clients {
  const losing = clientsOf();
  let calls = 0;
  losing.kinesisOnce.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (context.commandName !== 'PutRecordsCommand' || ++calls !== nth) return answer;
      throw new Error('socket hang up');
    },
    { step: 'deserialize' },
  );
  return losing;
}

describe('records that were given up', () => {
  test('are put back once, by however many runs at the same time and one after the other', async () => {
    const requestId = randomUUID();
    const key = await giveUp(batch(requestId, 700));
    const runs = await Promise.all([run({}, clientsOf()), run({}, clientsOf()), run({}, clientsOf())]);
    const outcomes = runs.map((found) => found.get(key)?.outcome).sort();
    expect(outcomes.filter((outcome) => outcome === 'back').length).toBeGreaterThan(0);
    expect(await onStream(requestId)).toBe(700);
    expect(await isMarked(key)).toBe(true);
    expect((await run()).has(key)).toBe(false);
    expect(await onStream(requestId)).toBe(700);
  });

  test.each([1, 2])('are put back once although the answer to call %i is lost', async (nth) => {
    const requestId = randomUUID();
    const key = await giveUp(batch(requestId, 700));
    expect((await run({}, losingAnswer(nth))).get(key)).toMatchObject({ outcome: 'back' });
    expect(await onStream(requestId)).toBe(700);
  });

  test.each(['hang', 'stall'] as const)(
    'are still missing, in words and in time, when the answers of S3 would %s; the next run puts them back',
    async (fault) => {
      const requestId = randomUUID();
      const key = await giveUp(batch(requestId, 3));
      const proxy = await openFaultProxy(runtime.url);
      proxy.choose((call) => (call.startsWith('GET') && call.includes('/aws/lambda/') ? fault : 'none'));
      const startedMs = performance.now();
      const found = (await run({}, clientsOf(proxy.url, 400))).get(key);
      expect(found).toMatchObject({ outcome: 'failed', problem: expect.stringMatching(/within|time/i) });
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      await proxy.close();
      expect((await run()).get(key)).toMatchObject({ outcome: 'back' });
      expect(await onStream(requestId)).toBe(3);
    },
  );

  test('are put back to the end by another run when the first was killed in the middle', async () => {
    const requestId = randomUUID();
    const failure = batch(requestId, 40);
    const key = await giveUp(failure);
    // The run that was killed has claimed it, and put 15 of them.
    expect(await claim(clients.s3, BUCKET, key, Date.now)).not.toBeNull();
    const { Records } = JSON.parse(failure.payload);
    await clients.kinesis.send(
      new PutRecordsCommand({
        StreamARN: STREAM_ARN,
        Records: Records.slice(10, 25).map((record: { kinesis: { partitionKey: string; data: string } }) => ({
          PartitionKey: record.kinesis.partitionKey,
          Data: Buffer.from(record.kinesis.data, 'base64'),
        })),
      }),
    );
    expect((await run()).get(key)).toMatchObject({ outcome: 'busy' });
    expect(await onStream(requestId)).toBe(15);
    const later = await run({ nowMs: () => Date.now() + CLAIM_MS });
    expect(later.get(key)).toMatchObject({ outcome: 'back' });
    expect(await onStream(requestId)).toBe(40);
  });

  test('stay named when the stream does not take them, and the next run may try at once', async () => {
    const key = await giveUp({
      ...batch(randomUUID(), 3),
      streamArn: STREAM_ARN.replace('data_pipe', 'gone'),
    });
    for (let times = 0; times < 2; times += 1) {
      expect((await run()).get(key)).toMatchObject({
        outcome: 'failed',
        problem: expect.stringMatching(
          /^The stream did not take all of the 3 records: ResourceNotFoundException/,
        ),
      });
    }
    expect(await isMarked(key)).toBe(false);
    await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: redrivenKey(key), Body: '{}' }));
  });
});

describe('a final that was given up', () => {
  test('becomes the result of its window, under the key that it always had', async () => {
    const key = await giveUp(final('77'));
    const runs = await Promise.all([run({}, clientsOf()), run({}, clientsOf())]);
    expect(runs.map((found) => found.get(key)?.outcome)).toContain('back');
    const result = await clients.s3.send(
      new GetObjectCommand({
        Bucket: BUCKET,
        Key: `revenue_sum/dt=2026_01_01/${START_MS}_${SHARD}_77.json`,
      }),
    );
    expect(parseResult((await result.Body?.transformToString()) ?? '')).toMatchObject({
      salesCents: 300,
      recordCount: 2,
      window,
    });
    expect(await isMarked(key)).toBe(true);
  });

  test('stays named when the consumer fails on it again', async () => {
    const key = await giveUp(final('78', { of: 'another consumer' }));
    const found = (await run()).get(key);
    expect(found).toMatchObject({ outcome: 'failed', missing: null });
    expect(found?.problem).toMatch(/^The function failed again: .*ForeignStateError/);
    expect(await isMarked(key)).toBe(false);
  });
});

test('an object that is no failure record is named, and the others are put back', async () => {
  const broken = await giveUp('{"version":"1.0"');
  const requestId = randomUUID();
  const key = await giveUp(batch(requestId, 2));
  const found = await run();
  expect(found.get(broken)).toMatchObject({ outcome: 'failed', failure: null });
  expect(found.get(key)).toMatchObject({ outcome: 'back', missing: { recordCount: 2, salesCents: 200 } });
});

test('a dry run says what there is, and does nothing', async () => {
  const requestId = randomUUID();
  const key = await giveUp(batch(requestId, 4));
  expect((await run({ dryRun: true })).get(key)).toMatchObject({
    outcome: 'found',
    missing: { recordCount: 4, salesCents: 400 },
  });
  expect(await onStream(requestId)).toBe(0);
  const { KeyCount } = await clients.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
  expect(KeyCount).toBe(1);
});

test('npm run redrive finds the local runtime, says each line, and ends with 1 while something is missing', async () => {
  const requestId = randomUUID();
  const key = await giveUp(batch(requestId, 5));
  const env: NodeJS.ProcessEnv = { ...process.env, LOCAL_DATA_DIR: dataDir, AWS_PROFILE: 'elsewhere' };
  delete env.BUCKET_NAME;
  const child = spawn(process.execPath, ['--import', tsx, 'infra/doctor/redrive-command.ts'], {
    cwd: root,
    env,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(said).toContain(`${key}: 5 records, 5 sales of 5, is back`);
  expect(said).toMatch(/2 of \d+ missing\.\n$/); // the consumer fails on one, and one is no failure record
  expect(code).toBe(1);
  expect(await onStream(requestId)).toBe(5);
});

test('the control API does the same', async () => {
  const requestId = randomUUID();
  await giveUp(batch(requestId, 6));
  const response = await fetch(`${runtime.url}/_local/actions`, {
    method: 'POST',
    body: '{"action":"redrive"}',
  });
  expect(response.status).toBe(200);
  expect((await response.json()).message).toMatch(
    /^Put back 1 of what was given up\. aws\/lambda\/.*failed again/,
  );
  expect(await onStream(requestId)).toBe(6);
});
