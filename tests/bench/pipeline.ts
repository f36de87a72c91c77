import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serializeSale } from '../../lib/core/sale.ts';
import { parseResult } from '../../lib/core/window-result.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import type { Row } from './row.ts';

const RECORDS = 1_000_000;
const RECORDS_PER_CALL = 500;
const CONNECTIONS = 8;
const LEAST_PER_SECOND = 50_000;

/**
 * Put → window results in S3, consumer included: a client puts a million sales of some 100 bytes on four shards as fast as
 * the runtime takes them, and the clock stops when the results of all windows add up to exactly that.
 */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-pipeline-'));
  const running = await startProcess('local', {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: dataDir,
    SHARD_COUNT: '4',
    WINDOW_SECONDS: '2',
    WINDOW_IDLE_SECONDS: '0',
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = putRecordsBody();
  const startedMs = performance.now();
  let left = RECORDS / RECORDS_PER_CALL;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (; left > 0; ) {
        left -= 1;
        await put(running.endpoint, agent, body);
      }
    }),
  );
  const putMs = performance.now() - startedMs;
  const folder = path.join(dataDir, 's3/tumbling-window-results/revenue_sum');
  let counted = 0;
  while (counted < RECORDS && performance.now() - startedMs < 180_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    counted = await recordsIn(folder);
  }
  const allMs = performance.now() - startedMs;
  const cpuMicros = await cpuSeconds(running.child.pid).then((seconds) => (seconds * 1e6) / RECORDS);
  agent.destroy();
  await endProcess(running.child, 'SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
  if (counted !== RECORDS) throw new Error(`Expected ${RECORDS} records in the results, got ${counted}`);
  const perSecond = Math.round(RECORDS / (allMs / 1000));
  return [
    {
      name: 'put → window results in S3, 4 shards, consumer included',
      value: perSecond,
      unit: 'records/s',
      bound: `at least ${LEAST_PER_SECOND}`,
      ok: perSecond >= LEAST_PER_SECOND,
      note: `${RECORDS} records: put in ${(putMs / 1000).toFixed(1)} s, in the results after ${(allMs / 1000).toFixed(1)} s; ${cpuMicros.toFixed(1)} µs of CPU a record, all threads, so at most ${Math.round(2e6 / cpuMicros)} records/s on two idle cores`,
    },
  ];
}

/** Of a process and all its threads, in clock ticks of 1/100 s; NaN where there is no /proc. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
}

function putRecordsBody(): Buffer {
  const Records = Array.from({ length: RECORDS_PER_CALL }, (_, n) => ({
    PartitionKey: `customer-${n}`,
    Data: Buffer.from(
      serializeSale({
        custName: 'Lizardfolk',
        custId: 20_087_128 + n,
        salesCents: 100 * (1 + n),
        requestId: 'bench',
      }),
    ).toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ StreamName: 'data_pipe', Records }));
}

function put(endpoint: string, agent: http.Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(endpoint, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': body.length,
        'x-amz-target': 'Kinesis_20131202.PutRecords',
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0',
      },
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new Error(`Expected 200, got ${response.statusCode}`)),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function recordsIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const results = await Promise.all(
    files
      .filter((file) => file.isFile() && file.name.endsWith('.json'))
      .map(async (file) => parseResult(await readFile(path.join(file.parentPath, file.name), 'utf8'))),
  );
  return results.reduce((sum, result) => sum + result.recordCount, 0);
}
