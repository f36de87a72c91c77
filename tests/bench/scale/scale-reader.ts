import { createDashboard } from '../../../lib/server/dashboard.ts';
import { readSettings } from '../../../lib/server/settings.ts';
import { SYSTEM_CLOCK } from '../../../lib/server/window-store/store-clock.ts';
import { windowsAnswer } from '../../../lib/server/windows-answer.ts';

/** What one question took, and what the process has by then. */
export interface Asked {
  /** Until the first answer. */
  readonly firstMs: number;
  /** Until all of it was read. */
  readonly wholeMs: number;
  readonly requests: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly closedWindows: number;
  readonly slots: number;
}

/** What one refresh takes. */
export interface Refreshed {
  readonly cpuMs: number;
  readonly requests: number;
}

const WARM_UP = 150;
const REFRESHES = 150;

/**
 * A page's server that has just started: asks itself the questions it is given, one after the other, of a bucket that it
 * knows nothing of. `node scale-reader.ts <endpoint> <now ms> <question> …`; prints a line of JSON for each. The question
 * `refresh` is what a page that shows the last hour costs each time that something may be new.
 */
const [, , endpoint = '', nowText = '', ...questions] = process.argv;
process.env.AWS_ENDPOINT_URL = endpoint;
process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'local';
const settings = readSettings({
  BUCKET_NAME: 'results',
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  WINDOW_IDLE_SECONDS: '1',
});
const aheadMs = Number(nowText) - Date.now();
const dashboard = createDashboard(settings, undefined, { ...SYSTEM_CLOCK, now: () => Date.now() + aheadMs });
const { answers, metrics, store } = dashboard;
// As a page that is open: else the loop rests between the questions.
const unwatch = dashboard.loop.watch(() => {});
for (const question of questions) {
  if (question === 'refresh') {
    console.log(JSON.stringify(await refreshes()));
    continue;
  }
  const parameters = new URLSearchParams(question);
  const before = metrics.listCalls + metrics.getCalls;
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let answer = await answers.windows(parameters);
  const firstMs = performance.now() - startedMs;
  let body = JSON.parse(Buffer.from(answer.text).toString());
  while (body.reading !== null && performance.now() - startedMs < 60_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await answers.windows(parameters);
    body = JSON.parse(Buffer.from(answer.text).toString());
  }
  const wholeMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const asked: Asked = {
    firstMs,
    wholeMs,
    requests: metrics.listCalls + metrics.getCalls - before,
    cpuMs: (user + system) / 1000,
    rssMb: process.memoryUsage().rss / 1024 / 1024,
    closedWindows: body.slots.reduce(
      (sum: number, slot: { closedWindows: number }) => sum + slot.closedWindows,
      0,
    ),
    slots: body.slots.length,
  };
  console.log(JSON.stringify(asked));
}
/** Means of one, without the loop that does the same at its own times. */
async function refreshes(): Promise<Refreshed> {
  unwatch();
  const one = async () => {
    await store.refreshLive();
    await windowsAnswer(store, { fresh: async () => {} }, new URLSearchParams(''));
  };
  // Compiled by then, as in a process that has run for a while.
  for (let time = 0; time < WARM_UP; time += 1) await one();
  const before = metrics.listCalls + metrics.getCalls;
  const cpu = process.cpuUsage();
  for (let time = 0; time < REFRESHES; time += 1) await one();
  const { user, system } = process.cpuUsage(cpu);
  return {
    cpuMs: (user + system) / 1000 / REFRESHES,
    requests: (metrics.listCalls + metrics.getCalls - before) / REFRESHES,
  };
}

if (store.problem !== null) console.error(store.problem.message);
process.exit(0);
