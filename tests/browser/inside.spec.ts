import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { keysOf, readObject } from './bucket.ts';
import { tabTo } from './keyboard.ts';
import { expect, type Pipeline, test } from './pipeline.ts';

test.beforeEach(({ brisk }) => brisk.reset());

const counted = (page: Page) => page.locator('[data-testid^="receipt-"][data-status="counted"]');

test('the keyboard alone leads from Generate sales to the raw object', async ({ page, brisk: pipeline }) => {
  await page.goto(pipeline.url);
  await expect(page.getByRole('button', { name: 'Generate sales' })).toBeVisible();
  await page.keyboard.press('g');
  await expect(counted(page)).toHaveCount(1, { timeout: 20_000 });
  await page.keyboard.press('t');
  const row = page.locator('[data-testid="window-row"][data-state="closed"] button').first();
  await expect(row).toBeVisible();
  await tabTo(page, '[data-testid="window-row"][data-state="closed"] button');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('raw-object').first()).toContainText('"tot_record_count"');
  await tabTo(page, '[data-testid="raw-object"]');
  const shown: unknown = JSON.parse((await page.locator(':focus').textContent()) ?? '');
  expect(shown).toEqual(JSON.parse(await firstObject(pipeline)));
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('inspector')).toHaveCount(0);
});

test('a double click sells once, and the receipt outlives a reload with its windows, keys and raw answer', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  let calls = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/sales')) calls += 1;
  });
  await page.getByRole('button', { name: 'Generate sales' }).dblclick();
  await expect(counted(page)).toHaveCount(1, { timeout: 20_000 });
  expect(calls).toBe(1);
  await page.reload();
  await expect(counted(page)).toHaveCount(1);
  const receipt = counted(page);
  await receipt.locator('summary').click();
  await expect(receipt).toContainText(/revenue_sum\/dt=\d{4}_\d\d_\d\d\/\d+_shardId-\d+_\d+\.json/);
  await expect(receipt).toContainText('"statusCode":200');
  await receipt
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-state', 'closed');
});

test('a window is explained by its invocations: the states hand on, the last one is final and writes the object', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(counted(page)).toHaveCount(1, { timeout: 20_000 });
  await counted(page).locator('summary').click();
  await counted(page)
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  await page.getByText('Explain this window').click();
  const steps = page.getByTestId('explanation').getByRole('listitem');
  await expect(steps.filter({ hasText: 'final invocation' }).first()).toContainText('PutObject');
  await expect(steps.first()).toContainText('state 0 · $0 →');
  await expect(page.getByText('aws logs filter-log-events')).toContainText(
    `--endpoint-url ${pipeline.endpoint}`,
  );
});

test('what is exported is what the table shows and what S3 holds, to the cent', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  await expect(page.getByRole('button', { name: 'Generate sales' })).toBeVisible();
  for (let click = 0; click < 3; click += 1) {
    await page.keyboard.press('g');
    await page.waitForTimeout(2500); // spreads the clicks over windows: it is the clock that is tested
  }
  await expect(counted(page)).toHaveCount(3, { timeout: 20_000 });
  await page.getByRole('tab', { name: 'Table' }).click();
  await expect(page.getByTestId('window-row').first()).toBeVisible();
  const cells = await page
    .getByTestId('window-row')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-cents'))));
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^sales-\d{8}T\d{6}Z-\d{8}T\d{6}Z\.csv$/);
  const csv = await readFile(await download.path(), 'utf8');
  const amounts = csv
    .split('\r\n')
    .slice(1, -1)
    .map((line) => Math.round(Number(line.split(',')[5]) * 100));
  const total = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0);
  expect(total(amounts)).toBe(total(cells));
  expect(total(amounts)).toBe(await centsInS3(pipeline));
  const strip = page.getByRole('region', { name: 'Reconciliation' });
  await expect(strip.locator('[data-sign="right"]')).toContainText(/^✓ All .* are counted/);
});

test('what is broken on purpose is seen, and said', async ({ page, brisk: pipeline }) => {
  await page.goto(pipeline.url);
  const breakIt = async (words: string) => {
    await page.getByRole('button', { name: 'Break it' }).click();
    await page.getByRole('menuitem', { name: words }).click();
  };
  await breakIt('Send a record that is no sale');
  await expect(page.getByText('A record that is not JSON went to')).toBeVisible();
  await page.getByRole('tab', { name: /^Rejected \(1\)/ }).click();
  await expect(page.getByText('expected a JSON object, got this is not a sale')).toBeVisible();

  await breakIt('Stop the consumer');
  await expect(page.locator('[data-hop="consumer"]')).toHaveAttribute('data-status', 'down');
  await page.getByRole('tab', { name: 'Receipts' }).click();
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveAttribute('data-status', 'sent');
  await breakIt('Start the consumer');
  await expect(counted(page)).toHaveCount(1, { timeout: 20_000 });
  await expect(page.locator('[data-hop="consumer"]')).toHaveAttribute('data-status', 'ok', {
    timeout: 20_000,
  });

  await breakIt('Load a demo day');
  await expect(page.getByText('A day of made-up results is there')).toBeVisible();
  await breakIt('Reset local data…');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByText('All local data is deleted')).toBeVisible();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(0);
  await expect(page.getByTestId('first-run')).toBeVisible();
});

