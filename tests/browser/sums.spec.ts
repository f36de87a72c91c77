import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { keysOf, putObject, putResult, readObject } from './bucket.ts';
import { expect, type Pipeline, test } from './pipeline.ts';

/** The clocks of Berlin go back on it at 01:00 UTC: the hour from 02:00 to 03:00 is there twice. */
const DST_DAY = Date.parse('2024-10-27T00:00:00Z');
const WINDOW_MS = 120_000;
const HOUR_MS = 3_600_000;

test.use({ timezoneId: 'Europe/Berlin' });

test('chart, table, CSV, JSON and the objects in S3 have one sum, in any range', async ({ page, calm }) => {
  test.slow();
  await calm.reset();
  await fill(calm);
  const results = await readResults(calm);
  const range = (fromMs: number, toMs: number) => ({ day: dayOf(fromMs), range: `${fromMs}-${toMs}` });
  for (const [what, { day, range: shown }] of [
    ['the hour that is there twice', range(DST_DAY + HOUR_MS / 2, DST_DAY + 1.5 * HOUR_MS)],
    ['a range with gaps before, within and after', range(DST_DAY + 7 * HOUR_MS, DST_DAY + 12 * HOUR_MS)],
    ['a range that ends in the middle of the data', range(DST_DAY, DST_DAY + 8 * HOUR_MS + WINDOW_MS)],
    ['over midnight UTC', range(DST_DAY - HOUR_MS, DST_DAY + HOUR_MS)],
    ['the day', { day: '2024-10-27', range: 'day' }],
    ['the week', { day: '2024-10-27', range: '7d' }],
    ['the last hour of the day that has data', { day: '2024-10-27', range: '1h' }],
  ] as const) {
    await test.step(what, async () => {
      await page.goto(`${calm.url}/?${new URLSearchParams({ day, range: shown })}`);
      await sumsAgree(page, results);
      await customersAgree(page, results, `${calm.url}/?${new URLSearchParams({ day, range: shown })}`);
    });
  }
});

test('a range that moves with the clock has one sum too, and so have both zones', async ({ page, brisk }) => {
  await brisk.reset();
  const nowMs = Date.now();
  // Far enough back to be over, however late in a window it is now; in the order in which windows close.
  for (const [ago, sales] of [
    [9, 1234.56],
    [4, -3.5],
    [3, 10.01],
  ] as const) {
    const startMs = (Math.floor(nowMs / 5000) - ago) * 5000;
    await putResult(brisk, { startMs, seconds: 5, sales, records: ago });
  }
  const results = await readResults(brisk);
  await page.goto(brisk.url);
  await expect(page.getByTestId('chart')).toHaveAttribute('aria-label', /total \$1,241\.07 closed/);
  await sumsAgree(page, results);
  await page.getByRole('button', { name: 'Times in local time' }).click();
  await sumsAgree(page, results);
});

/** Everything that makes sums hard, on and around one day. */
async function fill(pipeline: Pipeline): Promise<void> {
  const at = (hours: number, windows = 0) => DST_DAY + hours * HOUR_MS + windows * WINDOW_MS;
  const seconds = 120;
  // Around the hour that is there twice, on two shards.
  for (let index = 0; index < 30; index += 3) {
    await putResult(pipeline, {
      startMs: at(0.5, index),
      seconds,
      sales: 100.1 + index,
      records: 10 + index,
      customers: { Lizardfolk: [4, 0.1 + index], 'Kobold, Ltd': [6 + index, 100] },
    });
    await putResult(pipeline, {
      startMs: at(0.5, index),
      seconds,
      shard: 1,
      sales: 0.07,
      records: 1,
      customers: { Kobold: [1, 0.07] },
    });
  }
  // Two parts of one window of one shard: one ended early, or one came late.
  await putResult(pipeline, {
    startMs: at(8),
    seconds,
    sequence: 1,
    sales: 41.5,
    records: 40,
    customers: { Lizardfolk: [30, 50], other: [10, -8.5] },
  });
  await putResult(pipeline, { startMs: at(8), seconds, sequence: 900, sales: 0.5, records: 1 });
  // Rejected records beside sales, and a window of nothing else.
  await putResult(pipeline, { startMs: at(8, 1), seconds, sales: 7, records: 2, rejected: 3 });
  await putResult(pipeline, { startMs: at(8, 5), seconds, sales: 0, records: 0, rejected: 4 });
  // More refunds than sales.
  await putResult(pipeline, {
    startMs: at(9),
    seconds,
    sales: -12.34,
    records: 3,
    customers: { Kobold: [3, -12.34] },
  });
  // The last window of the day, the first of the next, and one of the day before.
  await putResult(pipeline, { startMs: at(24, -1), seconds, sales: 3.33, records: 1 });
  await putResult(pipeline, {
    startMs: at(24),
    seconds,
    sales: 999,
    records: 9,
    customers: { Troll: [9, 999] },
  });
  await putResult(pipeline, { startMs: at(-1, 4), seconds, sales: 55.55, records: 5 });
  // Of the original demo: written two seconds after its window, with and without its count of records.
  for (const [hours, body] of [
    [10, { sales: 500 }],
    [11, { sales: 250.25, tot_record_count: 12 }],
  ] as const) {
    await putObject(pipeline, `revenue_sum/dt=2024_10_27/${at(hours) + 2000}.json`, body);
  }
}

