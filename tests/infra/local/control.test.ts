import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../../infra/local/runtime.ts';
import { serializeSale } from '../../../lib/core/sale.ts';
import { parseResult } from '../../../lib/core/window-result.ts';

// Whole processes start and end in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = path.resolve(import.meta.dirname, '../../..');
const BUCKET = 'tumbling-window-results';
const WINDOW_MS = 300_000;

let dataDir: string;
let runtime: Runtime;
let kinesis: KinesisClient;
const said = vi.spyOn(console, 'warn');
let aheadMs = 0;

vi.spyOn(Date, 'now').mockImplementation(
  () => Math.floor(performance.timeOrigin + performance.now()) + aheadMs,
);

/** The whole runtime, as a start opens it. Its windows are long, so that they stay open while a test looks. */
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'control-'));
  runtime = await openRuntime(
    readLocalSettings(
      {
        LOCAL_AWS_PORT: '0',
        LOCAL_DATA_DIR: dataDir,
        WINDOW_SECONDS: String(WINDOW_MS / 1000),
        WINDOW_IDLE_SECONDS: '0',
      },
      root,
    ),
  );
  kinesis = new KinesisClient(client());
});
afterAll(async () => {
  kinesis.destroy();
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Every test starts from nothing, and at the beginning of a window, so that none ends while it looks. */
beforeEach(async () => {
  aheadMs += WINDOW_MS - (Date.now() % WINDOW_MS) + 5000;
  said.mockReset().mockImplementation(() => {});
  expect((await act('reset')).status).toBe(200);
});

const client = () => ({
  endpoint: runtime.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: new NodeHttpHandler(),
  maxAttempts: 1,
});

async function act(action: string): Promise<{ readonly status: number; readonly message: string }> {
  const response = await fetch(`${runtime.url}/_local/actions`, {
    method: 'POST',
    body: JSON.stringify({ action }),
  });
  const { message }: { readonly message: string } = await response.json();
  return { status: response.status, message };
}

interface Shard {
  readonly shardId: string;
  readonly closed: boolean;
  readonly recordsWaiting: number;
  readonly lateRecords: number;
  readonly foldedRecords: number;
  readonly lastError: string | null;
}

interface Status {
  readonly actions: readonly string[];
  readonly consumerStopped: boolean;
  readonly lastProcessingResult: string | null;
  readonly timeLapse: unknown;
  readonly dataDir: string;
  readonly shards: readonly Shard[];
}

async function status(): Promise<Status> {
  return (await fetch(`${runtime.url}/_local/status`)).json();
}

const folded = async () => (await status()).shards.reduce((sum, shard) => sum + shard.foldedRecords, 0);
const openShards = async () => (await status()).shards.filter((shard) => !shard.closed).length;

function putSale(sales = 1): Promise<unknown> {
  const Data = Buffer.from(
    serializeSale({
      custName: 'Kobold',
      custId: 1,
      salesCents: sales * 100,
      requestId: null,
      requestNumber: null,
    }),
  );
  return kinesis.send(new PutRecordCommand({ StreamName: 'data_pipe', PartitionKey: 'a', Data }));
}

async function files(folder: string): Promise<string[]> {
  const below = path.join(dataDir, 's3', BUCKET, folder);
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

async function results() {
  return Promise.all(
    (await files('revenue_sum')).map(async (file) => parseResult(await readFile(file, 'utf8'))),
  );
}

interface Invocation {
  readonly records: number;
  readonly final: boolean;
  readonly window_start: string;
  readonly window_end: string;
  readonly before: { readonly tot_record_count: number };
  readonly after: { readonly tot_record_count: number };
}

/** What the consumer printed of each of its invocations. */
async function invocations(): Promise<Invocation[]> {
  const folder = path.join(dataDir, 'logs/aws~lambda~stream_record_processor');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'));
  const text = (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
  return text.split('\n').flatMap((line) => {
    const message: unknown = line === '' ? null : JSON.parse(line).message;
    return typeof message === 'string' && message.includes('"event":"invocation"')
      ? [JSON.parse(message)]
      : [];
  });
}

describe('the control API', () => {
  test('says that it is well, and what can be asked of it', async () => {
    const health = await fetch(`${runtime.url}/_local/health`);
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'ok', pid: process.pid, dataDir, startedMs: expect.any(Number) },
    ]);
    expect(await status()).toMatchObject({
      actions: [
        'late-record',
        'poison-record',
        'consumer-error',
        'consumer-crash',
        'duplicate-delivery',
        'split-shard',
        'merge-shards',
        'stop-consumer',
        'start-consumer',
        'time-lapse',
        'real-time',
        'demo-day',
        'redrive',
        'reset',
      ],
      consumerStopped: false,
      dataDir,
    });
  });

  test.each([
    ['{"action":"explode"}', 400, /^Expected \{"action": …\} to be one of late-record, .*, got "explode"$/],
    ['{"action":"constructor"}', 400, /got "constructor"$/],
    ['not JSON', 400, /got null$/],
    ['', 400, /got null$/],
  ])('refuses %s', async (body, code, message) => {
    const response = await fetch(`${runtime.url}/_local/actions`, { method: 'POST', body });
    expect(response.status).toBe(code);
    expect((await response.json()).message).toMatch(message);
  });

  test('knows no other request', async () => {
    const response = await fetch(`${runtime.url}/_local/actions`);
    expect(response.status).toBe(404);
    expect((await response.json()).message).toMatch(/got GET \/_local\/actions$/);
  });
});

describe('an action', () => {
  test('late-record: is folded into the open window, and counted as late', async () => {
    await putSale();
    await expect.poll(folded).toBe(1);
    expect((await act('late-record')).message).toBe(
      'A sale of 1 whose arrival lies two windows back went to shardId-000000000000.',
    );
    await expect
      .poll(async () => (await status()).shards[0])
      .toMatchObject({ foldedRecords: 2, lateRecords: 1 });
  });

  test('poison-record: is kept below rejected/, and blocks nothing', async () => {
    expect((await act('poison-record')).status).toBe(200);
    await putSale();
    await expect.poll(folded).toBe(2);
    const [file = ''] = await files('rejected');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      records: [
        {
          reason: 'expected a JSON object, got this is not a sale',
          data: Buffer.from('this is not a sale').toString('base64'),
        },
      ],
    });
  });

  test.each([
    ['consumer-error', 'InjectedError'],
    ['consumer-crash', 'Runtime.ExitError'],
    ['duplicate-delivery', 'Sandbox.Timedout'],
  ])('%s: the batch is tried again, and counted once', async (action, error) => {
    expect((await act(action)).status).toBe(200);
    await putSale();
    await expect.poll(folded).toBe(1);
    expect(String(said.mock.calls[0]?.[0])).toContain(
      `stream_record_processor failed for shardId-000000000000 (attempt 1): ${error}`,
    );
    await expect.poll(async () => (await status()).lastProcessingResult).toBe('OK');
    const ran = action === 'duplicate-delivery' ? 2 : 1;
    await expect
      .poll(async () => (await invocations()).map(({ records }) => records))
      .toEqual(Array(ran).fill(1));
  });

  test('split-shard and merge-shards: the parts close, their children go on, and no sale is lost', async () => {
    await putSale(1);
    await expect.poll(folded).toBe(1);
    expect(await act('merge-shards')).toEqual({
      status: 409,
      message: 'The stream has one open shard; split it first.',
    });
    expect((await act('split-shard')).message).toMatch(/^shardId-000000000000 is split in two/);
    await expect.poll(openShards).toBe(2);
    await putSale(2);
    await expect.poll(folded).toBe(1);
    expect((await act('merge-shards')).message).toMatch(
      /^shardId-000000000001 and shardId-000000000002 become one/,
    );
    await expect.poll(openShards).toBe(1);
    await putSale(3);
    await expect.poll(folded).toBe(1);
    // The shards that ended closed their windows; the last one's is still open.
    await expect
      .poll(async () => (await results()).map((result) => [result.shardId, result.salesCents]).sort())
      .toEqual([
        ['shardId-000000000000', 100],
        [expect.stringMatching(/shardId-00000000000[12]/), 200],
      ]);
  });

  test('stop-consumer and start-consumer: what was sent meanwhile waits', async () => {
    await act('stop-consumer');
    await expect.poll(async () => (await status()).consumerStopped).toBe(true);
    await putSale();
    expect(await folded()).toBe(0);
    await act('start-consumer');
    await expect.poll(folded).toBe(1);
    expect((await status()).consumerStopped).toBe(false);
  });

  test('time-lapse and real-time: what is in the open window is folded again, into windows of the other length', async () => {
    const lastWindow = async () => {
      const last = (await invocations()).at(-1);
      if (last === undefined) return [];
      return [
        (Date.parse(last.window_end) - Date.parse(last.window_start)) / 1000,
        last.before.tot_record_count,
        last.after.tot_record_count,
      ];
    };
    await putSale();
    await expect.poll(lastWindow).toEqual([300, 0, 1]);
    expect((await status()).timeLapse).toEqual({ isOn: false, usualSeconds: 300, lapseSeconds: 15 });
    expect((await act('time-lapse')).message).toContain('15 s');
    expect((await status()).timeLapse).toMatchObject({ isOn: true });
    await expect.poll(lastWindow).toEqual([15, 0, 1]);
    await expect.poll(async () => (await act('real-time')).status).toBe(200);
    await expect.poll(lastWindow).toEqual([300, 0, 1]);
  });

  test('demo-day: a past day with a quiet night, a busy noon and evening, and gaps; asked for again, the same', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    expect((await act('demo-day')).message).toBe(`A day of made-up results is there: ${yesterday}.`);
    const before = await results();
    const records = (fromHour: number, toHour: number) =>
      before
        .filter(({ window }) => {
          const hour = (window.startMs % 86_400_000) / 3_600_000;
          return hour >= fromHour && hour < toHour;
        })
        .reduce((sum, result) => sum + result.recordCount, 0);
    expect(records(11, 13)).toBeGreaterThan(20 * records(2, 4));
    expect(records(18, 20)).toBeGreaterThan(20 * records(2, 4));
    expect(records(11, 13)).toBeGreaterThan(records(15, 17));
    // 288 windows of five minutes a day: nobody bought anything in some of them, by day as well.
    expect(before.length).toBeGreaterThan(150);
    expect(before.length).toBeLessThan(280);
    expect((await act('demo-day')).message).toBe(`A day of made-up results is there already: ${yesterday}.`);
    expect(await results()).toEqual(before);
  });

  test('demo-day: never into a day that has results', async () => {
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    const s3 = new S3Client({ ...client(), forcePathStyle: true });
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: `revenue_sum/dt=${day(1).replaceAll('-', '_')}/${Date.parse(day(1)) + 1}.json`,
        Body: '{"sales":1}',
      }),
    );
    s3.destroy();
    expect((await act('demo-day')).message).toContain(day(2));
  });

  test('reset under load: everything is gone, whoever was in the middle hears of it, and it goes on from nothing', async () => {
    const lambda = new LambdaClient(client());
    let loading = true;
    let accepted = 0;
    const load = [
      ...Array.from({ length: 4 }, async () => {
        while (loading)
          await putSale().then(
            () => (accepted += 1),
            () => {},
          );
      }),
      (async () => {
        while (loading)
          await lambda.send(new InvokeCommand({ FunctionName: 'data_producer_fn' })).catch(() => {});
      })(),
    ];
    for (let reset = 0; reset < 3; reset += 1) {
      const before = accepted;
      await expect.poll(() => accepted).toBeGreaterThan(before + 20);
      expect(await Promise.all([act('reset'), act('reset')])).toEqual(
        Array(2).fill({ status: 200, message: 'All local data is deleted; everything starts afresh.' }),
      );
    }
    loading = false;
    await Promise.all(load);
    lambda.destroy();
    expect((await act('reset')).status).toBe(200);
    expect(await files('')).toEqual([]);
    await putSale(7);
    await expect.poll(folded).toBe(1);
  });

  test('reset that fails says why, can be asked for again, and goes on from nothing once it succeeds', async () => {
    await putSale();
    await rm(dataDir, { recursive: true });
    await writeFile(dataDir, 'where the data folder should be');
    for (let reset = 0; reset < 2; reset += 1) {
      const { status, message } = await act('reset');
      expect(status).toBe(500);
      expect(message).toMatch(/The reset failed: EEXIST.*Nothing answers until another reset or a restart/);
    }
    await expect(putSale()).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringContaining('The reset failed: EEXIST'),
    });
    const health = await fetch(`${runtime.url}/_local/health`);
    expect(await health.json()).toMatchObject({ status: 'unavailable', pid: process.pid });

    await rm(dataDir);
    expect((await act('reset')).status).toBe(200);
    await putSale(7);
    await expect.poll(folded).toBe(1);
    expect(JSON.parse(await readFile(path.join(dataDir, 'runtime.lock'), 'utf8')).pid).toBe(process.pid);
  });

  test('reset brings back a data folder that was deleted under the runtime', async () => {
    await putSale();
    await rm(dataDir, { recursive: true });
    await expect(putSale()).rejects.toThrow('It was deleted or moved while the runtime was running');
    expect((await act('reset')).status).toBe(200);
    await putSale(7);
    await expect.poll(folded).toBe(1);
  });
});
