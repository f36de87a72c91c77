import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Receipt } from '../../lib/contract/answers.ts';
import { expectAccessible } from './accessible.ts';
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
  await expect(page.getByTestId('inspector')).toBeVisible();
  await expect(page.getByTestId('raw-object')).toHaveCount(0);
  await tabTo(page, '[aria-label="Objects"] summary');
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
  await expect(strip.locator('[data-sign="right"]')).toContainText(
    /^✓ ([\d,]+) of your \1 records counted\.$/,
  );
});

test('what is broken on purpose is seen, and said', async ({ page, brisk: pipeline }) => {
  await page.goto(pipeline.url);
  const choose = async (menu: 'Break it' | 'Data', words: string) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: words }).click();
  };
  const breakIt = (words: string) => choose('Break it', words);
  await breakIt('Send a record that is no sale');
  const lesson = page.getByTestId('lesson');
  await expect(page.getByTestId('deed')).toHaveCount(1);
  await expect(page.getByTestId('chart-legend')).toContainText('A record that is not JSON went to');
  await expect(lesson).toContainText('A record that is not JSON went to');
  await expect(lesson.getByTestId('lesson-live').first()).toContainText('1 record rejected.');
  const [rules] = await Promise.all([
    page.context().waitForEvent('page'),
    lesson.getByRole('link', { name: 'The rule: Failures and retries' }).click(),
  ]);
  await expect(rules.getByRole('heading', { name: 'Failures and retries' })).toBeInViewport();
  await expectAccessible(rules);
  await rules.close();
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

  await choose('Data', 'Load a demo day');
  await expect(page.getByText('A day of made-up results is there')).toBeVisible();
  await expect(page).toHaveURL(/day=\d{4}-\d\d-\d\d&range=day/);
  await choose('Data', 'Reset local data…');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByText('All local data is deleted')).toBeVisible();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(0);
  await expect(page.getByTestId('first-run')).toBeVisible();
});

test('records are seen as they flow, those of a click to the cent, and one that is no sale is marked', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  await page.getByRole('tab', { name: 'Receipts' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Records' })).toBeFocused();
  await expect(page.getByText('Nothing has come in the last seconds.')).toBeVisible();
  await page.getByRole('region', { name: 'Records of the stream' }).hover();
  const sum = page.getByTestId('tail-sum');
  const expectSum = async (receipts: readonly Receipt[], more = 0) => {
    const count = receipts.reduce((all, receipt) => all + receipt.recordCount, more);
    const cents = receipts.reduce((all, receipt) => all + receipt.salesCents, 0);
    await expect(sum).toHaveAttribute('data-count', String(count));
    await expect(sum).toHaveAttribute('data-cents', String(cents));
  };
  const first = await sell(page, 60);
  await expectSum([first]);
  const rows = page.getByTestId('tail-record');
  await expect(rows).toHaveCount(60);
  const cents = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-cents'))));
  expect(cents.reduce((all, each) => all + each, 0)).toBe(first.salesCents);
  await expect(rows.filter({ hasText: 'Shard 0' }).first()).toBeVisible();
  await expect(rows.filter({ hasText: 'Shard 1' }).first()).toBeVisible();

  await page.getByRole('button', { name: 'Break it' }).click();
  await page.getByRole('menuitem', { name: 'Send a record that is no sale' }).click();
  await expect(rows.first()).toContainText('✕ no sale: expected a JSON object, got this is not a sale');
  const second = await sell(page, 7);
  await expectSum([first, second], 1);
  await page.locator('body').press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter the records' })).toBeFocused();
  await page.keyboard.type(second.requestId);
  await expectSum([second]);
  await page.getByRole('searchbox').fill('no such record');
  await expect(page.getByText('No record here has “no such record” in it.')).toBeVisible();
  await page.getByRole('searchbox').fill('');

  await tabTo(page, '[data-testid="tail-window"] button');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector')).toBeVisible();
  await page.keyboard.press('Escape');
  await rows
    .last()
    .getByRole('button', { name: first.requestId.slice(0, 8) })
    .click();
  await page.getByRole('region', { name: 'Objects' }).locator('summary').first().click();
  await expect(page.getByTestId('inspector')).toContainText(first.requestId);
});

test('the records stand still while they are read, and the stream is asked for by a tab alone that is seen and not paused', async ({
  page,
  brisk: pipeline,
}) => {
  await page.goto(pipeline.url);
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/records')) asked += 1;
  });
  await expect(page.getByRole('tab', { name: 'Receipts' })).toBeVisible();
  await sell(page, 3);
  await page.waitForTimeout(1500);
  expect(asked).toBe(0);
  await page.getByRole('tab', { name: 'Records' }).click();
  const rows = page.getByTestId('tail-record');
  await expect(rows).toHaveCount(3);
  await rows.first().hover();
  await expect(page.getByText('Held while you read')).toBeVisible();
  await sell(page, 4);
  const more = page.getByRole('button', { name: '4 new' });
  await expect(more).toBeVisible();
  await expect(rows).toHaveCount(3);
  // By the keyboard: a mouse on its way to the button leaves the list, which lets go by itself.
  await more.press('Enter');
  await expect(rows).toHaveCount(7);

  await page.getByRole('button', { name: 'Pause', exact: true }).last().click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await sell(page, 5);
  const whenPaused = asked;
  await page.waitForTimeout(2500);
  expect(asked).toBe(whenPaused);
  await expect(rows).toHaveCount(7);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(rows).toHaveCount(12);

  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForTimeout(500); // one may be on its way
  const whenHidden = asked;
  await page.waitForTimeout(2500);
  expect(asked).toBe(whenHidden);
});