interface Result {
  readonly startMs: number;
  readonly cents: number;
  /** Null when the object does not say. */
  readonly records: number | null;
  readonly rejected: number;
  /** Cents by customer, the other ones and the untold among them. */
  readonly customers: Readonly<Record<string, number>>;
}

/** The results as they lie in S3, read by nothing but the contract. */
async function readResults(pipeline: Pipeline): Promise<Result[]> {
  const keys = await keysOf(pipeline, 'revenue_sum/');
  return Promise.all(
    keys.map(async (key) => {
      const body = JSON.parse(await readObject(pipeline, key)) as {
        sales: number;
        tot_record_count?: number;
        window?: { start: string };
        rejected?: number;
        customers?: Record<string, { sales: number }>;
      };
      const writtenMs = Number(/(\d+)\.json$/.exec(key)?.[1]);
      const cents = Math.round(body.sales * 100);
      const named = Object.entries(body.customers ?? {}).map(
        ([name, { sales }]) => [name === 'other' ? OTHERS : name, Math.round(sales * 100)] as const,
      );
      return {
        startMs:
          body.window === undefined
            ? (Math.floor(writtenMs / WINDOW_MS) - 1) * WINDOW_MS
            : Date.parse(body.window.start),
        cents,
        records: body.tot_record_count ?? null,
        rejected: body.rejected ?? 0,
        customers: Object.fromEntries(body.customers === undefined ? [[UNTOLD, cents]] : named),
      };
    }),
  );
}

const OTHERS = 'Other customers';
const UNTOLD = 'Customer not told';

/** Table, CSV, JSON and the tab split by customer, against what the objects say of each. */
async function customersAgree(page: Page, results: readonly Result[], address: string): Promise<void> {
  await page.goto(`${address}&customers=1&view=table`);
  await expect(page.getByTestId('window-row').first()).toBeVisible();
  const json: Readonly<Record<string, string | number | null>>[] = JSON.parse(
    await exported(page, 'JSON file'),
  );
  const fromMs = Date.parse(String(json[0]?.window_start_utc));
  const toMs = Date.parse(String(json.at(-1)?.window_end_utc));
  const within = results.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
  const stored = addUp(within.flatMap(({ customers }) => Object.entries(customers)));
  expect(await customerColumns(page)).toEqual(stored);
  const nameOf = (column: string) =>
    ({ customers_other: OTHERS, customers_untold: UNTOLD })[column] ?? column.replace('customer_', '');
  const shares = json.flatMap((row) =>
    Object.entries(row)
      .filter(([column]) => column.startsWith('sales_'))
      .map(([column, sales]) => [nameOf(column.slice(6)), Math.round(Number(sales) * 100)] as const),
  );
  expect(addUp(shares)).toEqual(stored);
  const csv = await exported(page, 'CSV file');
  for (const row of json) {
    const cells = Object.keys(row)
      .filter((column) => column.startsWith('sales_'))
      .map((column) => row[column] ?? '');
    expect(csv).toContain(`,${cells.join(',')},`);
  }
  await page.getByRole('tab', { name: 'Customers' }).click();
  const ranked = page.getByTestId('customers').locator('tbody tr');
  await expect(ranked.first()).toBeVisible();
  const rows = await ranked.evaluateAll((all) =>
    all.map(
      (row) => [row.querySelector('th')?.textContent ?? '', Number(row.getAttribute('data-cents'))] as const,
    ),
  );
  expect(
    addUp(rows.map(([name, cents]) => [name === 'Results that name no customers' ? UNTOLD : name, cents])),
  ).toEqual(stored);
}

/** By name; what comes to nothing is left out. */
function addUp(shares: readonly (readonly [string, number])[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [name, cents] of shares) sums[name] = (sums[name] ?? 0) + cents;
  return Object.fromEntries(Object.entries(sums).filter(([, cents]) => cents !== 0));
}

/** The columns behind those that every table has, from the words in their cells. */
async function customerColumns(page: Page): Promise<Readonly<Record<string, number>>> {
  const rows = await page
    .locator('section[aria-label="Windows"] tr')
    .evaluateAll((all) => all.map((row) => [...row.children].slice(5).map((cell) => cell.textContent ?? '')));
  const [head = [], ...body] = rows;
  return addUp(
    body.flatMap((row) =>
      row.map((words, index) => [head[index] ?? '', Math.round(amountOf(words) * 100)] as const),
    ),
  );
}

