import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KinesisRecord, TumblingWindowEvent } from '../../../infra/functions/tumbling-window-event.ts';
import { parseDayIndex } from '../../../lib/core/day-index.ts';
import { parseInvocationLog } from '../../../lib/core/invocation-log.ts';
import { dayIndexKey } from '../../../lib/core/object-key.ts';
import { parseRejected } from '../../../lib/core/rejected-records.ts';
import { parseResult } from '../../../lib/core/window-result.ts';
import { type LocalS3, openS3 } from '../local/s3/local-s3.ts';

type Handler = typeof import('../../../infra/functions/consumer.ts')['handler'];

const SHARD = 'shardId-000000000000';
/** 2021-01-24T15:56:00Z */
const START_MS = 1_611_503_760_000;
const window = { start: '2021-01-24T15:56:00Z', end: '2021-01-24T15:58:00Z' };
const context = {
  awsRequestId: 'invocation-1',
  functionName: 'stream_record_processor',
  getRemainingTimeInMillis: () => 60_000,
};

let s3: LocalS3;
let Bucket: string;
let handler: Handler;
let printed: string[];

beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());

/** Each test has a bucket and a cold start of its own: the function as it is deployed, told of both by its environment. */
beforeEach(async () => {
  Bucket = await s3.newBucket();
  vi.stubEnv('BUCKET_NAME', Bucket);
  vi.stubEnv('AWS_ENDPOINT_URL', s3.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.resetModules();
  ({ handler } = await import('../../../infra/functions/consumer.ts'));
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0);
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

function record(sequenceNumber: number, data: unknown): KinesisRecord {
  const bytes = Buffer.isBuffer(data)
    ? data
    : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  return {
    eventID: `${SHARD}:${sequenceNumber}`,
    kinesis: {
      sequenceNumber: String(sequenceNumber),
      partitionKey: 'p',
      data: bytes.toString('base64'),
      approximateArrivalTimestamp: (START_MS + 1500) / 1000,
    },
  };
}

function sale(sales: number, request_id?: string): object {
  return { cust_name: 'Lizardfolk', cust_id: 20_087_128, sales, request_id };
}

function event(change: Partial<TumblingWindowEvent>): TumblingWindowEvent {
  return {
    Records: [],
    shardId: SHARD,
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe',
    window,
    state: {},
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
    ...change,
  };
}

/** As Lambda does: the state goes on as JSON text, and the final invocation comes alone. */
async function runWindow(batches: readonly (readonly KinesisRecord[])[]): Promise<void> {
  let state: TumblingWindowEvent['state'] = {};
  for (const Records of batches) {
    state = JSON.parse(JSON.stringify((await handler(event({ Records, state }), context)).state));
  }
  await handler(event({ state, isFinalInvokeForWindow: true }), context);
}

async function keys(prefix: string): Promise<string[]> {
  const page = await s3.client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  return (page.Contents ?? []).flatMap((object) => object.Key ?? []);
}

async function read(Key: string): Promise<string> {
  const object = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  return (await object.Body?.transformToString()) ?? '';
}

const key = (first: number) => `revenue_sum/dt=2021_01_24/${START_MS}_${SHARD}_${first}.json`;

describe('a window', () => {
  // 15:56 |--batch--batch--batch--| 15:58 final
  test('is written once, by its final invocation, with the total of its batches', async () => {
    await runWindow([
      [record(100, sale(246, 'click-1')), record(101, sale(0.1, 'click-1'))],
      [record(102, sale(0.2, 'click-2'))],
      [record(103, sale(-10))],
    ]);
    expect(await keys('revenue_sum/')).toEqual([key(100)]);
    expect(JSON.parse(await read(key(100)))).toEqual({
      sales: 236.3,
      tot_record_count: 4,
      window,
      shard_id: SHARD,
      first_sequence_number: '100',
      last_sequence_number: '103',
      min: -10,
      max: 246,
      rejected: 0,
      repeated: 0,
      requests: { 'click-1': { record_count: 2, sales: 246.1 }, 'click-2': { record_count: 1, sales: 0.2 } },
      customers: { Lizardfolk: { record_count: 4, sales: 236.3 } },
      amounts: '-8t 93 a gc',
      terminated_early: false,
    });
  });

  test('is read back to the cent where its amounts are as large as amounts can be', async () => {
    await runWindow([[record(100, sale(43_904_898_160_000)), record(101, sale(297.38))]]);
    expect(parseResult(await read(key(100))).salesCents).toBe(4_390_489_816_029_738);
  });

  test('of 156 records that add up to 42187 has sales 42187', async () => {
    const amounts = Array.from({ length: 155 }, (_, index) => 117 + index * 2);
    const rest = 42_187 - amounts.reduce((sum, amount) => sum + amount, 0);
    const records = [...amounts, rest].map((amount, index) => record(1000 + index, sale(amount)));
    await runWindow([records.slice(0, 60), records.slice(60)]);
    expect(JSON.parse(await read(key(1000)))).toMatchObject({ sales: 42_187, tot_record_count: 156 });
  });

  test('that is finished twice has one object, and the same bytes in it', async () => {
    const { state } = await handler(event({ Records: [record(100, sale(5))] }), context);
    const final = event({ state: JSON.parse(JSON.stringify(state)), isFinalInvokeForWindow: true });
    await handler(final, context);
    const once = await read(key(100));
    await handler(final, { ...context, awsRequestId: 'invocation-2' });
    expect(await keys('revenue_sum/')).toEqual([key(100)]);
    expect(await read(key(100))).toBe(once);
  });

  test('that ended early goes on in a second part, and the parts add up', async () => {
    const first = await handler(event({ Records: [record(100, sale(5)), record(101, sale(6))] }), context);
    await handler(
      event({ state: { ...first.state }, isFinalInvokeForWindow: true, isWindowTerminatedEarly: true }),
      context,
    );
    await runWindow([[record(102, sale(7))]]);
    const parts = await Promise.all(
      (await keys('revenue_sum/')).map(async (each) => parseResult(await read(each))),
    );
    expect(parts.map(({ salesCents, terminatedEarly }) => [salesCents, terminatedEarly])).toEqual([
      [1100, true],
      [700, false],
    ]);
  });

  test('folds in what the final invocation still brings', async () => {
    await handler(event({ Records: [record(100, sale(5))], isFinalInvokeForWindow: true }), context);
    expect(JSON.parse(await read(key(100)))).toMatchObject({ sales: 5, tot_record_count: 1 });
  });

  test('whose every batch was dropped has no result', async () => {
    expect(await handler(event({ isFinalInvokeForWindow: true }), context)).toEqual({ state: {} });
    expect(await keys('')).toEqual([]);
  });

  test('has the same result however it is cut and whatever is delivered again', async () => {
    const records = Array.from({ length: 12 }, (_, index) =>
      record(100 + index, sale(index + 0.01, `c-${index % 3}`)),
    );
    await runWindow([records]);
    const whole = await read(key(100));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
        fc.nat({ max: 3 }),
        async (cuts, again) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), 12];
          const batches = edges
            .slice(1)
            .map((edge, index) => records.slice(Math.max(0, (edges[index] ?? 0) - again), edge));
          await runWindow(batches.filter((batch) => batch.length > 0));
          expect(await read(key(100))).toBe(whole);
        },
      ),
      { numRuns: 20 },
    );
  });
});

