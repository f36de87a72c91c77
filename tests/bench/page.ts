import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import { freePort } from '../../infra/local/web-page.ts';
import { ensureBrowser } from '../browser/browser.ts';
import { BROWSER_ARGUMENTS } from '../browser/launch.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../runtime-process.ts';
import type { Row } from './row.ts';

/** Windows that close while the heap is watched: as many as an hour of 120-second windows has, at two seconds each. */
const WATCHED_WINDOWS = 30;
const WATCH_WINDOW_SECONDS = 2;

/** The production page as a browser meets it: what it loads, how it moves, what it keeps. */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-page-'));
  const env = {
    ...process.env,
    PORT: String(await freePort(27_000)),
    LOCAL_AWS_PORT: String(await freePort(27_200)),
    LOCAL_DATA_DIR: dataDir,
    WINDOW_SECONDS: '120',
    DASHBOARD_INDEX: '1', // as a page that its owner wants to be found: one that asks not to be has no score for it
  };
  let running = await startProcess('start', env);
  const browser = await chromium.launch({ executablePath: ensureBrowser(), args: [...BROWSER_ARGUMENTS] });
  try {
    await sell(running);
    const rows = [
      ...(await loadRows(browser, running.url)),
      ...(await refreshRows(browser, running)),
      ...lighthouseRows(running.url),
    ];
    await endProcess(running.child, 'SIGTERM');
    running = await startProcess('start', { ...env, WINDOW_SECONDS: String(WATCH_WINDOW_SECONDS) });
    return [...rows, await heapRow(browser, running)];
  } finally {
    await browser.close();
    await endProcess(running.child, 'SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

const sell = (running: RuntimeProcess) => post(`${running.url}/api/sales`, { record_count: 50 });

async function loadRows(browser: Browser, url: string): Promise<Row[]> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
        };
        if (!hadRecentInput) shifts.push(value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url);
  await page.locator('.recharts-surface').first().waitFor();
  await page.waitForTimeout(2000); // whatever still moves after the chart is there
  const cls = await page.evaluate(() => {
    const { shifts } = globalThis as typeof globalThis & { shifts: number[] };
    return shifts.reduce((sum, value) => sum + value, 0);
  });
  const loaded = await page.evaluate(async () => {
    const html = await (await fetch(location.href)).text();
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return Promise.all(
      entries
        .filter((entry) => /\.(js|css)(\?|$)/.test(entry.name))
        .map(async (entry) => ({
          isCss: /\.css(\?|$)/.test(entry.name),
          bytes: entry.encodedBodySize,
          isFirst: html.includes(new URL(entry.name).pathname),
          // Recharts is known by its class names, whatever its chunk is called.
          isChart: (await (await fetch(entry.name)).text()).includes('recharts-'),
        })),
    );
  });
  await page.close();
  const kilobytes = (isWanted: (each: (typeof loaded)[number]) => boolean) =>
    loaded.filter(isWanted).reduce((sum, each) => sum + each.bytes, 0) / 1000;
  return [
    bounded(
      'JavaScript before the chart, gzip',
      // The chart waits for what the page itself names; what is below the first view comes beside it.
      kilobytes((each) => !each.isCss && each.isFirst),
      'kB',
      165,
    ),
    bounded(
      'JavaScript of the chart, gzip',
      kilobytes((each) => !each.isCss && each.isChart),
      'kB',
      115,
    ),
    bounded(
      'CSS, gzip',
      kilobytes((each) => each.isCss),
      'kB',
      15,
    ),
    bounded('layout shift of the first load', cls, '', 0.02),
  ];
}

