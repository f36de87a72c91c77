import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../../../infra/local/testing/random.ts';
import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import { createAwsClients } from '../../../lib/server/aws-clients.ts';
import { createDashboard, type Dashboard } from '../../../lib/server/dashboard.ts';
import { healthAnswer } from '../../../lib/server/health.ts';
import type { Clock } from '../../../lib/server/window-store/store-clock.ts';
import { windowsAnswer } from '../../../lib/server/windows-answer.ts';
import { FAULTS, type Fault, type FaultProxy, openFaultProxy } from '../../faults/fault-proxy.ts';
import { heapBytes } from '../../fuzz/heap.ts';
import { type LocalBucket, openLocalBucket, result } from './local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const W = 120_000;
const CLOSED = 20;
const NOW_MS = T + CLOSED * W + 30_000;
/** Long enough that calls have been given up, and that those after them hang, too. */
const FAULTY_MS = 5500;
/** At first it is known what there is, and only objects cannot be read. */
const LISTED_MS = 1500;
const LOOK_MS = 50;
const RECOVERY_MS = 5000;
const MOST_GROWTH_BYTES = 16 * 1024 * 1024;

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A time of day of its own, which passes as time does. */
function runningClock(): Clock {
  const startedMs = performance.now();
  return {
    now: () => NOW_MS + Math.floor(performance.now() - startedMs),
    elapsed: () => performance.now(),
    sleep: (ms) => pause(ms, undefined, { ref: false }),
  };
}

/** What results there were and when: a sum is right when it was the whole at some time since it was read. */
class Truth {
  readonly #steps: { readonly beginMs: number; endMs: number; readonly cents: number }[] = [];
  #cents = 0;

  get cents(): number {
    return this.#cents;
  }

  async grow(clock: Clock, cents: number, put: () => Promise<unknown>): Promise<void> {
    const step = { beginMs: clock.now(), endMs: Number.POSITIVE_INFINITY, cents: this.#cents + cents };
    this.#steps.push(step);
    await put();
    step.endMs = clock.now();
    this.#cents += cents;
  }

  /** True when the sum was, or may have been, the whole at some time in [fromMs, toMs]. */
  was(cents: number, fromMs: number, toMs: number): boolean {
    return this.#steps.some((step, index) => {
      const nextMs = this.#steps[index + 1]?.endMs ?? Number.POSITIVE_INFINITY;
      return step.cents === cents && step.beginMs <= toMs && nextMs >= fromMs;
    });
  }
}

interface Page {
  readonly name: string;
  readonly local: LocalBucket;
  readonly proxy: FaultProxy;
  readonly clock: Clock;
  readonly dashboard: Dashboard;
  readonly truth: Truth;
  shards: number;
}

/** A page that reads through a proxy, and a bucket with a day's windows. */
async function openPage(name: string): Promise<Page> {
  const local = await openLocalBucket(NOW_MS);
  const proxy = await openFaultProxy(local.url);
  open.push(local, proxy);
  // A client takes the endpoint with its first call: the bucket's own goes past the proxy.
  await local.putSnapshot(result(T + CLOSED * W, 'shard', 1000, []));
  process.env.AWS_ENDPOINT_URL = proxy.url;
  const clients = createAwsClients('us-east-1');
  const clock = runningClock();
  const dashboard = createDashboard(local.dashboard.settings, clients, clock);
  const page = { name, local, proxy, clock, dashboard, truth: new Truth(), shards: 0 };
  const first = Array.from({ length: CLOSED }, (_, n) => result(T + n * W, 'shard', n + 1, [100 + n]));
  await page.truth.grow(
    clock,
    first.reduce((sum, { salesCents }) => sum + salesCents, 0),
    async () => local.fill(first),
  );
  for (const client of Object.values(clients)) open.push({ close: () => client.destroy() });
  open.push({ close: dashboard.loop.watch(() => {}) });
  await dashboard.loop.fresh();
  return page;
}

const ask = ({ dashboard: { store, loop } }: Page): Promise<WindowsAnswer> =>
  windowsAnswer(store, loop, new URLSearchParams('range=1h'));

