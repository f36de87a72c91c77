import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Page } from '@playwright/test';
import { resultKey } from '../../lib/core/object-key.ts';
import { serializeResult } from '../../lib/core/window-result.ts';
import { expect, type Pipeline, test, whileWindowHas } from './pipeline.ts';

test.use({ windowSeconds: 120, timezoneId: 'Europe/Berlin' });

const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

/** One sale of 12.34 in the window that starts then. */
async function putSale(pipeline: Pipeline, startMs: number): Promise<void> {
  const result = {
    window: { startMs, endMs: startMs + 120_000 },
    shardId: 'shardId-000000000000',
    firstSequenceNumber: String(startMs),
    lastSequenceNumber: String(startMs),
    recordCount: 1,
    salesCents: 1234,
    minCents: 1234,
    maxCents: 1234,
    rejected: 0,
    repeated: 0,
    requests: [],
    customers: null,
    amounts: null,
    terminatedEarly: false,
  };
  await pipeline.s3.send(
    new PutObjectCommand({
      Bucket: pipeline.bucket,
      Key: resultKey(result),
      Body: serializeResult(result),
    }),
  );
}

test('only days that exist are offered, keys walk them, and each says its total', async ({
  page,
  pipeline,
}) => {
  await putSale(pipeline, Date.UTC(2021, 0, 20, 9));
  await putSale(pipeline, Date.UTC(2021, 0, 24, 9));
  await page.goto(pipeline.url);
  const picker = page.getByRole('combobox', { name: 'UTC day' });
  await expect(picker.getByRole('option')).toHaveText([/^Today/, '2021-01-24 · $12.3', '2021-01-20 · $12.3']);
  await page.keyboard.press('[');
  await expect.poll(() => parameter(page, 'day')).toBe('2021-01-24');
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '1234');
  await page.keyboard.press('[');
  await expect.poll(() => parameter(page, 'day')).toBe('2021-01-20');
  await expect(page.getByRole('button', { name: 'Earlier day' })).toBeDisabled();
  await page.keyboard.press(']');
  await page.keyboard.press(']');
  await expect.poll(() => parameter(page, 'day')).toBeNull();
});

test('one switch changes every time on the page, and the day stays the UTC day', async ({
  page,
  pipeline,
}) => {
  // 23:30 UTC is half past midnight of the next day in Berlin.
  await putSale(pipeline, Date.UTC(2021, 0, 24, 23, 30));
  await page.goto(`${pipeline.url}/?day=2021-01-24&range=1h&tz=utc`);
  const title = page.getByRole('heading', { name: /Sales per 2-minute window/ });
  await expect(title).toContainText('Sun, Jan 24, UTC');
  await page.getByTestId('chart').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('chart-tooltip')).toContainText('23:30–23:32');
  await page.getByRole('button', { name: 'Times in UTC' }).click();
  await expect(title).toContainText('local time (GMT+1)');
  await page.getByTestId('chart').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('chart-tooltip')).toContainText('00:30–00:32');
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '1234');
  expect(parameter(page, 'day')).toBe('2021-01-24');
});

test('the night on which the clocks go back has its hour twice, and no sale is lost or doubled', async ({
  page,
  pipeline,
}) => {
  const first = Date.UTC(2021, 9, 31, 0, 30); // 02:30 in summer time
  const second = first + 3_600_000; // 02:30 again, in winter time
  await putSale(pipeline, first);
  await putSale(pipeline, second);
  await page.goto(
    `${pipeline.url}/?day=2021-10-31&range=${first - 1_800_000}-${second + 1_800_000}&view=table`,
  );
  const rows = page.locator('[data-testid="window-row"][data-state="closed"]');
  await expect(rows).toHaveCount(2);
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '2468');
});

test('a copied link shows later what is seen now', async ({ page, context, pipeline }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${pipeline.url}/?mode=total&tz=utc`);
  await page.getByRole('button', { name: 'View' }).click();
  await page.getByRole('menuitem', { name: /copy link/i }).click();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get('range')).toMatch(/^\d{13}-\d{13}$/);
  expect(link.searchParams.get('mode')).toBe('total');
  await page.goto(link.href);
  await expect(page.getByRole('button', { name: 'Running total' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('live-status')).toHaveText('Past range');
});

test('keys do what their sheet says, and a pause holds until it is ended', async ({ page, pipeline }) => {
  await page.goto(pipeline.url);
  // The server's HTML says Live, too; the tabs come with the script that hears keys.
  await expect(page.getByRole('tab', { name: 'Table' })).toBeVisible();
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard' });
  await expect(sheet).toContainText('Generate sales');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await page.keyboard.press('t');
  await expect(page.getByRole('tab', { name: 'Table' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('t');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('live-status')).toHaveText('Paused');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('live-status')).toHaveText('Live');
});

test('a page that is opened within a window counts that once, also split by customer and while it is paused', async ({
  page,
  pipeline,
}) => {
  await whileWindowHas(25, pipeline);
  await page.goto(pipeline.url);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const open = page.getByTestId('open-window');
  await expect(open).toHaveAttribute('data-cents', /^[1-9]/);
  await expect(page.getByTestId(/^receipt-/)).toHaveAttribute('data-status', 'in-stream');
  const cents = (await open.getAttribute('data-cents')) ?? '';
  const total = page.getByTestId('day-total');
  await page.goto(`${pipeline.url}/?customers=1`);
  await expect(total).toHaveAttribute('data-open-cents', cents);
  await page.goto(pipeline.url);
  await expect(total).toHaveAttribute('data-open-cents', cents);
  await expect(page.getByRole('tab', { name: 'Table' })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('live-status')).toHaveText('Paused');
  await expect(total).toHaveAttribute('data-open-cents', cents);
});

test('a new day appears without a reload', async ({ page, pipeline }) => {
  await page.goto(pipeline.url);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  const picker = page.getByRole('combobox', { name: 'UTC day' });
  const today = new Date().toISOString().slice(0, 10);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  // The server's clock passes midnight: its answers say so.
  await page.route('**/api/days', async (route) => {
    const answer = await (await route.fetch()).json();
    const days = [{ day: tomorrow, total: null }, ...answer.days];
    await route.fulfill({ json: { serverNowMs: answer.serverNowMs + 86_400_000, days } });
  });
  await page.waitForTimeout(3000); // looks in quick succession are one
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(picker.locator(`option[value="${today}"]`)).toBeAttached();
  await expect(picker).toHaveValue('today');
});

test('windows of 6 s: what is in the open window is counted within seconds, in short windows, and never twice', async ({
  page,
  pipeline,
}) => {
  await page.goto(pipeline.url);
  // All of it within one window of two minutes.
  await whileWindowHas(30, pipeline);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const open = page.getByTestId('open-window');
  await expect(open).not.toHaveAttribute('data-records', '');
  const cents = (await open.getAttribute('data-cents')) ?? '';

  const lengths = page.getByRole('group', { name: 'Windows' });
  const faster = lengths.getByRole('button', { name: '6 s' });
  await faster.click();
  await expect(faster).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('mode-badge')).toContainText('time-lapse: 6 s windows');
  const receipt = page.getByTestId(/^receipt-/);
  await expect(receipt).toHaveAttribute('data-status', 'counted');
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', cents);

  await lengths.getByRole('button', { name: '2 min' }).click();
  await expect(faster).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByTestId('mode-badge')).not.toContainText('time-lapse');
  await page.getByRole('tab', { name: 'Table' }).click();
  await expect(page.getByTestId('window-row').first()).toHaveAttribute('data-cents', cents);
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', cents);
  await expect(receipt).toHaveAttribute('data-status', 'counted');
});
