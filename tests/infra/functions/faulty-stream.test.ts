import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Random } from '../../../infra/local/testing/random.ts';
import { type Aggregate, emptyAggregate, fold } from '../../../lib/core/aggregate.ts';
import { parseSale } from '../../../lib/core/sale.ts';
import { FAULTS, type FaultProxy, openFaultProxy } from '../../faults/fault-proxy.ts';
import { type LocalKinesis, openKinesis } from '../local/kinesis/local-kinesis.ts';
import { contextOf } from './invocation-context.ts';

const PRODUCER = fileURLToPath(new URL('../../../infra/functions/producer.ts', import.meta.url));
const CLICKS = 24;
const RECORDS = 1200;

let kinesis: LocalKinesis;
let proxy: FaultProxy;
let stream: string;
let produce: typeof import('../../../infra/functions/producer.ts')['produce'];
beforeAll(async () => {
  kinesis = await openKinesis();
  proxy = await openFaultProxy(kinesis.url);
});
afterAll(async () => {
  await proxy.close();
  await kinesis.close();
});
beforeEach(async () => {
  stream = await kinesis.newStream(1);
  proxy.choose(() => 'none');
  proxy.calls.length = 0;
  vi.stubEnv('STREAM_NAME', stream);
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.resetModules();
  ({ produce } = await import('../../../infra/functions/producer.ts'));
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

/** All that is on the stream, oldest first. */
async function records(): Promise<StreamRecord[]> {
  const shard = { StreamName: stream, ShardId: 'shardId-000000000000' };
  let { ShardIterator } = await kinesis.client.send(
    new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const all: StreamRecord[] = [];
  for (;;) {
    const page = await kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
    all.push(...(page.Records ?? []));
    ShardIterator = page.NextShardIterator;
    if (page.MillisBehindLatest === 0) return all;
  }
}

/** What a window counts that has them all. */
function counted(onStream: readonly StreamRecord[]): Aggregate {
  const aggregate = emptyAggregate();
  for (const { SequenceNumber = '', Data } of onStream) {
    fold(aggregate, SequenceNumber, parseSale(Buffer.from(Data ?? []).toString()));
  }
  return aggregate;
}

test('whatever becomes of its calls, a receipt says what is counted, or of how much that is not known', async () => {
  const seed = Number(process.env.FAULT_SEED ?? 1);
  console.log(`FAULT_SEED=${seed}`);
  const random = new Random(seed);
  proxy.choose(() => (random.chance(0.4) ? random.pick([...FAULTS, 'fail-late']) : 'none'));
  const receipts = await Promise.all(
    Array.from({ length: CLICKS }, async (_, click) => {
      const context = contextOf(random.int(1300, 6600), `click-${click}`);
      const limits = { callMs: 300, answerReserveMs: 1000 };
      const { body } = await produce({ record_count: RECORDS }, context, limits);
      expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
      return JSON.parse(body).message;
    }),
  );
  const onStream = await records();
  const aggregate = counted(onStream);
  expect(aggregate.recordCount + aggregate.repeated).toBe(onStream.length);
  for (const { request_id, status, record_count, tot_sales, error_message } of receipts) {
    const share = aggregate.requests.get(request_id) ?? { recordCount: 0, salesCents: 0 };
    const unsure = Number(/of (\d+) it did not say so/.exec(error_message ?? '')?.[1] ?? 0);
    const said = `${request_id}: ${record_count} and ${unsure} unsure, ${share.recordCount} counted; ${error_message}`;
    expect(share.recordCount, said).toBeGreaterThanOrEqual(record_count);
    expect(share.recordCount, said).toBeLessThanOrEqual(record_count + unsure);
    if (unsure === 0) expect(share.salesCents / 100, said).toBe(tot_sales);
    if (status) expect(record_count).toBe(RECORDS);
  }
  // Some were told whole, some in part, and of some it is not known.
  expect(new Set(receipts.map(({ status }) => status))).toEqual(new Set([true, false]));
  expect(aggregate.repeated).toBeGreaterThan(0);
});

test('a failure that comes after the records are stored is no refusal: the receipt says that it does not know', async () => {
  proxy.choose(() => (proxy.calls.length === 1 ? 'none' : 'fail-late'));
  const limits = { callMs: 1000, answerReserveMs: 1000 };
  const { body } = await produce({ record_count: 1000 }, contextOf(2500, 'click'), limits);
  expect(JSON.parse(body).message).toMatchObject({
    status: false,
    record_count: 500,
    error_message: expect.stringContaining('of 500 it did not say so, and it may hold them, too'),
  });
  expect(counted(await records()).recordCount).toBe(1000);
});

/** The producer as a process of its own, as in a Lambda sandbox. */
function startProducer(requestId: string): ChildProcess {
  const context = `{ awsRequestId: '${requestId}', functionName: 'f', getRemainingTimeInMillis: () => 60000 }`;
  const run = `import(${JSON.stringify(PRODUCER)}).then(({ handler }) => handler({ record_count: ${RECORDS} }, ${context}))`;
  return spawn(process.execPath, ['--import', 'tsx', '-e', run], { env: process.env, stdio: 'inherit' });
}

// 1,200 records in three calls:  500 ──► 500 ──► 200
//                                         ✕ kill -9
test.each([
  ['before the stream has its second call', 'hang', 500],
  ['before it hears that the stream has its second call', 'stall', 1000],
] as const)(
  'killed in mid-batch, %s, it has sold what is on the stream, each once',
  async (_, fault, sold) => {
    proxy.choose(() => (proxy.calls.length === 2 ? fault : 'none'));
    const child = startProducer('killed');
    await expect
      .poll(async () => proxy.calls.length === 2 && (await records()).length, { timeout: 60_000 })
      .toBe(sold);
    child.kill('SIGKILL');
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');

    // Whoever pressed has no receipt, and presses again.
    proxy.choose(() => 'none');
    const { body } = await produce({ record_count: 10 }, contextOf(60_000, 'again'), {
      callMs: 5000,
      answerReserveMs: 1000,
    });
    const aggregate = counted(await records());
    expect(aggregate).toMatchObject({ recordCount: sold + 10, repeated: 0, rejected: 0 });
    expect(aggregate.requests.get('killed')?.recordCount).toBe(sold);
    expect((aggregate.requests.get('again')?.salesCents ?? 0) / 100).toBe(JSON.parse(body).message.tot_sales);
  },
  90_000,
);
