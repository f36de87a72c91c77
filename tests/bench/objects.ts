import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../infra/local/clock.ts';
import { ObjectStore } from '../../infra/local/s3/storage/object-store.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import type { Row } from './row.ts';

const MANY = 250_000;
const FEW = 1_000;
const PAGE = 100;
const ROUNDS = 500;
const MOST = 2;

/** ListObjectsV2 of one page that starts in the middle: among many objects it must cost what it costs among few. */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-objects-'));
  const store = new ObjectStore({ dataDir, clock: systemClock, region: 'us-east-1' });
  for (const [bucket, count] of [
    ['many', MANY],
    ['few', FEW],
  ] as const) {
    store.create(bucket);
    for (let n = 0; n < count; n += 1) store.putObject(bucket, keyOf(n), '{}', 'application/json');
  }
  const running = await startProcess('local', {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: dataDir,
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const page = (bucket: string, count: number) =>
    get(`${running.endpoint}/${bucket}?list-type=2&max-keys=${PAGE}&start-after=${keyOf(count / 2)}`, agent);
  const firstMs = await page('many', MANY);
  await page('few', FEW);
  const times = { many: [] as number[], few: [] as number[] };
  // In turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round += 1) {
    times.many.push(await page('many', MANY));
    times.few.push(await page('few', FEW));
  }
  agent.destroy();
  await endProcess(running.child, 'SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
  const [many, few] = [median(times.many), median(times.few)];
  return [
    {
      name: `a page of ${PAGE} keys with start-after among ${MANY} objects, against ${FEW}`,
      value: many / few,
      unit: '×',
      bound: `at most ${MOST}`,
      ok: many / few <= MOST,
      note: `${many.toFixed(2)} ms against ${few.toFixed(2)} ms, medians of ${ROUNDS}`,
    },
    {
      name: `the first listing after a start, which reads the folder of ${MANY} objects`,
      value: firstMs / 1000,
      unit: 's',
      bound: '',
      ok: null,
      note: '',
    },
  ];
}

const keyOf = (n: number) =>
  `results/dt=${String(Math.floor(n / 700)).padStart(3, '0')}/${String(n).padStart(6, '0')}.json`;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Milliseconds until the whole answer is there. */
function get(url: string, agent: http.Agent): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => {
        if (body.includes(`<KeyCount>${PAGE}</KeyCount>`)) resolve(performance.now() - startedMs);
        else
          reject(
            new Error(`Expected a page of ${PAGE} keys from ${url}, got ${response.statusCode}: ${body}`),
          );
      });
    });
    request.on('error', reject);
  });
}
