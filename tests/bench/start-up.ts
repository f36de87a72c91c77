import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../infra/local/web-page.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { cpuSeconds, KinesisLoad } from './kinesis-load.ts';
import type { Row } from './row.ts';

const STARTS = 7;
const MOST_MS = 400;
const SETTLING_MS = 3_000;
const IDLE_MS = 20_000;
const MOST_IDLE_PERCENT = 1;

/** From the command to the first request that is answered, with everything in the disk cache; then, what idling costs. */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-start-'));
  const port = await freePort(27_700);
  const env = { ...process.env, LOCAL_AWS_PORT: String(port), LOCAL_DATA_DIR: dataDir };
  try {
    await startAndStop(env, port); // makes the bundle and the data folder, warms the cache
    const times: number[] = [];
    for (let start = 0; start < STARTS; start += 1) times.push(await startAndStop(env, port));
    times.sort((a, b) => a - b);
    const median = times[Math.floor(STARTS / 2)] ?? Number.NaN;
    const least = times[0] ?? Number.NaN;
    const idle = await idlePercent(env);
    return [
      {
        name: 'start to first accepted request',
        value: Math.round(median),
        unit: 'ms',
        bound: `at most ${MOST_MS}`,
        ok: median <= MOST_MS,
        note: `median of ${STARTS} starts, the best ${Math.round(least)} ms; a put into the pipeline's own stream`,
      },
      {
        name: 'idle: CPU of the runtime, its functions included',
        value: idle,
        unit: '% of a core',
        bound: `at most ${MOST_IDLE_PERCENT}`,
        ok: idle <= MOST_IDLE_PERCENT,
        note: `over ${IDLE_MS / 1000} s, in ticks of ${(100 * 10) / IDLE_MS} %`,
      },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Milliseconds from the command to the answer. */
async function startAndStop(env: NodeJS.ProcessEnv, port: number): Promise<number> {
  const startedMs = performance.now();
  const starting = startProcess('local', env);
  const load = new KinesisLoad(`http://127.0.0.1:${port}`, 1);
  const Data = Buffer.from('{"cust_name":"Kobold","cust_id":1,"sales":12.34}').toString('base64');
  const record = { StreamName: 'data_pipe', PartitionKey: 'a', Data };
  for (;;) {
    const accepted = await load.call('PutRecord', record).then(
      () => true,
      () => false,
    );
    if (accepted) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const tookMs = performance.now() - startedMs;
  load.close();
  await endProcess((await starting).child, 'SIGTERM');
  return tookMs;
}

async function idlePercent(env: NodeJS.ProcessEnv): Promise<number> {
  const { child } = await startProcess('local', env);
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  const before = await cpuSeconds(child.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const used = (await cpuSeconds(child.pid)) - before;
  await endProcess(child, 'SIGTERM');
  return (used / (IDLE_MS / 1000)) * 100;
}
