import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { serializeSale } from '../../lib/core/sale.ts';
import type { WindowResult } from '../../lib/core/window-result.ts';

const SELLERS = 4;
const RECORDS_PER_CALL = 40;
/** With these a window of five seconds stays below the 500 ids that a result tells apart. */
const PAUSE_MS = 90;
const CENTS_PER_CALL = RECORDS_PER_CALL * 100 + (RECORDS_PER_CALL * (RECORDS_PER_CALL - 1)) / 2;

/** Put sales without end, each call under a request id of its own, and remember which were acknowledged. */
export class Sellers {
  /** By request id: whether the answer arrived. A call that was cut off may be in, or not, but never twice. */
  readonly #calls = new Map<string, boolean>();
  readonly #client: KinesisClient;
  readonly #running: Promise<void>[];
  #isOver = false;

  constructor(endpoint: string) {
    this.#client = new KinesisClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler({ requestTimeout: 5000, connectionTimeout: 2000 }),
      maxAttempts: 1, // a retried call would be a second call
    });
    this.#running = Array.from({ length: SELLERS }, (_, seller) => this.#sell(seller));
  }

  get acknowledged(): number {
    return [...this.#calls.values()].filter(Boolean).length;
  }

  get cutOff(): number {
    return this.#calls.size - this.acknowledged;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    this.#client.destroy();
  }

  async #sell(seller: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const requestId = `${seller}-${n}`;
      this.#calls.set(requestId, false);
      const Records = Array.from({ length: RECORDS_PER_CALL }, (_, i) => {
        const sale = { custName: 'Kobold', custId: i, salesCents: 100 + i, requestId, requestNumber: null };
        return { PartitionKey: `${requestId}-${i}`, Data: Buffer.from(serializeSale(sale)) };
      });
      const isTaken = await this.#client
        .send(new PutRecordsCommand({ StreamName: 'data_pipe', Records }))
        .then(({ FailedRecordCount }) => FailedRecordCount === 0)
        .catch(() => false);
      this.#calls.set(requestId, isTaken);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** What the results have otherwise than it was acknowledged; nothing when all is well. */
  differences(results: readonly WindowResult[]): string[] {
    const counted = new Map<string, { records: number; cents: number }>();
    for (const request of results.flatMap(({ requests }) => requests)) {
      const sum = counted.get(request.requestId) ?? { records: 0, cents: 0 };
      sum.records += request.recordCount;
      sum.cents += request.salesCents;
      counted.set(request.requestId, sum);
    }
    const differences: string[] = [];
    for (const [requestId, isAcknowledged] of this.#calls) {
      const { records, cents } = counted.get(requestId) ?? { records: 0, cents: 0 };
      const isRight = isAcknowledged
        ? records === RECORDS_PER_CALL && cents === CENTS_PER_CALL
        : records <= RECORDS_PER_CALL;
      if (!isRight) differences.push(`${requestId}: ${records} records, ${cents} cents`);
    }
    return differences;
  }
}
