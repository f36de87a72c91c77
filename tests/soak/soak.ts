import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../../infra/local/testing/random.ts';
import { freePort } from '../../infra/local/web-page.ts';
import type { WindowsAnswer } from '../../lib/contract/answers.ts';
import { utcDay } from '../../lib/core/window.ts';
import { parseResult, type WindowResult } from '../../lib/core/window-result.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../runtime-process.ts';
import { Sellers } from './sellers.ts';
import { Viewers } from './viewers.ts';

/**
 * `npm run soak [-- --minutes 10 --seed 1 --no-page]`: sellers, viewers, faults, reshards, kills and restarts for so many
 * minutes, the last third without kills; then every acknowledged sale must be counted once, on the page too, and memory
 * must be level. Prints the figures; ends with 1 when something is wrong.
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'no-page': { type: 'boolean', default: false },
  },
});
const soakMs = Number(options.minutes) * 60_000;
if (!(soakMs > 0)) throw new Error(`Expected --minutes to be a number above 0, got ${options.minutes}`);

const FAULTS = [
  'consumer-error',
  'consumer-crash',
  'duplicate-delivery',
  'split-shard',
  'merge-shards',
] as const;
const LIFE_MS = 20_000;
const FAULT_MS = 4000;
const SETTLE_MS = 60_000;
/** Caches fill at first: what is level is the end against the middle of the last, undisturbed life. */
const MOST_GROWTH = 1.3;

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const random = new Random(Number(options.seed));
const dataDir = await mkdtemp(path.join(tmpdir(), 'soak-'));
const port = await freePort(25_000 + (process.pid % 500) * 10);
const pagePort = await freePort(port + 1);
const env = {
  ...process.env,
  LOCAL_AWS_PORT: String(port),
  PORT: String(pagePort),
  LOCAL_DATA_DIR: dataDir,
  WINDOW_SECONDS: '5',
  SHARD_COUNT: '2',
};
const endpoint = `http://127.0.0.1:${port}`;
const page = options['no-page'] ? null : `http://127.0.0.1:${pagePort}`;
const start = () => startProcess(page === null ? 'local' : 'start', env);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Of the runtime and its page, in MB. */
function memoryMb({ child }: RuntimeProcess): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const own = rows.filter(([pid, parent]) => pid === child.pid || parent === child.pid);
  return Math.round(own.reduce((sum, [, , kb = 0]) => sum + kb, 0) / 1024);
}

/** Until the time: a fault every few seconds, each of which the mapping must get over. */
async function withFaults(untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    const body = JSON.stringify({ action: random.pick(FAULTS) });
    const isDone = await fetch(`${endpoint}/_local/actions`, { method: 'POST', body }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isDone) figures.faults += 1;
    await pause(FAULT_MS);
  }
}

async function results(): Promise<WindowResult[]> {
  const folder = path.join(dataDir, 's3/tumbling-window-results/revenue_sum');
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []); // none yet
  return Promise.all(
    files
      .filter((file) => file.isFile() && file.name.endsWith('.json'))
      .map(async (file) => parseResult(await readFile(path.join(file.parentPath, file.name), 'utf8'))),
  );
}

const totalCents = (all: readonly WindowResult[]) => all.reduce((sum, { salesCents }) => sum + salesCents, 0);

/** Of the windows that began on this UTC day, as the page sums them. */
const todayCents = (all: readonly WindowResult[]) =>
  totalCents(all.filter(({ window }) => utcDay(window.startMs) === utcDay(Date.now())));

/** What the page shows of today; null without a page. */
async function pageCents(): Promise<number | null> {
  if (page === null) return null;
  const answer: WindowsAnswer = await (await fetch(`${page}/api/windows`)).json();
  return answer.dayTotal.salesCents;
}

const figures = { kills: 0, restarts: 0, faults: 0, memoryMb: [] as number[] };
console.log(`Soaking for ${options.minutes} minutes, seed ${options.seed} …`);
const begunMs = performance.now();
const calmMs = begunMs + (soakMs * 2) / 3;
let running = await start();
// Whatever ends this early ends the runtime, too.
process.on('exit', () => running.child.kill('SIGKILL'));
const sellers = new Sellers(endpoint);
const viewers = page === null ? null : new Viewers(page);
while (performance.now() < calmMs) {
  await withFaults(Math.min(calmMs, performance.now() + random.int(LIFE_MS / 4, LIFE_MS)));
  const isKill = random.chance(2 / 3);
  await endProcess(running.child, isKill ? 'SIGKILL' : 'SIGTERM');
  figures[isKill ? 'kills' : 'restarts'] += 1;
  running = await start();
}
const steps = 10;
for (let step = 1; step <= steps; step += 1) {
  await withFaults(calmMs + ((soakMs / 3) * step) / steps);
  figures.memoryMb.push(memoryMb(running));
}
await sellers.end();
await viewers?.end();

const problems: string[] = [];
let all: WindowResult[] = [];
let shown: number | null = null;
for (const endMs = performance.now() + SETTLE_MS; ; await pause(1000)) {
  all = await results();
  shown = await pageCents();
  problems.splice(0, problems.length, ...sellers.differences(all));
  if (shown !== null && shown !== todayCents(all)) {
    problems.push(`The page shows ${shown} cents today, the results have ${todayCents(all)}.`);
  }
  if (problems.length === 0 || performance.now() > endMs) break;
}
const [middle = 0, last = 0] = [figures.memoryMb[steps / 2 - 1], figures.memoryMb.at(-1)];
if (last > middle * MOST_GROWTH) problems.push(`Memory grew from ${middle} to ${last} MB.`);
await endProcess(running.child, 'SIGTERM');
await rm(dataDir, { recursive: true, force: true });

const rows: readonly (readonly [string, unknown])[] = [
  ['Acknowledged calls', `${sellers.acknowledged}, cut off ${sellers.cutOff}`],
  [
    'Results',
    `${all.length}, ${totalCents(all) / 100} in all${shown === null ? '' : ', on the page the same'}`,
  ],
  ['Kills, restarts, faults', `${figures.kills}, ${figures.restarts}, ${figures.faults}`],
  ['Viewers', viewers === null ? 'none' : `${viewers.answers} answers, ${viewers.unanswered} unanswered`],
  ['Memory at the end, MB', figures.memoryMb.join(' ')],
];
for (const [name, value] of rows) console.log(`  ${name.padEnd(24)} ${value}`);
for (const problem of problems.slice(0, 20)) console.error(`  WRONG  ${problem}`);
console.log(
  problems.length === 0 ? 'All is well.' : `${problems.length} things are wrong (seed ${options.seed}).`,
);
process.exit(problems.length === 0 ? 0 : 1);