test('a role that may not read the stream is told so in the tab alone, with the policy to copy', async ({
  page,
  brisk: pipeline,
}) => {
  const problem = {
    kind: 'access-denied',
    message: 'Not allowed: kinesis:ListShards on arn:aws:kinesis:eu-west-1:1:stream/data_pipe.',
    fix: '{"Effect": "Allow"}',
    action: 'kinesis:ListShards',
    resource: 'arn',
  };
  const answer = { cursor: '1-0-0', restarted: false, records: [], dropped: 0, unreadUntilMs: null };
  await page.route('**/api/records*', (route) => route.fulfill({ json: { ...answer, problem } }));
  await page.goto(pipeline.url);
  await page.getByRole('tab', { name: 'Records' }).click();
  const panel = page.getByRole('tabpanel', { name: 'Records' });
  await expect(panel.getByRole('alert')).toContainText('Not allowed: kinesis:ListShards');
  await expect(panel.getByRole('button', { name: 'Copy the fix' })).toBeVisible();
  await expect(panel).toContainText('everything else goes on without it');
  await page.unroute('**/api/records*');
  await expect(panel.getByRole('alert')).toHaveCount(0);
});

test('a reading of the stream that fails says so in the tab, and goes on', async ({
  page,
  brisk: pipeline,
}) => {
  await page.route('**/api/records*', (route) => route.fulfill({ json: { cursor: '1-0-0', records: null } }));
  await page.goto(pipeline.url);
  await page.getByRole('tab', { name: 'Records' }).click();
  const panel = page.getByRole('tabpanel', { name: 'Records' });
  await expect(panel.getByRole('alert')).toContainText('TypeError');
  await expect(panel).toContainText('Trying again');
  await page.unroute('**/api/records*');
  await sell(page, 3);
  await expect(panel.getByRole('alert')).toHaveCount(0);
  await expect(page.getByTestId('tail-record')).toHaveCount(3);
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
  await page.getByLabel('Rate', { exact: true }).selectOption('every second');
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
    await page.getByRole('tab', { name: 'Records' }).click();
    await sell(page, 5);
    await expect(page.getByTestId('tail-record')).not.toHaveCount(0);
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Invocations' }).click();
    await page.locator('[data-testid="window-row"][data-state="closed"] button').first().click();
    await page.getByText('Explain this window').click();
    await expect(page.getByTestId('explanation')).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Data', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Reset local data…' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page);
  });
}

/** Somebody else sells: no click of this page. */
async function sell(page: Page, record_count: number): Promise<Receipt> {
  const answer = await page.request.post(new URL('/api/sales', page.url()).href, { data: { record_count } });
  return answer.json();
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
