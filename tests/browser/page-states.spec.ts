import type { Page } from '@playwright/test';
import type { Problem } from '../../lib/contract/answers.ts';
import { expect, test } from './pipeline.ts';

const banner = (page: Page) => page.getByTestId('banner');

test('the first run says what to do, and turns into the chart without moving the page', async ({
  page,
  brisk,
}) => {
  await brisk.reset();
  await page.setViewportSize({ width: 1440, height: 900 });
  await watchShifts(page);
  await page.goto(brisk.url);
  await expect(page.getByTestId('first-run')).toContainText(/No sales yet.*Press Generate sales/s);
  await page
    .getByRole('button', { name: /generate sales/i })
    .first()
    .click();
  await expect(page.getByTestId('chart').locator('[data-state="open"]')).toHaveCount(1);
  await expect(page.getByTestId('first-run')).toHaveCount(0);
  expect(await shifts(page)).toBeLessThan(0.02);
});

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const) {
  test(`total, clock, button and bars are there at one glance: ${width} × ${height}`, async ({
    page,
    brisk,
  }) => {
    await page.setViewportSize({ width, height });
    await page.goto(brisk.url);
    await page.getByRole('button', { name: 'Generate sales' }).click();
    const bar = page.getByTestId('chart').locator('[data-state="open"], [data-state="closed"]').last();
    await expect(bar).toBeInViewport({ ratio: 1 });
    for (const each of [
      page.getByTestId('day-total'),
      page.getByRole('timer').first(),
      page.getByRole('button', { name: 'Generate sales' }),
      page.getByTestId('stepper'),
      page.getByTestId('chart'),
    ]) {
      await expect(each).toBeInViewport({ ratio: 1 });
    }
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
  });
}

test('after a click the total is never zero: it moves with the open window and goes on when that closes', async ({
  page,
  brisk,
}) => {
  await brisk.reset();
  await page.goto(brisk.url);
  await expect(page.getByTestId('first-run')).toBeVisible();
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const total = document.querySelector('[data-testid="day-total"]');
      if (total instanceof HTMLElement) {
        seen.push(Number(total.dataset.cents) + Number(total.dataset.openCents));
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const total = page.getByTestId('day-total');
  await expect(total).toHaveAttribute('data-cents', /^[1-9]/, { timeout: 20_000 });
  const seen = await page.evaluate(() => Reflect.get(window, 'seen') as readonly number[]);
  expect(Math.min(...seen)).toBeGreaterThan(0);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
});

test('what is pressed before the page can hear it is done after it, and rapid clicks queue', async ({
  page,
  brisk,
}) => {
  await brisk.reset();
  const sold: unknown[] = [];
  let produce = Promise.resolve();
  await page.route('**/api/sales', async (route) => {
    sold.push(route.request().postDataJSON());
    await produce;
    await route.continue();
  });
  let load = () => {};
  const mayLoad = new Promise<void>((resolve) => {
    load = resolve;
  });
  await page.route('**/*.js*', async (route) => {
    await mayLoad;
    await route.continue();
  });
  await page.goto(brisk.url, { waitUntil: 'commit' });
  const button = page.getByRole('button', { name: 'Generate sales' });
  await button.click();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Keyboard', exact: true }).click();
  expect(sold).toEqual([]);
  load();
  await expect.poll(() => sold.length).toBe(2);
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  expect(new URL(page.url()).searchParams.get('view')).toBe('table');
  let goOn = () => {};
  produce = new Promise((resolve) => {
    goOn = resolve; // a producer that takes its time
  });
  for (let click = 0; click < 4; click += 1) await button.click({ delay: 5 });
  await expect(button).toContainText('3 waiting');
  await expect.poll(() => sold.length).toBe(3);
  goOn();
  await expect.poll(() => sold.length).toBe(6);
});

test('without a script the page has its total and its windows all the same', async ({ browser, brisk }) => {
  await brisk.reset();
  const sold = await fetch(`${brisk.url}/api/sales`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"record_count": 7}',
  });
  expect(sold.ok).toBe(true);
  const context = await browser.newContext({ javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await expect
      .poll(async () => {
        await page.goto(brisk.url);
        // What the server does not know in time is not in its first answer: the next one has it.
        const total = await page.getByTestId('day-total').all();
        return total[0]?.getAttribute('data-cents') ?? '';
      })
      .toMatch(/^[1-9]/);
    await expect(page.getByRole('button', { name: 'Generate sales' })).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: 'closed' }).first()).toContainText('$');
  } finally {
    await context.close();
  }
});