/** A full day on screen, and news: the longest task that a refresh takes. */
async function refreshRows(browser: Browser, running: RuntimeProcess): Promise<Row[]> {
  await post(`${running.endpoint}/_local/actions`, { action: 'demo-day' });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${running.url}/?range=7d`);
  await page.locator('.recharts-surface').first().waitFor();
  await page.goto(`${running.url}/?range=day`);
  await page.locator('.recharts-surface').first().waitFor();
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
  });
  for (let refresh = 0; refresh < 5; refresh += 1) {
    await sell(running);
    await page.waitForTimeout(2500);
  }
  const longest = await page.evaluate(() => {
    const { tasks } = globalThis as typeof globalThis & { tasks: number[] };
    return Math.max(0, ...tasks);
  });
  await page.close();
  return [bounded('longest task of five refreshes with a day on screen', longest, 'ms', 100)];
}

/** Two spans of as many windows each: what the second keeps beyond the first is growth. */
async function heapRow(browser: Browser, running: RuntimeProcess): Promise<Row> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(running.url);
  const half = async () => {
    for (let window = 0; window < WATCHED_WINDOWS; window += 1) {
      await sell(running);
      await page.waitForTimeout(WATCH_WINDOW_SECONDS * 1000);
    }
    // A render under way holds two megabytes for a moment: what stays is the least of a few looks.
    const looks: number[] = [];
    for (let look = 0; look < 3; look += 1) {
      looks.push(await heapBytes(page));
      await page.waitForTimeout(1500);
    }
    return Math.min(...looks);
  };
  const before = await half();
  const after = await half();
  await page.close();
  return {
    ...bounded(
      `heap after ${2 * WATCHED_WINDOWS} windows against after ${WATCHED_WINDOWS}`,
      after / before,
      'times',
      1.1,
    ),
    note: `${(before / 1e6).toFixed(1)} MB, then ${(after / 1e6).toFixed(1)} MB; windows of ${WATCH_WINDOW_SECONDS} s, each with a sale`,
  };
}

async function heapBytes(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  await client.detach();
  return usedSize;
}

const LIGHTHOUSE_BOUNDS = { accessibility: 100, 'best-practices': 100, seo: 100 } as const;

function lighthouseRows(url: string): Row[] {
  const cli = fileURLToPath(new URL('./node_modules/lighthouse/cli/index.js', import.meta.url));
  if (!existsSync(cli)) {
    return [
      { name: 'Lighthouse', value: 0, unit: '', bound: '', ok: null, note: 'not installed: see above' },
    ];
  }
  return (['desktop', 'mobile'] as const).flatMap((form) => {
    const categories = medianOf(3, () => lighthouse(cli, url, form));
    const bounds = { ...LIGHTHOUSE_BOUNDS, performance: form === 'desktop' ? 98 : 90 };
    return Object.entries(bounds).map(([name, least]) => {
      const value = Math.round((categories[name]?.score ?? 0) * 100);
      return {
        name: `Lighthouse ${form}, ${name}`,
        value,
        unit: 'of 100',
        bound: `at least ${least}`,
        ok: value >= least,
        note: '',
      };
    });
  });
}

type Categories = Readonly<Record<string, { readonly score: number | null } | undefined>>;

/** The middle one of an odd number of runs, by its performance. */
function medianOf(runs: number, run: () => Categories): Categories {
  const scoreOf = (each: Categories) => each.performance?.score ?? 0;
  const sorted = Array.from({ length: runs }, run).sort((a, b) => scoreOf(a) - scoreOf(b));
  return sorted[(runs - 1) / 2] ?? {};
}

function lighthouse(cli: string, url: string, form: 'desktop' | 'mobile'): Categories {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      cli,
      url,
      '--quiet',
      '--output=json',
      '--only-categories=performance,accessibility,best-practices,seo',
      ...(form === 'desktop' ? ['--preset=desktop'] : []),
      `--chrome-flags=--headless=new ${BROWSER_ARGUMENTS.join(' ')}`,
    ],
    { env: { ...process.env, CHROME_PATH: ensureBrowser() }, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  try {
    const report: { readonly categories: Categories } = JSON.parse(stdout);
    return report.categories;
  } catch {
    throw new Error(`Expected a report from Lighthouse, got ${stderr || stdout.slice(0, 500)}`);
  }
}

function bounded(name: string, value: number, unit: string, most: number): Row {
  return { name, value, unit, bound: `at most ${most}`, ok: value <= most, note: '' };
}
