import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../infra/local/web-page.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { cpuSeconds } from './kinesis-load.ts';
import type { Row } from './row.ts';

const SECONDS = 30;
/** They come one after the other; what is measured begins once all are there. */
const COMING_MS = 15_000;
/** As long as the page's own client waits while the stream tells it everything. */
const POLL_MS = 30_000;
const SELL_MS = 2000;

/**
 * Many look at the live page at once, as its own client does: each holds the event stream, and asks for the whole answer when
 * it comes and every half minute. Someone sells, windows of 10 s close. The viewers run beside the server, on its two cores.
 */
export async function bench(): Promise<readonly Row[]> {
  const one = await watched(1);
  const some = await watched(200);
  const many = await watched(1000);
  const note = ({ p50Ms, answers, events }: Watched) =>
    `median ${p50Ms.toFixed(1)} ms; ${answers} answers and ${events} events in ${SECONDS} s`;
  return [
    { ...below('200 viewers, selling: 99 % of answers', some.p99Ms, 100, 'ms'), note: note(some) },
    below('… CPU of the page', some.cpu, 0.1, 'of a core'),
    { ...below('1,000 viewers: 99 % of answers', many.p99Ms, 250, 'ms'), note: note(many) },
    below('… CPU of the page', many.cpu, 0.5, 'of a core'),
    below('… errors of both', some.errors + many.errors, 0, 'errors'),
    {
      ...below('… its requests for S3, against one viewer', many.requests / one.requests, 1.2, '×'),
      note: `${many.requests} against ${one.requests}`,
    },
  ];
}

function below(name: string, value: number, most: number, unit: string): Row {
  return { name, value, unit, bound: `at most ${most}`, ok: value <= most, note: '' };
}

interface Watched {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of a core, while all watch. */
  readonly cpu: number;
  readonly errors: number;
  readonly answers: number;
  readonly events: number;
  /** LISTs and GETs. */
  readonly requests: number;
}

async function watched(viewers: number): Promise<Watched> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-viewers-'));
  const env = {
    ...process.env,
    PORT: String(await freePort(27_400)),
    LOCAL_AWS_PORT: String(await freePort(27_600)),
    LOCAL_DATA_DIR: dataDir,
    WINDOW_SECONDS: '10',
    SALES_PER_HOUR: '1000000',
  };
  const { child, url } = await startProcess('start', env);
  const agent = new http.Agent({ keepAlive: true, maxSockets: viewers });
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const times: number[] = [];
  let [errors, events] = [0, 0];
  const ask = async () => {
    const startedMs = performance.now();
    const status = await statusOf(`${url}/api/windows?day=today&range=1h`, agent).catch(() => 0);
    if (status !== 200) errors += 1;
    times.push(performance.now() - startedMs);
  };
  const watch = async (viewer: number) => {
    await pause((viewer / viewers) * COMING_MS);
    const stream = http.get(`${url}/api/live`, { signal: over.signal }, (response) => {
      if (response.statusCode !== 200) errors += 1;
      response.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: change')) events += 1;
      });
      response.on('error', () => {});
    });
    stream.on('error', () => {
      if (!over.signal.aborted) errors += 1;
    });
    while (!over.signal.aborted) {
      await ask();
      await pause(POLL_MS);
    }
  };
  const sell = async () => {
    while (!over.signal.aborted) {
      const answer = await fetch(`${url}/api/sales`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ record_count: 20 }),
      });
      await answer.arrayBuffer();
      if (!answer.ok) errors += 1;
      await pause(SELL_MS);
    }
  };
  try {
    const pid = pageOf(child.pid);
    void sell();
    for (let viewer = 0; viewer < viewers; viewer += 1) void watch(viewer);
    await pause(COMING_MS + 1000);
    times.length = events = 0;
    const before = { cpu: await cpuSeconds(pid), requests: await requestsOf(url) };
    const startedMs = performance.now();
    await pause(SECONDS * 1000);
    const cpu = (await cpuSeconds(pid)) - before.cpu;
    const seconds = (performance.now() - startedMs) / 1000;
    const requests = (await requestsOf(url)) - before.requests;
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      cpu: cpu / seconds,
      errors,
      answers: sorted.length,
      events,
      requests,
    };
  } finally {
    over.abort();
    agent.destroy();
    await endProcess(child, 'SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}

function statusOf(url: string, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    // A connection that was kept may just have been closed: browsers ask again on another (RFC 9112, 9.3.1).
    request.on('error', (error) => (request.reusedSocket ? resolve(statusOf(url, agent)) : reject(error)));
  });
}

async function requestsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/api/metrics`)).text();
  const calls = [...text.matchAll(/^tumbling_windows_s3_(?:list|get)_calls_total (\d+)$/gm)];
  if (calls.length !== 2) throw new Error(`Expected two counters of calls to S3, got ${calls.length}`);
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The process that serves the page, which the runtime has started. */
function pageOf(parent: number | undefined): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  const [, pid] =
    rows.find(([, , ppid, args = '']) => Number(ppid) === parent && args.includes('next')) ?? [];
  if (pid === undefined) throw new Error(`Expected ${parent} to have started a page`);
  return Number(pid);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
