import type { Page } from '@playwright/test';
import { putResult } from './bucket.ts';
import { expect, type Pipeline, test } from './pipeline.ts';

const NOON = Date.parse('2024-05-14T12:00:00Z');
const WINDOW_MS = 120_000;

const chart = (page: Page) => page.getByTestId('chart');
const rows = (page: Page) => page.getByTestId('window-row');

test('an address restores everything that was on screen', async ({ page, calm }) => {
  await fill(calm);
  const query = new URLSearchParams({
    day: '2024-05-14',
    range: `${NOON}-${NOON + 10 * WINDOW_MS}`,
    tz: 'utc',
    view: 'table',
    mode: 'total',
    cmp: 'yesterday',
    shards: '1',
    limit: '12.5',
    flags: '1',
    w: String(NOON + WINDOW_MS),
  });
  await page.goto(`${calm.url}/?${query}`);
  await expect(page.getByRole('tab', { name: 'Table' })).toHaveAttribute('aria-selected', 'true');
  await expect(rows(page)).toHaveCount(10);
  await expect(rows(page).last()).toContainText('12:00–12:02');
  await expect(page.getByRole('combobox', { name: 'UTC day' })).toHaveValue('2024-05-14');
  await expect(page.getByRole('button', { name: 'Times in UTC' })).toBeVisible();
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-state', 'closed');
  await expect(page.getByRole('dialog')).toContainText('12:02–12:04');
  await page.getByRole('tab', { name: 'Chart' }).click();
  await expect(chart(page)).toHaveAttribute('aria-label', /^Running total per 2-minute window/);
  await expect(page.getByText('the day before, at the same time')).toBeVisible();
  await expect(page.getByText(/of the bars have reached \$12\.50/)).toBeVisible();
  await expect(page.getByText('failed clicks: 0')).toBeVisible();

  // What is in the address is what is said by it, and nothing of it is lost on the way.
  const shown = new URL(page.url()).searchParams;
  query.delete('view');
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(query));
  await page.reload();
  await expect(chart(page)).toHaveAttribute('aria-label', /^Running total per 2-minute window/);
});

test('what an address says that is not understood is left out, and never an error', async ({
  page,
  calm,
}) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const wrong =
    'day=2024-02-31&range=9w&tz=mars&view=cube&mode=x&cmp=1&shards=yes&limit=-3&w=abc&kiosk=maybe&other=1';
  await page.goto(`${calm.url}/?${wrong}`);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await expect(page.getByRole('tab', { name: 'Chart' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('inspector')).toHaveCount(0);
  await expect(page.getByTestId('banner')).toHaveCount(0);
  // So is a range that is longer than anyone reads; whoever asks the server for it is told.
  await page.goto(`${calm.url}/?range=1-8000000000000`);
  await expect(page.getByRole('button', { name: '1 h', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(page.getByTestId('banner')).toHaveCount(0);
  const refused = await page.request.get(`${calm.url}/api/windows?day=today&range=1-8000000000000`);
  expect(refused.status()).toBe(400);
  expect(await refused.text()).toContain('at most 366 days apart');
  expect(problems).toEqual([]);
});

test('a chosen theme is there before the first paint, and system follows the system', async ({
  page,
  calm,
}) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(calm.url);
  await expect(page.getByRole('tab', { name: 'Table' })).toBeVisible(); // by then the page hears what is pressed
  const dark = await background();
  await page.getByRole('button', { name: 'Theme: system' }).click();
  expect(await background()).toBe('rgb(255, 255, 255)');
  await page.route('**/*.js', (route) => route.abort()); // without a line of the page's own script
  await page.reload({ waitUntil: 'commit' });
  await page.waitForLoadState('domcontentloaded');
  expect(await background()).toBe('rgb(255, 255, 255)');
  expect(dark).not.toBe('rgb(255, 255, 255)');
});

async function fill(pipeline: Pipeline): Promise<void> {
  for (let index = 0; index < 6; index += 1) {
    await putResult(pipeline, {
      startMs: NOON + index * WINDOW_MS,
      seconds: 120,
      shard: index % 2,
      sales: 10,
      records: 2,
    });
  }
  await putResult(pipeline, { startMs: NOON - 86_400_000, seconds: 120, sales: 9, records: 1 });
}