test("the day index has each result's row, with the key and ETag that a listing shows", async () => {
  await runWindow([[record(100, sale(5, 'click-1'))]]);
  await runWindow([[record(101, sale(6)), record(102, 'poison')]]);
  const { Contents = [] } = await s3.client.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'revenue_sum/' }),
  );
  const index = parseDayIndex(await read(dayIndexKey('2021_01_24', SHARD)), '2021_01_24', SHARD);
  expect(index?.rows.map((row) => ({ Key: row.key, ETag: row.etag }))).toEqual(
    Contents.map(({ Key, ETag }) => ({ Key, ETag })),
  );
  for (const row of index?.rows ?? []) {
    const { requests: _, ...result } = parseResult(await read(row.key));
    expect(row.result).toEqual(result);
  }
});

describe('a record that is not a sale', () => {
  const poison = [
    'this is not JSON',
    '{"cust_name":"Kobold","cust_id":1,"amt":12}',
    '{"cust_name":"Kobold","cust_id":1,"sales":"12"}',
    '{"cust_name":"Kobold","cust_id":1,"sales":1.234}',
    'x'.repeat(1_048_575),
    Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    `{"cust_name":"Kobold","cust_id":1,"sales":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ];

  test('is counted and kept with its reason, and does not touch the sums around it', async () => {
    await runWindow([
      [record(99, sale(1)), ...poison.map((data, index) => record(100 + index, data)), record(200, sale(2))],
    ]);
    expect(JSON.parse(await read(key(99)))).toMatchObject({
      sales: 3,
      tot_record_count: 2,
      rejected: poison.length,
    });
    // The one of a mebibyte fills an object of its own.
    const kept = [100, 104, 105].map((first) => `rejected/dt=2021_01_24/${SHARD}_${first}.json`);
    expect(await keys('rejected/')).toEqual(kept);
    const objects = await Promise.all(kept.map(async (each) => parseRejected(await read(each))));
    expect(objects.map((each) => each?.shardId)).toEqual([SHARD, SHARD, SHARD]);
    const records = objects.flatMap((each) => each?.records ?? []);
    expect(records).toHaveLength(poison.length);
    for (const [index, each] of records.entries()) {
      expect(Buffer.from(each.data, 'base64').equals(Buffer.from(poison[index] ?? ''))).toBe(true);
      expect(each).toMatchObject({
        arrivalMs: START_MS + 1500,
        sequenceNumber: String(100 + index),
        partitionKey: 'p',
      });
      expect(each.reason).toMatch(/^expected /);
    }
  });

  test('costs no put of its own in a flood: a batch of 5,000 has a few objects, the same whenever it comes again', async () => {
    const flood = Array.from({ length: 5000 }, (_, index) => record(1000 + index, `poison ${index}`));
    await handler(event({ Records: flood }), context);
    const kept = await keys('rejected/');
    expect(kept.length).toBeLessThan(5);
    const bodies = await Promise.all(kept.map(read));
    expect(bodies.flatMap((text) => parseRejected(text)?.records ?? [])).toHaveLength(5000);
    await handler(event({ Records: flood }), context);
    expect(await keys('rejected/')).toEqual(kept);
    expect(await Promise.all(kept.map(read))).toEqual(bodies);
  });

  test('without a time of arrival that is one is kept under the day of its window', async () => {
    const { kinesis, ...rest } = record(100, 'poison');
    const timeless = { ...rest, kinesis: { ...kinesis, approximateArrivalTimestamp: Number.NaN } };
    await handler(event({ Records: [timeless] }), context);
    expect(await keys('rejected/')).toEqual([`rejected/dt=2021_01_24/${SHARD}_100.json`]);
  });

  test('alone in its window gives a result of sales 0', async () => {
    await runWindow([[record(100, 'poison')]]);
    expect(JSON.parse(await read(key(100)))).toMatchObject({
      sales: 0,
      tot_record_count: 0,
      rejected: 1,
      min: null,
    });
  });
});

describe('the open snapshot', () => {
  test('has the body of a result, so far, at most once a second', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(START_MS + 10_000);
    const first = await handler(event({ Records: [record(100, sale(5))] }), context);
    vi.spyOn(Date, 'now').mockReturnValue(START_MS + 10_999);
    const second = await handler(
      event({ Records: [record(101, sale(6))], state: { ...first.state } }),
      context,
    );
    const live = `revenue_live/${SHARD}.json`;
    expect(parseResult(await read(live))).toMatchObject({ salesCents: 500, lastSequenceNumber: '100' });
    vi.spyOn(Date, 'now').mockReturnValue(START_MS + 11_000);
    await handler(event({ Records: [record(102, sale(7))], state: { ...second.state } }), context);
    expect(parseResult(await read(live))).toMatchObject({ salesCents: 1800, lastSequenceNumber: '102' });
    expect(await keys('revenue_sum/')).toEqual([]);
  });

  test('that cannot be written never fails the invocation', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.stubEnv('BUCKET_NAME', 'no-such-bucket');
    vi.resetModules();
    const cold = await import('../../../infra/functions/consumer.ts');
    const { state } = await cold.handler(event({ Records: [record(100, sale(5))] }), context);
    expect(state).toMatchObject({ tot_record_count: 1 });
    expect(vi.mocked(console.warn).mock.calls.join()).toContain('NoSuchBucket');
  });
});

describe('what fails', () => {
  test.each([
    ['the result', event({ state: {}, Records: [record(100, sale(5))], isFinalInvokeForWindow: true })],
    ['a rejected record', event({ Records: [record(100, 'poison')] })],
  ])('when %s cannot be written is the invocation, so that the mapping tries again', async (_, failing) => {
    vi.stubEnv('BUCKET_NAME', 'no-such-bucket');
    vi.resetModules();
    const cold = await import('../../../infra/functions/consumer.ts');
    await expect(cold.handler(failing, context)).rejects.toThrow('The specified bucket does not exist');
    expect(parseInvocationLog(printed.at(-1) ?? '')).toMatchObject({
      error: expect.stringContaining('NoSuchBucket'),
    });
  });

  test('is an event without a window, and the message says what to set', async () => {
    const { window: _, ...plain } = event({});
    await expect(handler(JSON.parse(JSON.stringify(plain)), context)).rejects.toThrow(
      'Set a tumbling window on the event source mapping',
    );
  });

  test.each([
    ['counts by itself', { count: 1 }],
    ['nests 100,000 deep', { count: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) }],
  ])('is a state that another consumer left, which %s', async (_, state) => {
    const failed = handler(event({ state }), context);
    await expect(failed).rejects.toThrow('Expected the window state of this consumer');
  });

  test('is a start without its bucket, and the message names the variable', async () => {
    vi.stubEnv('BUCKET_NAME', '');
    vi.resetModules();
    await expect(import('../../../infra/functions/consumer.ts')).rejects.toThrow('BUCKET_NAME');
  });
});

test('every invocation prints one line that tells its window, its records and its state before and after, and a final one what its window sold', async () => {
  await runWindow([[record(100, sale(5)), record(101, 'poison')]]);
  const lines = printed.map((line) => parseInvocationLog(line));
  expect(lines).toMatchObject([
    {
      requestId: 'invocation-1',
      shardId: SHARD,
      windowStartMs: START_MS,
      windowEndMs: START_MS + 120_000,
      records: 2,
      rejected: 1,
      skipped: 0,
      final: false,
      before: { recordCount: 0, salesCents: 0 },
      after: { recordCount: 1, salesCents: 500 },
      writtenKey: null,
      error: null,
    },
    { records: 0, final: true, before: { recordCount: 1, salesCents: 500 }, writtenKey: key(100) },
    null,
  ]);
  expect(JSON.parse(printed[2] ?? '')).toMatchObject({ WindowSales: 5 });
});
