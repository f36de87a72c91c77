import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../infra/local/clock.ts';
import { ObjectStore } from '../../infra/local/s3/storage/object-store.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { median, type Row } from './row.ts';

const MANY = 250_000;
const FEW = 1_000;
const PAGE = 100;
const ROUNDS = 500;
const MOST = 2;
const MOST_AT_FIRST = 4;
const MOST_OF_FLOOR = 3;

/**
 * ListObjectsV2 of one page that starts in the middle: among many objects it must cost what it costs among few, also the first
 * time after a start, and must keep nobody else waiting.
 */
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
  const group = (bucket: string) =>
    get(`${running.endpoint}/${bucket}?list-type=2&delimiter=/&prefix=results/`, agent, '<CommonPrefixes>');
  const meanwhile = pings(running.endpoint);
  const firstMs = await page('many', MANY);
  const groupedMs = await group('many');
  const waitMs = await meanwhile.end();
  const firstOfFewMs = await page('few', FEW);
  const floorMs = readFolders(path.join(dataDir, 's3/many/results'));
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
      name: `the first such page after a start among ${MANY} objects, against ${FEW}`,
      value: firstMs / firstOfFewMs,
      unit: '×',
      bound: `at most ${MOST_AT_FIRST}`,
      ok: firstMs / firstOfFewMs <= MOST_AT_FIRST,
      note: `${firstMs.toFixed(1)} ms against ${firstOfFewMs.toFixed(1)} ms`,
    },
    {
      name: 'that page and the names of all folders, against reading all folders',
      value: (firstMs + groupedMs) / floorMs,
      unit: '×',
      bound: `at most ${MOST_OF_FLOOR}`,
      ok: (firstMs + groupedMs) / floorMs <= MOST_OF_FLOOR,
      note: `${firstMs.toFixed(1)} ms and ${groupedMs.toFixed(1)} ms against ${floorMs.toFixed(1)} ms`,
    },
    {
      name: 'the longest that another request waited meanwhile, against reading all folders',
      value: waitMs / floorMs,
      unit: '×',
      bound: `at most ${MOST_OF_FLOOR}`,
      ok: waitMs / floorMs <= MOST_OF_FLOOR,
      note: `${waitMs.toFixed(1)} ms`,
    },
  ];
}

const keyOf = (n: number) =>
  `results/dt=${String(Math.floor(n / 700)).padStart(3, '0')}/${String(n).padStart(6, '0')}.json`;

/** What no listing can do without: milliseconds to read the names in all folders. */
function readFolders(folder: string): number {
  const startedMs = performance.now();
  for (const name of readdirSync(folder)) readdirSync(path.join(folder, name));
  return performance.now() - startedMs;
}

/** Asks for something small again and again; the longest wait in milliseconds. */
function pings(endpoint: string) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let isOver = false;
  const longest = (async () => {
    const waits: number[] = [];
    while (!isOver) waits.push(await get(`${endpoint}/few?location`, agent, '<LocationConstraint'));
    agent.destroy();
    return Math.max(...waits.slice(1)); // the first opens the connection
  })();
  return {
    end: () => {
      isOver = true;
      return longest;
    },
  };
}

/** Milliseconds until the whole answer is there. */
function get(url: string, agent: http.Agent, expected = `<KeyCount>${PAGE}</KeyCount>`): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => {
        if (body.includes(expected)) resolve(performance.now() - startedMs);
        else reject(new Error(`Expected ${expected} from ${url}, got ${response.statusCode}: ${body}`));
      });
    });
    request.on('error', reject);
  });
}
