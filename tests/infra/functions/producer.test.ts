import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { systemClock } from '../../../infra/local/clock.ts';
import { type Gateway, openGateway } from '../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../infra/local/http/http.ts';
import { openStreams, type RegionalStreams } from '../../../infra/local/kinesis/regional-streams.ts';
import { createKinesisService } from '../../../infra/local/kinesis/service.ts';
import { parseSale, type Sale } from '../../../lib/core/sale.ts';

type Handler = typeof import('../../../infra/functions/producer.ts')['handler'];

let dataDir: string;
let streams: RegionalStreams;
let gateway: Gateway;
let handler: Handler;
/** What the handler's PutRecords calls held, and what may answer in the stream's place. */
let callSizes: number[];
let intercept: HttpService | null;
let remainingMs: number;

const context = {
  awsRequestId: 'click-1',
  functionName: 'data_producer_fn',
  getRemainingTimeInMillis: () => remainingMs,
};

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'producer-'));
  streams = await openStreams({
    dataDir,
    clock: systemClock,
    accountId: '000000000000',
    region: 'us-east-1',
  });
  streams.home.ensure({ streamName: 'data_pipe', shardCount: 2 });
  const stream = createKinesisService({ streams });
  callSizes = [];
  intercept = null;
  remainingMs = 60_000;
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  gateway = await openGateway({
    port: 0,
    services: {
      kinesis: (request) => {
        callSizes.push(JSON.parse(request.body.toString()).Records.length);
        return (intercept ?? stream)(request);
      },
      lambda: absent,
      logs: absent,
      s3: absent,
      sts: absent,
      control: absent,
    },
    onError: (error) => console.error(error),
  });
  vi.stubEnv('STREAM_NAME', 'data_pipe');
  vi.stubEnv('AWS_ENDPOINT_URL', gateway.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.resetModules();
  ({ handler } = await import('../../../infra/functions/producer.ts'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await gateway.close();
  await streams.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function produce(event: unknown) {
  const { statusCode, body } = await handler(event, context);
  return { statusCode, ...JSON.parse(body).message };
}

/** Everything that is on the stream. */
async function sales(): Promise<Sale[]> {
  const arn = streams.home.arnOf('data_pipe');
  const pages = await Promise.all(
    (await streams.shards(arn)).map(({ shardId }) =>
      streams.read(arn, shardId, { type: 'TRIM_HORIZON' }, { maxRecords: 20_000, maxBytes: 1e8 }),
    ),
  );
  return pages.flatMap(({ records }) =>
    records.map(({ data }) => {
      const parsed = parseSale(Buffer.from(data, 'base64').toString());
      if (!parsed.ok) throw new Error(parsed.reason);
      return parsed.sale;
    }),
  );
}

describe('the producer', () => {
  test('puts 1 to 300 sales of 1 to 500 each when nobody says how many, and answers what the stream took', async () => {
    const answer = await produce({});
    const taken = await sales();
    expect(answer).toEqual({
      statusCode: 200,
      status: true,
      record_count: taken.length,
      tot_sales: taken.reduce((sum, sale) => sum + sale.salesCents, 0) / 100,
      request_id: 'click-1',
    });
    expect(taken.length).toBeGreaterThanOrEqual(1);
    expect(taken.length).toBeLessThanOrEqual(300);
    for (const { salesCents, requestId } of taken) {
      expect(requestId).toBe('click-1');
      expect(salesCents % 100).toBe(0);
      expect(salesCents >= 100 && salesCents <= 50_000).toBe(true);
    }
  });

  test.each([1, 500, 501, 1250])('puts %d sales in calls of at most 500', async (record_count) => {
    expect(await produce({ record_count })).toMatchObject({ status: true, record_count });
    expect(await sales()).toHaveLength(record_count);
    expect(callSizes).toEqual([
      ...Array.from({ length: Math.floor(record_count / 500) }, () => 500),
      ...(record_count % 500 === 0 ? [] : [record_count % 500]),
    ]);
  });

  test.each([
    [null],
    ['{}'],
    [{ record_count: 0 }],
    [{ record_count: -1 }],
    [{ record_count: 1.5 }],
    [{ record_count: '5' }],
    [{ record_count: 10_001 }],
  ])('refuses %j, says what it takes, and puts nothing', async (event) => {
    expect(await produce(event)).toMatchObject({
      statusCode: 400,
      status: false,
      record_count: 0,
      error_message: expect.stringContaining('a whole number n from 1 to 10000'),
    });
    expect(callSizes).toEqual([]);
  });
});

/** A stream that takes the first of each call and refuses the rest, `times` times. */
function refuseAllButFirst(times: number): HttpService {
  const stream = createKinesisService({ streams });
  return async (request) => {
    if (times === 0) return stream(request);
    times -= 1;
    const input: { StreamName: string; Records: unknown[] } = JSON.parse(request.body.toString());
    const [first, ...rest] = input.Records;
    const one = await stream({
      ...request,
      body: Buffer.from(JSON.stringify({ ...input, Records: [first] })),
    });
    const { Records } = JSON.parse(String(one.body));
    const refused = {
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: 'Rate exceeded for shard shardId-000000000000 in stream data_pipe.',
    };
    return {
      ...one,
      body: JSON.stringify({
        FailedRecordCount: rest.length,
        Records: [...Records, ...rest.map(() => refused)],
      }),
    };
  };
}

describe('when the stream refuses entries', () => {
  test('only those are sent again, and every sale gets in once', async () => {
    intercept = refuseAllButFirst(2);
    expect(await produce({ record_count: 10 })).toMatchObject({ status: true, record_count: 10 });
    expect(callSizes).toEqual([10, 9, 8]);
    expect(await sales()).toHaveLength(10);
  });

  test('and there is no time left, the counts are what it took and the message says the rest', async () => {
    const refusing = refuseAllButFirst(Infinity);
    intercept = (request) => {
      remainingMs = 3049; // below what it keeps for the answer and the first wait
      return refusing(request);
    };
    const answer = await produce({ record_count: 10 });
    const taken = await sales();
    expect(taken).toHaveLength(1);
    expect(answer).toMatchObject({
      statusCode: 200,
      status: false,
      record_count: 1,
      tot_sales: (taken[0]?.salesCents ?? 0) / 100,
      error_message: expect.stringMatching(/took 1 of 10 records.*ProvisionedThroughputExceeded/),
    });
  });
});

test('a call that fails as a whole is sent again as a whole', async () => {
  let failures = 2;
  const stream = createKinesisService({ streams });
  intercept = (request) => {
    failures -= 1;
    return failures < 0
      ? stream(request)
      : { status: 500, headers: {}, body: '{"__type":"InternalFailure","message":"try again"}' };
  };
  expect(await produce({ record_count: 3 })).toMatchObject({ status: true, record_count: 3 });
  expect(callSizes).toEqual([3, 3, 3]);
});

test('a stream that is not there is said at once, without trying again', async () => {
  vi.stubEnv('STREAM_NAME', 'no_such_pipe');
  vi.resetModules();
  ({ handler } = await import('../../../infra/functions/producer.ts'));
  expect(await produce({ record_count: 3 })).toMatchObject({
    status: false,
    record_count: 0,
    tot_sales: 0,
    error_message: expect.stringContaining('ResourceNotFoundException'),
  });
  expect(callSizes).toEqual([3]);
});