/** One more shard has sold in a window that has just ended, and the open window has grown. */
async function sell({ local, clock, truth, ...page }: Page, shard: number): Promise<void> {
  const startMs = T + (CLOSED - 1 - (shard % 2)) * W;
  const cents = 1000 + shard * 7;
  await truth.grow(clock, cents, () => local.putResult(result(startMs, `${page.name}-${shard}`, 1, [cents])));
  await local.putSnapshot(result(T + CLOSED * W, 'shard', 1000, Array(shard + 1).fill(1)));
}

/** What is wrong with what the page says; null when nothing is. */
async function wrongIn(page: Page): Promise<string | null> {
  const answer = await ask(page);
  const { salesCents, lack } = answer.dayTotal;
  if (salesCents === null) return null;
  const said = `${salesCents} cents, read ${answer.serverNowMs - answer.readMs} ms ago, lacking ${JSON.stringify(lack)}`;
  if (lack !== null) {
    return salesCents <= page.truth.cents + 10_000 ? null : `More than there is: ${said}`;
  }
  const isRight = page.truth.was(salesCents, answer.readMs, answer.serverNowMs);
  return isRight ? null : `Called whole: ${said}; it is ${page.truth.cents}`;
}

/** Until the page says all; in milliseconds, without those in which this process had other things to do. */
async function recovery(page: Page, shards: number): Promise<number> {
  let spentMs = 0;
  for (let looks = 0; looks < 15_000 / LOOK_MS; looks += 1) {
    const answer = await ask(page);
    const { dayTotal, problem, open: slot } = answer;
    const isWhole = dayTotal.lack === null && dayTotal.salesCents === page.truth.cents;
    if (isWhole && problem === null && slot.salesCents === shards) return spentMs;
    await pause(LOOK_MS);
    spentMs += LOOK_MS;
  }
  return Number.POSITIVE_INFINITY;
}

test('whatever becomes of its calls to S3, the page calls no wrong sum whole, and says all within 5 s once S3 is well', async () => {
  const seed = Number(process.env.FAULT_SEED ?? 1);
  console.log(`FAULT_SEED=${seed}`);
  const random = new Random(seed);
  const kinds: readonly (readonly [string, () => Fault])[] = [
    ...FAULTS.map((fault) => [fault, () => fault] as const),
    ['any', () => (random.chance(0.4) ? random.pick(FAULTS) : 'none')],
  ];
  const pages: Page[] = [];
  for (const [name] of kinds) pages.push(await openPage(name));
  const before = heapBytes();
  const outcomes = await Promise.all(
    pages.map(async (page, index) => {
      const wrong: (string | null)[] = [await wrongIn(page)];
      const fault = kinds[index]?.[1] ?? (() => 'none');
      const startedMs = performance.now();
      page.proxy.choose((call) => {
        const isListing = !call.includes('.json');
        return isListing && performance.now() - startedMs < LISTED_MS ? 'none' : fault();
      });
      let shards = 0;
      for (; shards < 3; shards += 1) await sell(page, shards);
      page.dashboard.loop.expire(); // all that there is to read fails, what is hardly ever read, too
      const endMs = performance.now() + FAULTY_MS;
      while (performance.now() < endMs) {
        await sell(page, shards);
        shards += 1;
        wrong.push(await wrongIn(page));
        await pause(LOOK_MS);
      }
      page.proxy.choose(() => 'none');
      const recoveryMs = await recovery(page, shards);
      const health = await healthAnswer(page.dashboard, false, 'watch');
      return {
        name: page.name,
        wrong: wrong.filter((each) => each !== null),
        recoveryMs,
        health: health.status,
      };
    }),
  );
  for (const { name, wrong, recoveryMs, health } of outcomes) {
    expect(wrong, name).toEqual([]);
    expect(recoveryMs, name).toBeLessThan(RECOVERY_MS);
    expect(health, name).toBe('ok');
  }
  expect(heapBytes() - before).toBeLessThan(MOST_GROWTH_BYTES);
}, 60_000);