test('a click that cannot be sent says why and what mends it, and the next one that can clears it', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  const problem = {
    kind: 'access-denied',
    message: 'Not allowed: lambda:InvokeFunction on arn:aws:lambda:eu-west-1:1:function:f.',
    fix: '{"Effect": "Allow"}',
    action: 'lambda:InvokeFunction',
    resource: 'arn',
  };
  await page.route('**/api/sales', (route) => route.fulfill({ status: 502, json: { problem } }));
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const alert = page.getByRole('region', { name: 'Open window' }).getByRole('alert');
  await expect(alert).toContainText('Not allowed: lambda:InvokeFunction');
  await expect(alert.getByRole('button', { name: 'Copy the fix' })).toBeVisible();
  await page.getByRole('tab', { name: 'Invocations' }).click();
  await expect(page.getByText('✕ failed')).toBeVisible();
  await page.unroute('**/api/sales');
  await page.waitForTimeout(500); // not the second half of a double click
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(alert).toHaveCount(0);
});

test('in AWS the first click asks once, naming account and stream', async ({ page, brisk: pipeline }) => {
  await page.route('**/api/health*', async (route) => {
    const answer = await route.fetch();
    const health = { ...(await answer.json()), mode: 'aws', accountId: '123456789012', region: 'eu-west-1' };
    await route.fulfill({ response: answer, json: health });
  });
  await page.route('**/api/runtime', (route) =>
    route.fulfill({
      json: { available: false, actions: [], consumerStopped: false, shards: [], dataDir: null },
    }),
  );
  await page.goto(pipeline.url);
  await expect(page.getByTestId('cost')).toContainText('0.36 USD a day');
  await expect(page.getByRole('button', { name: 'Break it' })).toHaveCount(0);
  const ask = page.getByRole('alertdialog');
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(ask).toContainText('This writes to stream data_pipe in account …9012 (eu-west-1)');
  await ask.getByRole('button', { name: 'Cancel' }).click();
  await expect(ask).toHaveCount(0);
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await ask.getByRole('button', { name: 'Continue' }).click();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(1);
  await page.waitForTimeout(500);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(2);
});

test('selling goes on by itself at its rate and count, and stops when nobody sees the page', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  const asked: unknown[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/sales')) asked.push(request.postDataJSON());
  });
  await page.getByRole('slider', { name: /^Records/ }).fill('7');
  await page.getByRole('switch', { name: 'Keep selling' }).check();
  await page.getByLabel('Rate').selectOption('every second');
  await expect.poll(() => asked.length).toBeGreaterThanOrEqual(3);
  expect(new Set(asked.map((body) => JSON.stringify(body)))).toEqual(new Set(['{"record_count":7}']));
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(page.getByText('Stopped: the page was hidden.')).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Keep selling' })).not.toBeChecked();
});

for (const [width, colorScheme] of [
  [1440, 'light'],
  [390, 'dark'],
  [320, 'light'],
] as const) {
  test(`what is one step away is accessible to everyone, and fits: ${width} px, ${colorScheme}`, async ({
    page,
    brisk,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${brisk.url}/?view=table`);
    await page.getByRole('button', { name: 'Generate sales' }).click();
    await expect(counted(page)).toHaveCount(1, { timeout: 20_000 });
    await page.locator('[data-hop="stream"]').click();
    await counted(page).locator('summary').click();
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Invocations' }).click();
    await page.locator('[data-testid="window-row"][data-state="closed"] button').first().click();
    await page.getByText('Explain this window').click();
    await expect(page.getByTestId('explanation')).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Break it' }).click();
    await page.getByRole('menuitem', { name: 'Reset local data…' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page);
  });
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
}

/** Of the newest window: rows come newest first, objects by key. */
async function firstObject(pipeline: Pipeline): Promise<string> {
  const keys = await keysOf(pipeline, 'revenue_sum/');
  const window = (key: string) => key.split('_shardId')[0] ?? '';
  const newest = keys.map(window).sort().at(-1) ?? '';
  return readObject(pipeline, keys.filter((key) => window(key) === newest).sort()[0] ?? '');
}

async function centsInS3(pipeline: Pipeline): Promise<number> {
  let cents = 0;
  for (const key of await keysOf(pipeline, 'revenue_sum/')) {
    const { sales } = JSON.parse(await readObject(pipeline, key)) as { sales: number };
    cents += Math.round(sales * 100);
  }
  return cents;
}
