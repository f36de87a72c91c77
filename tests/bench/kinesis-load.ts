import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { serializeSale } from '../../lib/core/sale.ts';

/** The most that one call takes. */
export const RECORDS_PER_CALL = 500;

/** The body of a PutRecords call of sales, some 100 bytes each. */
export function putRecordsBody(streamName: string): Buffer {
  const Records = Array.from({ length: RECORDS_PER_CALL }, (_, n) => ({
    PartitionKey: `customer-${n}`,
    Data: Buffer.from(
      serializeSale({
        custName: 'Lizardfolk',
        custId: 20_087_128 + n,
        salesCents: 100 * (1 + n),
        requestId: '8f14e45f-ceea-467f-a8f2-9c1b7a5d3e20',
        requestNumber: null,
      }),
    ).toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ StreamName: streamName, Records }));
}

/** The cheapest client there is, so that the server is what is measured. Signed for no key: no server here looks at it. */
export class KinesisLoad {
  readonly #agent: http.Agent;
  readonly #connections: number;
  readonly #endpoint: string;

  constructor(endpoint: string, connections: number) {
    this.#connections = connections;
    this.#endpoint = endpoint;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The answer's body. Throws on any other status than 200. */
  call(operation: string, input: Buffer | object): Promise<string> {
    const body = Buffer.isBuffer(input) ? input : Buffer.from(JSON.stringify(input));
    return new Promise((resolve, reject) => {
      const request = http.request(this.#endpoint, {
        agent: this.#agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'content-length': body.length,
          'x-amz-target': `Kinesis_20131202.${operation}`,
          'x-amz-date': '20260101T000000Z',
          authorization:
            'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0',
        },
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`Expected 200 to ${operation}, got ${response.statusCode}: ${text}`));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The stream exists and is ACTIVE afterwards. */
  async createStream(StreamName: string, ShardCount: number): Promise<void> {
    await this.call('CreateStream', { StreamName, ShardCount });
    while (!(await this.call('DescribeStream', { StreamName })).includes('"ACTIVE"')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The same call again and again, over all connections; answers the last answer. */
  async repeat(operation: string, body: Buffer, calls: number): Promise<string> {
    let left = calls;
    let last = '';
    const worker = async () => {
      for (; left > 0; ) {
        left -= 1;
        last = await this.call(operation, body);
      }
    };
    await Promise.all(Array.from({ length: this.#connections }, worker));
    return last;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** CPU of a process and all its threads; NaN where there is no /proc. The system counts it in ticks of 10 ms. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
}

/** Resident memory; NaN where there is no /proc. */
export async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
