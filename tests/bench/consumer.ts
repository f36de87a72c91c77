import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { TumblingWindowEvent } from '../../infra/functions/tumbling-window-event.ts';
import { serializeSale } from '../../lib/core/sale.ts';
import type { Row } from './row.ts';

const RECORDS = 2_000;
const ROUNDS = 400;
const MOST = 1.5;
/** 1 + 8 + 15 + …, each less than 501. */
const TOTAL = Array.from({ length: RECORDS }, (_, n) => 1 + ((n * 7) % 500)).reduce(
  (sum, sales) => sum + sales,
  0,
);
const FIRST_SEQUENCE_NUMBER = 49680565306295022311088603611955361406409970380275974146n;

/**
 * The consumer's own cost per record, against the least that anybody can do with the same event: decode base64, parse JSON,
 * add. Both run in turns on the same records, and the best of all rounds counts: what else the machine does only adds.
 */
export async function bench(): Promise<readonly Row[]> {
  const bucket = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', () => resolve()));
  const address = bucket.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    BUCKET_NAME: 'results',
  });
  const { handler } = await import('../../infra/functions/consumer.ts');
  const context = {
    awsRequestId: randomUUID(),
    functionName: 'consumer',
    getRemainingTimeInMillis: () => 60_000,
  };
  const text = eventText();
  const write = process.stdout.write;
  let bare = Number.POSITIVE_INFINITY;
  let own = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other]: TumblingWindowEvent[] = [JSON.parse(text), JSON.parse(text)];
    if (one === undefined || other === undefined) throw new Error('Expected two events');
    let startedMs = performance.now();
    const total = bareLoop(one);
    bare = Math.min(bare, performance.now() - startedMs);
    if (total !== TOTAL) throw new Error(`Expected the loop to add up to ${TOTAL}, got ${total}`);

    process.stdout.write = () => true; // its log line is not what is measured
    startedMs = performance.now();
    // All folding is done before the handler waits for its first write.
    const invocation = handler(other, context);
    own = Math.min(own, performance.now() - startedMs);
    const { state } = await invocation;
    if (!('sales_cents' in state) || state.sales_cents !== TOTAL * 100) {
      throw new Error(`Expected the consumer to add up to ${TOTAL}, got ${JSON.stringify(state)}`);
    }
    process.stdout.write = write;
  }
  bucket.close();
  bucket.closeAllConnections();
  const ratio = own / bare;
  const micros = (ms: number) => `${((ms * 1000) / RECORDS).toFixed(2)} µs`;
  return [
    {
      name: "the consumer's own cost per record, against a bare loop",
      value: ratio,
      unit: '×',
      bound: `at most ${MOST}`,
      ok: ratio <= MOST,
      note: `${micros(own)} against ${micros(bare)} a record, in events of ${RECORDS}`,
    },
  ];
}

function bareLoop({ Records }: TumblingWindowEvent): number {
  let sum = 0;
  for (const { kinesis } of Records) {
    const { sales }: { readonly sales: number } = JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
    sum += sales;
  }
  return sum;
}

function eventText(): string {
  const requestIds = Array.from({ length: 20 }, () => randomUUID());
  const Records = Array.from({ length: RECORDS }, (_, n) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: String(n),
      sequenceNumber: String(FIRST_SEQUENCE_NUMBER + BigInt(n * 16)),
      data: Buffer.from(
        serializeSale({
          custName: 'Lizardfolk',
          custId: 20_087_128 + n,
          salesCents: (1 + ((n * 7) % 500)) * 100,
          requestId: requestIds[n % 20] ?? null,
          requestNumber: 1 + Math.floor(n / 20),
        }),
      ).toString('base64'),
      approximateArrivalTimestamp: 1_611_503_760.042,
    },
    eventID: `shardId-000000000000:${n}`,
  }));
  return JSON.stringify({
    Records,
    shardId: 'shardId-000000000000',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe',
    window: { start: '2021-01-24T15:56:00Z', end: '2021-01-24T15:58:00Z' },
    state: {},
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  } satisfies Omit<TumblingWindowEvent, 'Records'> & { readonly Records: unknown });
}
