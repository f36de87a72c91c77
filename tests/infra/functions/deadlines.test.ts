import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TumblingWindowEvent } from '../../../infra/functions/tumbling-window-event.ts';
import { CONSUMER_LIMITS, WindowConsumer } from '../../../infra/functions/window-consumer.ts';
import { type Fault, type FaultProxy, openFaultProxy } from '../../faults/fault-proxy.ts';
import { type LocalKinesis, openKinesis } from '../local/kinesis/local-kinesis.ts';
import { type LocalS3, openS3 } from '../local/s3/local-s3.ts';
import { contextOf } from './invocation-context.ts';

const SHARD = 'shardId-000000000000';
/** So short that a call which hangs is soon given up, and so long that one which does not is never. */
const CALL_MS = 600;

let s3: LocalS3;
let proxy: FaultProxy;
let bucket: string;
let client: S3Client;

beforeAll(async () => {
  s3 = await openS3();
  proxy = await openFaultProxy(s3.url);
});
afterAll(async () => {
  await proxy.close();
  await s3.close();
});
beforeEach(async () => {
  bucket = await s3.newBucket();
  proxy.calls.length = 0;
  proxy.choose(() => 'none');
  client = new S3Client({
    endpoint: proxy.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  client.destroy();
  vi.restoreAllMocks();
});

function consumer() {
  return new WindowConsumer(client, bucket, {
    callMs: CALL_MS,
    tries: 3,
    reserveMs: 300,
    snapshotMs: 200,
    indexMs: 500,
  });
}

function event(data: readonly string[], isFinal: boolean): TumblingWindowEvent {
  return {
    Records: data.map((text, index) => ({
      eventID: `${SHARD}:${100 + index}`,
      kinesis: {
        sequenceNumber: String(100 + index),
        partitionKey: 'p',
        data: Buffer.from(text).toString('base64'),
        approximateArrivalTimestamp: 1_611_503_761.5,
      },
    })),
    shardId: SHARD,
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe',
    window: { start: '2021-01-24T15:56:00Z', end: '2021-01-24T15:58:00Z' },
    state: {},
    isFinalInvokeForWindow: isFinal,
    isWindowTerminatedEarly: false,
  };
}

const SALE = '{"cust_name":"Kobold","cust_id":1,"sales":5}';

async function keys(): Promise<string[]> {
  const page = await s3.client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
}

/** The first calls below a prefix have faults, one after the other; the rest has none. */
function firstOf(prefix: string, faults: readonly Fault[]): (call: string) => Fault {
  const left = [...faults];
  return (call) => (call.includes(`/${prefix}`) ? (left.shift() ?? 'none') : 'none');
}

describe('a window result', () => {
  test.each(['hang', 'stall', 'lose'] as const)(
    'is written though the answers to its first two puts %s',
    async (fault) => {
      proxy.choose(firstOf('revenue_sum/', [fault, fault]));
      await consumer().handle(event([SALE], true), contextOf(60_000));
      const [key = ''] = (await keys()).filter((each) => each.startsWith('revenue_sum/'));
      const object = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      expect(JSON.parse((await object.Body?.transformToString()) ?? '')).toMatchObject({ sales: 5 });
    },
  );

  test.each(['hang', 'stall'] as const)(
    'whose every put would %s fails its invocation in words, before Lambda cuts it off',
    async (fault) => {
      proxy.choose(() => fault);
      const startedMs = performance.now();
      const context = contextOf(1400);
      await expect(consumer().handle(event([SALE], true), context)).rejects.toThrow(
        /Expected PutObject to answer within \d+ ms, got no whole answer/,
      );
      expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
      expect(performance.now() - startedMs).toBeGreaterThan(CALL_MS);
    },
  );

  test('fails its invocation when a rejected record cannot be written in time', async () => {
    proxy.choose((call) => (call.includes('/rejected/') ? 'hang' : 'none'));
    await expect(consumer().handle(event([SALE, 'poison'], true), contextOf(1300))).rejects.toThrow(
      'Expected PutObject to answer',
    );
    expect(await keys()).toEqual([]);
  });
});

describe('the open snapshot', () => {
  test.each(['hang', 'stall'] as const)(
    'whose put would %s is given up soon, and not tried again at once',
    async (fault) => {
      proxy.choose((call) => (call.includes('/revenue_live/') ? fault : 'none'));
      const windows = consumer();
      const startedMs = performance.now();
      for (let count = 0; count < 5; count += 1) {
        const { state } = await windows.handle(event([SALE], false), contextOf(60_000));
        expect(state).toMatchObject({ sales_cents: 500 });
      }
      await windows.handle(event([SALE], true), contextOf(60_000));
      expect(performance.now() - startedMs).toBeLessThan(5000);
      expect(proxy.calls.filter((call) => call.includes('/revenue_live/'))).toHaveLength(1);
      expect((await keys()).filter((key) => key.startsWith('revenue_sum/'))).toHaveLength(1);
    },
  );
});

describe('the open snapshot, as deployed,', () => {
  test('holds an invocation up by a second at most', async () => {
    proxy.choose((call) => (call.includes('/revenue_live/') ? 'hang' : 'none'));
    const windows = new WindowConsumer(client, bucket, CONSUMER_LIMITS);
    const context = contextOf(60_000);
    await windows.handle(event([SALE], false), context);
    expect(60_000 - context.getRemainingTimeInMillis()).toBeLessThan(2000);
    expect(CONSUMER_LIMITS.snapshotMs).toBeLessThanOrEqual(1000);
    expect(CONSUMER_LIMITS.callMs).toBeLessThanOrEqual(10_000);
  });

  //   wall clock   15:00 │ 16:00 │ 15:00 again, and a moment later
  test('is written again though the clock was set forward and back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const windows = new WindowConsumer(client, bucket, CONSUMER_LIMITS);
    const writes: number[] = [];
    for (const hour of [15, 16, 15, 15]) {
      vi.setSystemTime(Date.UTC(2021, 0, 24, hour));
      await windows.handle(event([SALE], false), contextOf(60_000));
      writes.push(proxy.calls.filter((call) => call.includes('/revenue_live/')).length);
    }
    vi.useRealTimers();
    expect(writes).toEqual([1, 2, 3, 3]);
  });
});

describe('the producer', () => {
  let kinesis: LocalKinesis;
  let toStream: FaultProxy;
  let produce: typeof import('../../../infra/functions/producer.ts')['produce'];
  beforeAll(async () => {
    kinesis = await openKinesis();
    toStream = await openFaultProxy(kinesis.url);
  });
  afterAll(async () => {
    await toStream.close();
    await kinesis.close();
  });
  beforeEach(async () => {
    vi.stubEnv('STREAM_NAME', await kinesis.newStream(1));
    vi.stubEnv('AWS_ENDPOINT_URL', toStream.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.resetModules();
    ({ produce } = await import('../../../infra/functions/producer.ts'));
    return () => vi.unstubAllEnvs();
  });

  test.each(['hang', 'stall'] as const)(
    'whose second call would %s says in time what the stream took, and of how much it knows nothing',
    async (fault) => {
      let calls = 0;
      toStream.choose(() => {
        calls += 1;
        return calls === 1 ? 'none' : fault;
      });
      const context = contextOf(3000, 'click-1');
      const limits = { callMs: CALL_MS, answerReserveMs: 600 };
      const { body } = await produce({ record_count: 1000 }, context, limits);
      expect(context.getRemainingTimeInMillis()).toBeGreaterThan(300);
      expect(JSON.parse(body).message).toMatchObject({
        status: false,
        record_count: 500,
        request_id: 'click-1',
        error_message: expect.stringMatching(
          /took 500 of 1000 records; of 500 it did not say so, and it may hold them, too; .*PutRecords to answer within/,
        ),
      });
    },
  );

  test('as deployed answers three seconds before Lambda cuts it off, whatever hangs', async () => {
    toStream.choose(() => 'hang');
    const { handler } = await import('../../../infra/functions/producer.ts');
    const context = contextOf(3400, 'click-1');
    const { body } = await handler({ record_count: 10 }, context);
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(2500);
    expect(JSON.parse(body).message).toMatchObject({ status: false, record_count: 0 });
  });

  test('sends again what hung, and has all of it on the stream', async () => {
    let calls = 0;
    toStream.choose(() => {
      calls += 1;
      return calls === 2 ? 'hang' : 'none';
    });
    const limits = { callMs: CALL_MS, answerReserveMs: 600 };
    const { body } = await produce({ record_count: 1000 }, contextOf(60_000), limits);
    expect(JSON.parse(body).message).toMatchObject({ status: true, record_count: 1000 });
  });
});