interface Sums {
  readonly cents: number;
  readonly records: number;
  readonly rejected: number;
}

/** The range is what the export says it is; all else must then agree with what S3 holds of it. */
async function sumsAgree(page: Page, results: readonly Result[]): Promise<void> {
  const chart = page.getByTestId('chart');
  await page.getByRole('tab', { name: 'Chart' }).click();
  await expect(chart.locator('[data-value]').first()).toBeAttached();
  const bars = await chart
    .locator('[data-value]')
    .evaluateAll((all) => all.map((bar) => Number(bar.getAttribute('data-value'))));
  const label = (await chart.getAttribute('aria-label')) ?? '';
  await page.getByRole('tab', { name: 'Table' }).click();
  const table = await tableSums(page);
  const csv = csvSums(await exported(page, 'CSV file'));
  const json = jsonSums(await exported(page, 'JSON file'));
  const within = results.filter(({ startMs }) => startMs >= json.fromMs && startMs < json.toMs);
  const stored = {
    cents: within.reduce((sum, each) => sum + each.cents, 0),
    rejected: within.reduce((sum, each) => sum + each.rejected, 0),
    // What one part does not say nobody knows of its bar; the others' sum is left.
    records: json.sums.records,
  };
  expect(within.length).toBeGreaterThan(0);
  expect(json.sums).toEqual(stored);
  expect(csv).toEqual(stored);
  expect(table).toEqual(stored);
  expect(bars.reduce((sum, cents) => sum + cents, 0)).toBe(stored.cents);
  expect(label).toContain(`total ${money(stored.cents)} closed`);
  if (within.every(({ records }) => records !== null)) {
    expect(stored.records).toBe(within.reduce((sum, { records }) => sum + (records ?? 0), 0));
  }
  const strip = page.getByRole('region', { name: 'Reconciliation' });
  // Nobody sent from here, and nothing is in doubt: a sentence of counts, without amounts.
  await expect(strip).toContainText(
    within.some(({ records }) => records === null)
      ? 'what else was counted does not say its records'
      : `${counted(stored.records)} came from others`,
  );
  if (stored.rejected > 0) {
    await expect(strip).toContainText(`${counted(stored.rejected)} rejected as no sale`);
  } else {
    await expect(strip).not.toContainText('rejected');
  }
}

/** From the words in the cells, as a person reads them. */
async function tableSums(page: Page): Promise<Sums> {
  const rows = page.getByTestId('window-row');
  await expect(rows.first()).toBeVisible();
  const cells = await rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.firstChild?.textContent ?? '')),
  );
  return sumOf(
    cells.map(([, sales = '', records = '', rejected = '']) => ({
      cents: Math.round(amountOf(sales) * 100),
      records: amountOf(records),
      rejected: amountOf(rejected),
    })),
  );
}

function amountOf(words: string): number {
  return words === '–' ? 0 : Number(words.replace(/[$,]/g, '').replace('−', '-'));
}

async function exported(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

function csvSums(csv: string): Sums {
  const [head = '', ...lines] = csv.trimEnd().split('\r\n');
  const column = (name: string) => head.split(',').indexOf(name);
  return sumOf(
    lines.map((line) => {
      const cell = (name: string) => Number(line.split(',')[column(name)]);
      return {
        cents: Math.round(cell('sales') * 100),
        records: cell('records'),
        rejected: cell('rejected'),
      };
    }),
  );
}

function jsonSums(json: string): { sums: Sums; fromMs: number; toMs: number } {
  const rows = JSON.parse(json) as {
    window_start_utc: string;
    window_end_utc: string;
    window_start_local: string;
    sales: number | null;
    records: number | null;
    rejected: number;
  }[];
  // The moment that the local column names is the one of the UTC column, also in the hour that is there twice.
  for (const row of rows) {
    expect(Date.parse(row.window_start_local)).toBe(Date.parse(row.window_start_utc));
  }
  return {
    sums: sumOf(
      rows.map(({ sales, records, rejected }) => ({
        cents: Math.round((sales ?? 0) * 100),
        records: records ?? 0,
        rejected,
      })),
    ),
    fromMs: Date.parse(rows[0]?.window_start_utc ?? ''),
    toMs: Date.parse(rows.at(-1)?.window_end_utc ?? ''),
  };
}

function sumOf(all: readonly Sums[]): Sums {
  return all.reduce(
    (sum, each) => ({
      cents: sum.cents + each.cents,
      records: sum.records + each.records,
      rejected: sum.rejected + each.rejected,
    }),
    { cents: 0, records: 0, rejected: 0 },
  );
}

function counted(records: number): string {
  return `${records.toLocaleString('en-US')} ${records === 1 ? 'record' : 'records'}`;
}

function money(cents: number): string {
  const minimumFractionDigits = cents % 100 === 0 ? 0 : 2;
  return new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', minimumFractionDigits }).format(
    cents / 100,
  );
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