test('a hidden tab makes no requests, and asks at once when it is seen again', async ({ page, brisk }) => {
  await page.goto(brisk.url);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await expect(page.locator('[data-hop]').first()).toBeVisible(); // the last part that asks for something of its own
  await setVisibility(page, 'hidden');
  await page.waitForTimeout(1000); // what was on its way arrives
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.waitForTimeout(8000); // longer than a poll and than a window: it is silence that is tested
  expect(asked).toEqual([]);
  await setVisibility(page, 'visible');
  await expect.poll(() => asked.some((url) => url.includes('/api/windows'))).toBe(true);
  expect(asked.some((url) => url.includes('/api/live'))).toBe(true);
});

test('a killed pipeline is shown as stale with its age, over the old data, and comes back without a reload', async ({
  page,
  pipeline,
}) => {
  await page.goto(pipeline.url);
  await page
    .getByRole('button', { name: /generate sales/i })
    .first()
    .click();
  await expect(page.getByTestId('day-total')).not.toHaveAttribute('data-cents', '0');
  const total = await page.getByTestId('day-total').getAttribute('data-cents');
  await pipeline.kill();
  await expect(page.getByTestId('live-status')).toHaveText(/Stale \d+ s/, { timeout: 15_000 });
  await expect(banner(page)).toContainText(/Showing data from \d+ s ago\. Retrying in \d s\./);
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', total ?? '');
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await pipeline.restart();
  await expect(page.getByTestId('live-status')).toHaveText('Live', { timeout: 30_000 });
  await expect(banner(page)).toHaveCount(0);
  expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test('a problem at the first look has the same face', async ({ page, brisk }) => {
  const problem: Problem = {
    kind: 'access-denied',
    message: "Not allowed: s3:ListBucket on arn:aws:s3:::name. Add it to the dashboard's role.",
    fix: '{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::name"}',
    action: 's3:ListBucket',
    resource: 'arn:aws:s3:::name',
  };
  await page.route('**/api/windows*', (route) => route.fulfill({ status: 502, json: { problem } }));
  await page.goto(brisk.url);
  await expect(banner(page)).toContainText(problem.message);
  await page.unroute('**/api/windows*');
  await expect(page.getByTestId('open-window')).toBeVisible();
  await expect(banner(page)).toHaveCount(0);
});

test('offline is said as such, and the page goes on by itself', async ({ page, context, brisk }) => {
  await page.goto(brisk.url);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await context.setOffline(true);
  await expect(page.getByTestId('live-status')).toHaveText('Offline');
  await expect(banner(page)).toContainText('You are offline');
  await context.setOffline(false);
  await expect(page.getByTestId('live-status')).toHaveText('Live', { timeout: 20_000 });
  await expect(banner(page)).toHaveCount(0);
});

test.describe('with long windows', () => {
  test('a refresh without news renders nothing but the clock', async ({ page, calm }) => {
    await page.goto(calm.url);
    await page
      .getByRole('button', { name: /generate sales/i })
      .first()
      .click();
    await expect(page.getByTestId('open-window')).not.toHaveAttribute('data-records', '');
    // A window that closes is news, and so is what becomes of the one before it: look in the middle of one.
    await page.waitForFunction(
      () => {
        const seconds = (Date.now() / 1000) % 120;
        return seconds > 45 && seconds < 90;
      },
      null,
      { timeout: 80_000 },
    );
    await page.waitForTimeout(9000); // what the click has begun comes to rest
    const polls: string[] = [];
    page.on('request', (request) => polls.push(request.url()));
    const changed = await page.evaluate(async () => {
      const places: string[] = [];
      const observer = new MutationObserver((records) => {
        for (const { target } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          // How long each hop took to answer is measured anew, and is news.
          if (element?.closest('[role="timer"], [data-ticks], [data-hop]') == null)
            places.push(element?.outerHTML.slice(0, 120) ?? '');
        }
      });
      observer.observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      // While the stream tells everything, polls are rare; whoever comes back to the page has it ask at once.
      window.dispatchEvent(new Event('focus'));
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      observer.disconnect();
      return places;
    });
    expect(polls.filter((url) => url.includes('/api/windows')).length).toBeGreaterThan(0);
    expect(changed).toEqual([]);
  });
});

async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    Object.defineProperty(document, 'hidden', { value: visibility === 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { total: 0 };
    Object.assign(window, { shifts: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ('value' in entry && 'hadRecentInput' in entry && entry.hadRecentInput === false) {
          seen.total += Number(entry.value);
        }
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

function shifts(page: Page): Promise<number> {
  return page.evaluate(() => Number(Reflect.get(Reflect.get(window, 'shifts'), 'total')));
}
