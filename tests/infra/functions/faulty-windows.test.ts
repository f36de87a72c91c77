import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, test, vi } from 'vitest';
import { WindowConsumer } from '../../../infra/functions/window-consumer.ts';
import { type Clock, systemClock } from '../../../infra/local/clock.ts';
import { openStreams } from '../../../infra/local/kinesis/regional-streams.ts';
import { openEventSourceMappings } from '../../../infra/local/lambda/event-source-mapping/mapping-registry.ts';
import { retryDelayMs } from '../../../infra/local/lambda/event-source-mapping/retry-policy.ts';
import type { FunctionInvoker } from '../../../infra/local/lambda/function-invoker.ts';
import { LOCAL_ACCOUNT } from '../../../infra/local/local-settings.ts';
import { Random } from '../../../infra/local/testing/random.ts';
import { PIPELINE } from '../../../infra/pipeline.ts';
import { serializeSale } from '../../../lib/core/sale.ts';
import { parseResult, type WindowResult } from '../../../lib/core/window-result.ts';
import { FAULTS, type Fault, openFaultProxy } from '../../faults/fault-proxy.ts';
import { heapBytes } from '../../fuzz/heap.ts';
import { openS3 } from '../local/s3/local-s3.ts';
import { contextOf } from './invocation-context.ts';

/** As many windows of each of two shards, which are three for a while. */
const WINDOWS = Number(process.env.FAULT_WINDOWS ?? 10);
const SEED = Number(process.env.FAULT_SEED ?? 1);
/** All clocks go so much faster: the mapping's, and the consumer's limits with it. */
const SPEED = 10;
const WINDOW_SECONDS = 2;
const POISON = 0.02;
/** Long enough that attempts are as far apart as they get. */
const OUTAGE_MS = 15_000;
const RECOVERY_MS = 5000;
/** Between two attempts at most. They pass faster, too; the SDK's own pauses do not. */
const MAPPING_PAUSE_MS = retryDelayMs(100);
const LOOK_MS = 10;
const KINDS: readonly Fault[] = [...FAULTS, 'fail-late', 'none'];
const MOST_GROWTH_BYTES = 32 * 1024 * 1024;

const begunMs = Date.now();
const clock: Clock = {
  now: () => Math.floor(begunMs + (Date.now() - begunMs) * SPEED),
  sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
};
const pass = (ms: number) => clock.sleep(ms);

/** The consumer as a function, over an endpoint and into a bucket of its own. */
function consumerAt(endpoint: string, bucket: string) {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  const limits = { callMs: 5000, tries: 3, reserveMs: 2000, snapshotMs: 1000, indexMs: 2000 };
  const faster = { ...limits };
  for (const name of ['callMs', 'reserveMs', 'snapshotMs', 'indexMs'] as const) faster[name] /= SPEED;
  return { client, consumer: new WindowConsumer(client, bucket, faster) };
}

