import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { putResult, putSnapshot } from './bucket.ts';
import { expect, openPipeline, type Pipeline, test, whileWindowHas } from './pipeline.ts';

const status = (page: Page) => page.getByTestId('live-status');
const openWindow = (page: Page) => page.getByTestId('open-window');
const total = (page: Page) => page.getByTestId('day-total');

test('without the event stream polling works the same: the window fills, and what closes is counted', async ({
  page,
  calm,
  brisk,
}) => {
  await page.route('**/api/live', (route) => route.abort());
  await page.goto(calm.url);
  await expect(page.getByRole('tab', { name: 'Table' })).toBeVisible(); // by then the page hears what is pressed
  await expect(status(page)).toHaveText('Live');
  await status(page).click();
  await expect(page.getByRole('group', { name: 'Connection' })).toContainText('polling');
  await page.keyboard.press('Escape');
  // What is sold at a window's end may be counted in it when the next one is looked at.
  await whileWindowHas(10, calm);
  const records = Number(await openWindow(page).getAttribute('data-records'));
  await generate(page);
  await expect
    .poll(async () => Number(await openWindow(page).getAttribute('data-records')))
    .not.toBe(records);

  await page.goto(brisk.url);
  const sent = await generate(page);
  await expect(page.getByTestId(`receipt-${sent.requestId}`)).toHaveAttribute('data-status', 'counted', {
    timeout: 20_000,
  });
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', /^[1-9]/);
});

test('a wrong clock, or a machine that slept, counts down by the server all the same', async ({
  page,
  calm,
}) => {
  await page.clock.install({ time: Date.now() + 3 * 3_600_000 + 41_000 });
  await page.clock.resume();
  await page.goto(calm.url);
  await expectTrueCountdown(page, calm);
  await status(page).click();
  await expect(page.getByRole('group', { name: 'Connection' })).toContainText(
    /yours is 108\d\d s ahead; the page follows the server's/,
  );
  await page.keyboard.press('Escape');
  await page.clock.fastForward('30:00'); // the client's clock jumps, and the server's does not
  await expectTrueCountdown(page, calm);
});

test('a window is seen closing, late, and closed, each in its own shape and word, and the close is announced', async ({
  page,
  brisk,
}) => {
  await brisk.reset();
  const startMs = (Math.floor(Date.now() / 5000) - 1) * 5000;
  const part = { startMs, seconds: 5, shard: 1, sales: 421.87, records: 9 };
  await putSnapshot(brisk, part);
  await page.goto(brisk.url);
  const bar = page.getByTestId('chart').locator(`[data-start="${startMs}"]`);
  const ended = page.getByTestId('ended-window');
  const drawn = page.getByTestId('chart').locator(`[data-of="${startMs}"]`);
  await expect(bar).toHaveAttribute('data-state', 'closing');
  const closing = await shapeOf(drawn);
  await expect(ended).toContainText('its total comes in');
  await expect(bar).toHaveAttribute('data-state', 'late', { timeout: 45_000 });
  await expect(page.getByText('late: still no total', { exact: true })).toBeVisible(); // in the legend, where bars are narrow
  await expect(ended).toContainText('late: still no total');
  const late = await shapeOf(drawn);
  await putResult(brisk, part);
  await expect(bar).toHaveAttribute('data-state', 'closed', { timeout: 75_000 });
  await expect(bar).not.toContainText('late');
  await expect(ended).toContainText('closed: $421.87 from 9 records');
  await expect(page.getByText(/closed: \$421\.87 from 9 records\.$/)).toHaveAttribute('role', 'status');
  await expect.poll(async () => new Set([closing, late, await shapeOf(drawn)]).size).toBe(3);
});

test('at midnight UTC a new day begins without a reload, and the old one is a click away', async ({
  page,
}) => {
  test.slow();
  const preload = fileURLToPath(new URL('../shifted-clock.mjs', import.meta.url));
  const dayMs = 86_400_000;
  const beforeMs = 45_000; // enough to start, to sell and to see it counted
  const shiftMs = dayMs - (Date.now() % dayMs) - beforeMs;
  const pipeline = await openPipeline(
    { windowSeconds: 5, shardCount: 1 },
    { NODE_OPTIONS: `--import ${preload}`, CLOCK_SHIFT_MS: String(shiftMs) },
  );
  try {
    const yesterday = new Date(Date.now() + shiftMs).toISOString().slice(0, 10);
    await page.goto(`${pipeline.url}/?tz=utc&view=table`);
    const evening = await generate(page);
    await expect(total(page)).toHaveAttribute('data-cents', String(evening.salesCents), { timeout: 30_000 });
    const cents = String(evening.salesCents);

    await expect(total(page)).toHaveAttribute('data-cents', '0', { timeout: 60_000 });
    const morning = await generate(page);
    await expect(total(page)).toHaveAttribute('data-cents', String(morning.salesCents), { timeout: 30_000 });
    // Neighbours across midnight are on screen together.
    await expect(page.getByTestId('window-row').filter({ hasText: '23:59:55–00:00:00' })).toBeVisible();
    await expect(page.getByTestId('window-row').filter({ hasText: '00:00:00–00:00:05' })).toBeVisible();
    await page.keyboard.press('[');
    await expect(page).toHaveURL(new RegExp(`day=${yesterday}`));
    await expect(total(page)).toHaveAttribute('data-cents', cents);
  } finally {
    await pipeline.close();
  }
});

interface Sent {
  readonly requestId: string;
  readonly salesCents: number;
}

async function generate(page: Page): Promise<Sent> {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/api/sales')),
    page.getByRole('button', { name: 'Generate sales' }).click(),
  ]);
  return response.json();
}

async function expectTrueCountdown(page: Page, pipeline: Pipeline): Promise<void> {
  const timer = page.getByRole('timer');
  await expect
    .poll(async () => {
      const [minutes = 0, seconds = 0] = ((await timer.textContent()) ?? '').split(':').map(Number);
      const lengthMs = pipeline.windowSeconds * 1000;
      const trueMs = lengthMs - (Date.now() % lengthMs);
      return Math.abs(minutes * 60 + seconds - trueMs / 1000);
    })
    .toBeLessThan(2);
}

/** What a bar looks like apart from its colours and its size: outlines, hatches and words. */
function shapeOf(bar: import('@playwright/test').Locator): Promise<string> {
  return bar.evaluate((drawn) => {
    const hatchOf = (fill: string | null) =>
      document.querySelector(/#[\w-]+/.exec(fill ?? '')?.[0] ?? 'none')?.getAttribute('patternTransform') ??
      'plain';
    return [drawn, ...drawn.querySelectorAll('rect, path, circle, text')]
      .map((shape) =>
        [
          shape.tagName,
          hatchOf(shape.getAttribute('fill')),
          shape.getAttribute('stroke-dasharray'),
          shape.tagName === 'text' ? shape.textContent : '',
        ].join(' '),
      )
      .join();
  });
}
