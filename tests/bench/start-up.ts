import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../infra/local/web-page.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { cpuSeconds, KinesisLoad } from './kinesis-load.ts';
import type { Row } from './row.ts';

const STARTS = 15;
const MOST_MS = 400;
const SETTLING_MS = 10_000;
const IDLE_MS = 20_000;
const MOST_IDLE_PERCENT = 1;

/** From the command to the first request that is answered, with everything in the disk cache; then, what idling costs. */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-start-'));
  const port = await freePort(27_700);
  const env = { ...process.env, LOCAL_AWS_PORT: String(port), LOCAL_DATA_DIR: dataDir };
  try {
    await startAndStop(env, port); // makes the bundle and the data folder, warms the cache
    const starts: Start[] = [];
    for (let start = 0; start < STARTS; start += 1) starts.push(await startAndStop(env, port));
    const times = starts.map(({ ms }) => ms).sort((a, b) => a - b);
    const cpuMs = Math.min(...starts.map((start) => start.cpuMs));
    const [least = Number.NaN] = times;
    const idle = await idlePercent(env);
    return [
      {
        name: 'start to first accepted request',
        value: Math.round(least),
        unit: 'ms',
        bound: `at most ${MOST_MS}`,
        ok: least <= MOST_MS,
        note: `best of ${STARTS}, since other load only adds (${times.map(Math.round).join(', ')}); ${cpuMs} ms of CPU by then, all threads`,
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

interface Start {
  /** From the command to the answer. */
  readonly ms: number;
  /** What the process had used of CPU by then. */
  readonly cpuMs: number;
}

async function startAndStop(env: NodeJS.ProcessEnv, port: number): Promise<Start> {
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
  const ms = performance.now() - startedMs;
  const { child } = await starting;
  const cpuMs = Math.round((await cpuSeconds(child.pid)) * 1000);
  load.close();
  await endProcess(child, 'SIGTERM');
  return { ms, cpuMs };
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