test(`over ${WINDOWS} windows of two shards and a reshard, whatever becomes of its calls to S3, the consumer writes what it would have written without`, {
  timeout: 60_000 + WINDOWS * 1000,
}, async () => {
  console.log(`FAULT_SEED=${SEED} FAULT_WINDOWS=${WINDOWS}`);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const random = new Random(SEED);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'faulty-windows-'));
  const s3 = await openS3();
  const proxy = await openFaultProxy(s3.url);
  const [faulty, well] = [await s3.newBucket(), await s3.newBucket()];
  const functions = { faulty: consumerAt(proxy.url, faulty), well: consumerAt(s3.url, well) };
  const attempts = { accepted: 0, failed: 0 };
  const invoker: FunctionInvoker = {
    invoke: async (arn, payload, requestId = '') => {
      const name = arn.endsWith(':faulty') ? 'faulty' : 'well';
      const context = contextOf((PIPELINE.consumer.timeoutSeconds * 1000) / SPEED, requestId);
      try {
        const answer = await functions[name].consumer.handle(JSON.parse(payload), context);
        return { kind: 'success', requestId, payload: JSON.stringify(answer) };
      } catch (error) {
        expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
        const errorMessage = String(error);
        return {
          kind: 'function-error',
          requestId,
          functionError: 'Handled',
          payload: JSON.stringify({ errorType: 'Error', errorMessage, trace: [] }),
        };
      }
    },
  };
  const streams = await openStreams({ dataDir, clock, ...LOCAL_ACCOUNT, transitionMs: 0 });
  const { streamArn } = streams.home.ensure({ streamName: 'sales', shardCount: 2 });
  const stream = streams.home.stream('sales');
  const { eventSourceMapping: settings } = PIPELINE;
  const mappings = await openEventSourceMappings({
    dataDir,
    clock,
    reader: streams,
    invoker,
    putFailureObject: async () => {
      throw new Error('Expected that nothing is given up');
    },
    resolveStream: async (arn) => streams.retentionOf(arn),
    idleSeconds: 1,
    onInvocation: ({ functionArn, verdict }) => {
      if (functionArn.endsWith(':faulty')) attempts[verdict.kind === 'accepted' ? 'accepted' : 'failed'] += 1;
    },
    log: () => {},
  });
  for (const name of ['faulty', 'well']) {
    await mappings.create({
      FunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      EventSourceArn: streamArn,
      StartingPosition: settings.startingPosition,
      BatchSize: settings.batchSize,
      MaximumBatchingWindowInSeconds: settings.maximumBatchingWindowSeconds,
      MaximumRetryAttempts: settings.maximumRetryAttempts,
      MaximumRecordAgeInSeconds: settings.maximumRecordAgeSeconds,
      BisectBatchOnFunctionError: settings.bisectBatchOnFunctionError,
      TumblingWindowInSeconds: WINDOW_SECONDS,
    });
  }

  const sold = { cents: 0, records: 0, poison: 0, calls: 0 };
  const sell = () => {
    const requestId = `click-${sold.calls++}`;
    const entries = Array.from({ length: random.int(1, 12) }, (_, n) => {
      const isPoison = random.chance(POISON);
      const salesCents = random.int(-5000, 50_000);
      if (isPoison) sold.poison += 1;
      else sold.cents += salesCents;
      sold.records += isPoison ? 0 : 1;
      const sale = { custName: 'Kobold', custId: n, salesCents, requestId, requestNumber: n + 1 };
      const data = Buffer.from(isPoison ? 'poison' : serializeSale(sale)).toString('base64');
      return { partitionKey: `${requestId}-${n}`, data, explicitHashKey: null };
    });
    streams.home.put(stream, entries);
  };
  const kinds = new Map<Fault, number>();
  const deck: Fault[] = []; // so that a few windows meet each, too
  const draw = (): Fault => {
    if (deck.length === 0) deck.push(...KINDS);
    return deck.splice(random.int(0, deck.length - 1), 1)[0] ?? 'fail';
  };
  proxy.choose(() => {
    const fault = kinds.size < KINDS.length || random.chance(0.3) ? draw() : 'none';
    kinds.set(fault, (kinds.get(fault) ?? 0) + 1);
    return fault;
  });

  const before = heapBytes();
  const endMs = clock.now() + WINDOWS * WINDOW_SECONDS * 1000;
  const scale = (shardCount: number) => streams.home.begin(stream, { kind: 'scale', shardCount });
  const reshards = [
    { atMs: endMs - (WINDOWS * WINDOW_SECONDS * 1000 * 2) / 3, shardCount: 3 },
    { atMs: endMs - (WINDOWS * WINDOW_SECONDS * 1000) / 3, shardCount: 2 },
  ];
  while (clock.now() < endMs) {
    if (clock.now() >= (reshards[0]?.atMs ?? Number.POSITIVE_INFINITY))
      scale(reshards.shift()?.shardCount ?? 2);
    sell();
    await pass(random.int(50, 500));
  }

  // All is down for a while, at last, and the windows end in it.
  proxy.choose(() => 'slow-down');
  await pass(OUTAGE_MS);
  const stored = async (bucket: string, prefix: string) => {
    const folder = path.join(s3.dataDir, 's3', bucket, prefix);
    const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const objects = files
      .filter((file) => file.isFile() && file.name.endsWith('.json') && !file.parentPath.includes('/.'))
      .map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(folder, file), await readFile(file, 'utf8')] as const;
      });
    return new Map((await Promise.all(objects)).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  let results: WindowResult[] = [];
  const countedWell = async () => {
    results = [...(await stored(well, 'revenue_sum')).values()].map(parseResult);
    return results.reduce((sum, { recordCount }) => sum + recordCount, 0);
  };
  await expect.poll(countedWell).toBe(sold.records);
  const expected = await stored(well, 'revenue_sum');
  expect((await stored(faulty, 'revenue_sum')).size).toBeLessThan(expected.size);
  proxy.choose(() => 'none');
  let recoveryMs = MAPPING_PAUSE_MS;
  while ((await stored(faulty, 'revenue_sum')).size < expected.size && recoveryMs < 30_000) {
    await pass(LOOK_MS * SPEED);
    recoveryMs += LOOK_MS;
  }
  const growth = heapBytes() - before;
  console.info(
    `${results.length} results, ${sold.records} sales, ${sold.poison} rejected, ${sold.cents / 100} in all; invocations ${JSON.stringify(attempts)}; calls ${JSON.stringify(Object.fromEntries(kinds))}; well again after at most ${recoveryMs} ms; memory ${Math.round(growth / 1024)} KiB`,
  );
  expect(await stored(faulty, 'revenue_sum')).toEqual(expected);
  // What is kept of a batch that was cut otherwise lies in other objects, some of it twice.
  const rejected = async (bucket: string) => {
    const texts = [...(await stored(bucket, 'rejected')).values()];
    return new Set(texts.flatMap((text) => text.match(/"sequence_number":"\d+"/g) ?? []));
  };
  expect((await rejected(faulty)).size).toBe(sold.poison);
  expect(await rejected(faulty)).toEqual(await rejected(well));
  expect(results.reduce((sum, { salesCents }) => sum + salesCents, 0)).toBe(sold.cents);
  expect(results.reduce((sum, { rejected }) => sum + rejected, 0)).toBe(sold.poison);
  expect(new Set(results.map(({ shardId }) => shardId)).size).toBeGreaterThan(2);
  expect([...kinds.keys()].sort()).toEqual([...KINDS].sort());
  expect(recoveryMs).toBeLessThan(RECOVERY_MS);
  expect(growth).toBeLessThan(MOST_GROWTH_BYTES);

  await mappings.close();
  await streams.close();
  for (const { client } of Object.values(functions)) client.destroy();
  await proxy.close();
  await s3.close();
  vi.restoreAllMocks();
  await rm(dataDir, { recursive: true, force: true });
});
