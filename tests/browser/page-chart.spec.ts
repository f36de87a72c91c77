import type { Page } from '@playwright/test';
import { keysOf } from './bucket.ts';
import { expect, type Pipeline, test, whileWindowHas } from './pipeline.ts';

const chart = (page: Page) => page.getByTestId('chart');
const tooltip = (page: Page) => page.getByTestId('chart-tooltip');
const rangeOf = (page: Page) => new URL(page.url()).searchParams.get('range');

/** A full day of made-up results; its name. */
async function demoDay(pipeline: Pipeline): Promise<string> {
  const answer = await fetch(`${pipeline.endpoint}/_local/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"action":"demo-day"}',
  });
  return /\d{4}-\d\d-\d\d/.exec(await answer.text())?.[0] ?? '';
}

test.describe('a day that is over', () => {
  test('is walked by keys, zoomed by a click on a bar, and left again by Escape', async ({ page, calm }) => {
    const day = await demoDay(calm);
    await page.goto(`${calm.url}/?day=${day}&range=day&tz=utc`);
    const bars = chart(page).locator('g[data-state]');
    await expect(bars).toHaveCount(144);
    const twin = page.getByRole('table', { name: /^Sales per 10-minute step/ });
    await expect(twin.getByRole('row')).toHaveCount(145);
    await expect(twin.getByRole('rowheader').first()).toHaveText('23:50–00:00');

    await chart(page).focus();
    await page.keyboard.press('Home');
    await expect(tooltip(page)).toContainText('00:00–00:10');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowRight');
    await expect(tooltip(page)).toContainText('01:50–02:00');
    await page.keyboard.press('End');
    await expect(tooltip(page)).toContainText('23:50–00:00');
    await page.keyboard.press('Escape');
    await expect(tooltip(page)).toHaveCount(0);

    const noon = Date.parse(`${day}T12:00:00Z`);
    await page.locator(`g[data-start="${noon}"]`).hover({ force: true });
    await expect(tooltip(page)).toContainText('12:00–12:10');
    await page.mouse.down();
    await page.mouse.up();
    await expect(bars).toHaveCount(5);
    expect(rangeOf(page)).toBe(`${noon}-${noon + 600_000}`);

    await chart(page).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).searchParams.get('w')).toBe(String(noon + 480_000));
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).searchParams.get('w')).toBeNull();
    await page.getByRole('button', { name: 'Running total' }).click();
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect(bars).toHaveCount(144);
    expect(new URL(page.url()).searchParams.get('mode')).toBe('total');

    await page.locator(`g[data-start="${noon}"]`).click({ force: true });
    await expect(bars).toHaveCount(5);
    await page.goBack();
    await expect(bars).toHaveCount(144);

    await page.getByRole('switch').first().focus();
    await page.keyboard.press('t');
    await expect(page.getByRole('tab', { name: 'Table' })).toHaveAttribute('aria-selected', 'true');
  });

  test('what the keys have selected stays while the page moves under a mouse that rests', async ({
    page,
    calm,
  }) => {
    const day = await demoDay(calm);
    await page.goto(`${calm.url}/?day=${day}&range=day&tz=utc`);
    const noon = page.locator(`g[data-start="${Date.parse(`${day}T12:00:00Z`)}"]`);
    await noon.hover({ force: true });
    const box = await noon.boundingBox();
    if (box === null) throw new Error('the bar has no box');
    const rest = { clientX: Math.round(box.x + 4), clientY: Math.round(box.y + 4) };
    await page.mouse.move(rest.clientX, rest.clientY);
    await expect(tooltip(page)).toContainText('12:00–12:10');
    await chart(page).focus();
    await page.keyboard.press('Home');
    await expect(tooltip(page)).toContainText('00:00–00:10');

    const scroll = (by: number, heard: string) =>
      chart(page).evaluate(
        (element, { by, heard }) =>
          new Promise((resolve) => {
            element.addEventListener(heard, resolve, { once: true });
            window.scrollBy(0, by);
          }).then(() => undefined),
        { by, heard },
      );
    await scroll(320, 'pointerleave');
    await expect(tooltip(page)).toContainText('00:00–00:10');
    await scroll(-320, 'pointerenter');
    await chart(page).dispatchEvent('pointermove', { ...rest, pointerType: 'mouse', bubbles: true });
    await expect(tooltip(page)).toContainText('00:00–00:10');

    await page.mouse.move(rest.clientX, rest.clientY + 3);
    await expect(tooltip(page)).toContainText('12:00–12:10');
  });

  test('a drag over bars zooms to them', async ({ page, calm }) => {
    const day = await demoDay(calm);
    await page.goto(`${calm.url}/?day=${day}&range=day&tz=utc`);
    const bar = (hour: number) =>
      page.locator(`g[data-start="${Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000}"]`);
    await bar(10).hover({ force: true });
    await page.mouse.down();
    await bar(11).hover({ force: true });
    await bar(12).hover({ force: true });
    await page.mouse.up();
    const from = Date.parse(`${day}T10:00:00Z`);
    await expect.poll(() => rangeOf(page)).toBe(`${from}-${from + 7_200_000 + 600_000}`);
  });

  test('under a part of it lies the whole day, whose travellers move the part by keys and by drag', async ({
    page,
    calm,
  }) => {
    const day = await demoDay(calm);
    const noon = Date.parse(`${day}T12:00:00Z`);
    const MINUTE = 60_000;
    const expectRange = (from: number, to: number) =>
      expect.poll(() => rangeOf(page)).toBe(`${noon + from * MINUTE}-${noon + to * MINUTE}`);
    await page.goto(`${calm.url}/?day=${day}&range=day&tz=utc`);
    const bars = chart(page).locator('g[data-state]');
    await expect(bars).toHaveCount(144);
    await expect(page.getByTestId('overview')).toHaveCount(0);

    await page.goto(`${calm.url}/?day=${day}&range=${noon}-${noon + 120 * MINUTE}&tz=utc`);
    const from = page.getByRole('slider', { name: /^Shown from/ });
    const until = page.getByRole('slider', { name: /^Shown until/ });
    await expect(from).toHaveAttribute('aria-valuetext', '12:00');
    await expect(until).toHaveAttribute('aria-valuetext', '14:00');
    await from.focus();
    await page.keyboard.press('ArrowRight');
    await expectRange(10, 120);
    await expect(bars).toHaveCount(55);
    await page.keyboard.press('Shift+PageUp');
    await expectRange(70, 180);
    await expect(from).toBeFocused();
    await until.focus();
    await page.keyboard.press('End');
    await expectRange(70, 720);

    const grip = await from.boundingBox();
    const strip = await page.getByTestId('overview').locator('svg').boundingBox();
    if (grip === null || strip === null) throw new Error('the strip has no box');
    const x = grip.x + grip.width - 3;
    const y = grip.y + grip.height / 2;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + strip.width / 4, y, { steps: 3 });
    await expect(page.getByTestId('overview')).toContainText('19:10–00:00');
    await page.mouse.up();
    await expectRange(430, 720);

    await page.setViewportSize({ width: 767, height: 900 });
    await expect(from).toBeHidden();
  });

  test('no range has more than 150 bars, nor a label that is cut at an edge', async ({ page, calm }) => {
    const day = await demoDay(calm);
    const noon = Date.parse(`${day}T12:00:00Z`);
    for (const range of ['1h', '4h', 'day', '7d', '30d', '1y', `${noon}-${noon + 600_000}`]) {
      await page.goto(`${calm.url}/?day=${day}&range=${range}&tz=utc`);
      const bars = chart(page).locator('g[data-state]');
      await expect(bars.first()).toBeAttached();
      expect(await bars.count()).toBeLessThanOrEqual(150);
      expect(await cutLabels(page)).toEqual([]);
    }
    // Its last bar carries the date, for it is the first one after midnight.
    const midnight = Date.parse(`${day}T00:00:00Z`);
    await page.goto(`${calm.url}/?day=${day}&range=${midnight - 7_080_000}-${midnight + 120_000}&tz=utc`);
    await expect(chart(page).locator('g[data-state]')).toHaveCount(60);
    await expect(chart(page).locator('tspan', { hasText: '00:00' })).toHaveCount(1);
    expect(await cutLabels(page)).toEqual([]);

    await page.emulateMedia({ media: 'print' });
    await expect(page.getByTestId('chart-twin').getByRole('row').last()).toBeVisible();
    const paper = await page.evaluate(() => {
      const isOnPaper = (element: Element) => element.getClientRects().length > 0;
      const twin = document.querySelector('[data-testid="chart-twin"] table')?.getBoundingClientRect();
      return {
        controls: [...document.querySelectorAll('button, select, input, [role="tab"]')].filter(isOnPaper)
          .length,
        isTableWide: (twin?.width ?? 0) > 200,
      };
    });
    expect(paper).toEqual({ controls: 0, isTableWide: true });
  });

  test('a limit is in the address, moves by keys, marks the bars that reach it, and goes by Delete', async ({
    page,
    calm,
  }) => {
    const day = await demoDay(calm);
    await page.goto(`${calm.url}/?day=${day}&range=day&tz=utc&limit=200000`);
    const limit = page.getByRole('slider', { name: 'Limit' });
    await expect(limit).toHaveAttribute('aria-valuetext', '$200,000');
    const marked = await page.getByTestId('over-limit').count();
    expect(marked).toBeGreaterThan(0);
    await limit.focus();
    for (let press = 0; press < 10; press += 1) await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.getByTestId('over-limit').count()).toBeLessThan(marked);
    expect(Number(new URL(page.url()).searchParams.get('limit'))).toBeGreaterThan(200_000);
    await page.keyboard.press('Delete');
    await expect(limit).toHaveCount(0);
    expect(new URL(page.url()).searchParams.get('limit')).toBeNull();
  });
});

test('while a bar is pinned the range stands still and what comes is counted, until one catches up', async ({
  page,
  brisk,
}) => {
  await page.goto(brisk.url);
  await whileWindowHas(4, brisk);
  await generate(page);
  const open = chart(page).locator('[data-state="open"]');
  await expect(open).toHaveCount(1);
  const start = await open.getAttribute('data-start');
  // By its place in time: it may have closed by now.
  await chart(page).locator(`g[data-start="${start}"]`).hover({ force: true });
  await page.mouse.down();
  await page.mouse.up();
  await expect(tooltip(page).getByRole('button', { name: 'Inspect window' })).toBeVisible();
  await page.mouse.move(0, 0);
  const words = await tooltip(page).locator('p').first().textContent();
  const last = () => chart(page).locator('g[data-state]').last().getAttribute('data-start');
  const end = await last();
  await expect(page.getByTestId('new-windows')).toHaveText(/[2-9] new windows/, { timeout: 20_000 });
  expect(await last()).toBe(end);
  expect(await tooltip(page).locator('p').first().textContent()).toContain(words?.slice(0, 8));
  await page.getByTestId('new-windows').click();
  await expect.poll(last).not.toBe(end);
  await expect(page.getByTestId('new-windows')).toHaveCount(0);
});

test('a drag over a live range zooms while the pointer stays, and what is inspected is not pinned beside it', async ({
  page,
  brisk,
}) => {
  await page.goto(brisk.url);
  await whileWindowHas(4, brisk);
  await generate(page);
  const bars = chart(page).locator('g[data-state]');
  const open = chart(page).locator('[data-state="open"]');
  await expect(open).toHaveCount(1);
  const count = await bars.count();
  await chart(page).scrollIntoViewIfNeeded();
  const box = await open.boundingBox();
  if (box === null) throw new Error('the bar has no box');
  await page.mouse.move(box.x + 2, box.y + box.height - 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 60, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => bars.count()).toBeLessThan(count);

  await chart(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector')).toBeVisible();
  await expect(tooltip(page)).toHaveCount(0);
});

test('what is not final is hatched, and the legend or a word over it says so', async ({ page, brisk }) => {
  await page.goto(brisk.url);
  await whileWindowHas(4, brisk);
  await generate(page);
  await expect(page.getByText('so far, not final').first()).toBeVisible();
  const words = chart(page).locator('text', { hasText: 'so far' });
  await expect(words).toHaveCount(0);
  // Of ten bars each has room for a word.
  const last = Number(await chart(page).locator('g[data-state]').last().getAttribute('data-start'));
  await page.goto(`${brisk.url}/?range=${last}-${last + 50_000}`);
  await whileWindowHas(4, brisk);
  await generate(page);
  await expect(words).toHaveCount(1);
});

test('what was clicked here, and what of it failed, is flagged on the axis when asked for, and told', async ({
  page,
  calm,
}) => {
  await page.goto(`${calm.url}/?range=day`);
  await generate(page);
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(1);
  await page.route('**/api/sales', (route) => route.abort());
  // Too soon it would be the other half of a double click.
  await expect(async () => {
    await generate(page);
    await expect(page.getByTestId('open-window').getByRole('alert')).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await expect(chart(page)).toBeVisible();
  await expect(page.getByTestId('flags')).toHaveCount(0);

  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: /^Flags/ }).click();
  await page.keyboard.press('Escape');
  expect(new URL(page.url()).searchParams.get('flags')).toBe('1');
  const flags = page.getByTestId('flags');
  await expect(flags.locator('[data-sign="click"]')).toHaveCount(1);
  await expect(flags.locator('[data-sign="failed"]')).toHaveCount(1);
  const start = await flags.locator('[data-start]').last().getAttribute('data-start');
  await chart(page).locator(`g[data-start="${start}"]`).hover({ force: true });
  await expect(tooltip(page)).toContainText('Clicks from here');
  await chart(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[aria-live="polite"]', { hasText: 'Clicks from here' })).toHaveCount(1);
});

test('a window that reaches the limit is notified once, to whoever asked for it and whose browser lets it', async ({
  page,
  brisk,
}) => {
  await page.addInitScript(() => {
    const shown: string[] = [];
    let permission = sessionStorage.getItem('permission') ?? 'default';
    class Recorded {
      static get permission() {
        return permission;
      }
      static async requestPermission() {
        permission = permission === 'default' ? 'denied' : 'granted';
        sessionStorage.setItem('permission', permission);
        return permission;
      }
      constructor(title: string, options: { silent: boolean }) {
        shown.push(`${title}${options.silent ? '' : ' with a sound'}`);
      }
    }
    Object.assign(window, { Notification: Recorded, shown });
  });
  const shown = () => page.evaluate(() => (window as typeof window & { shown: string[] }).shown);
  const view = page.getByRole('button', { name: 'View', exact: true });
  const notices = page.getByRole('menuitemcheckbox', { name: /^Notify/ });
  await page.goto(`${brisk.url}/?tz=utc`);
  await view.click();
  await expect(page.getByRole('menuitemcheckbox', { name: 'Limit line' })).toBeVisible();
  await expect(notices).toHaveCount(0);

  await page.goto(`${brisk.url}/?tz=utc&limit=1`);
  await view.click();
  await expect(notices).toContainText('reaches $1');
  await expect(notices).toContainText('tells you on your return');
  await notices.click();
  await expect(notices).toContainText('This browser refuses them.');
  await expect(notices).toHaveAttribute('aria-checked', 'false');
  await notices.click();
  await expect(notices).toHaveAttribute('aria-checked', 'true');
  await page.keyboard.press('Escape');
  expect(await shown()).toEqual([]);

  await generate(page);
  await expect.poll(shown).not.toEqual([]);
  await expect(page.getByTestId('ended-window')).toHaveAttribute('data-state', 'closed', { timeout: 30_000 });
  // A click may fall into two windows: each is told once.
  const titles = await shown();
  expect(new Set(titles).size).toBe(titles.length);
  for (const title of titles) expect(title).toMatch(/^\d\d:\d\d\S+ reached \$1$/);
  await page.getByRole('tab', { name: 'Table' }).click();
  await expect(page.getByText('closed, ▾ limit reached').first()).toBeAttached();
  await page.getByRole('tab', { name: 'Chart' }).click();

  await page.reload();
  await view.click();
  await expect(notices).toHaveAttribute('aria-checked', 'true');
  expect(await shown()).toEqual([]);

  // Hidden, the page asks for nothing: what happened meanwhile is told on the return.
  const turn = (visibility: 'hidden' | 'visible') =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visibility);
  const results = async () => (await keysOf(brisk, 'revenue_sum/')).length;
  await expect(chart(page).locator('[data-state="open"]')).toHaveCount(1);
  await turn('hidden');
  const before = await results();
  await fetch(`${brisk.url}/api/sales`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"record_count":5}',
  });
  await expect.poll(results).toBeGreaterThan(before);
  expect(await shown()).toEqual([]);
  await turn('visible');
  await expect.poll(shown).not.toEqual([]);
});

test('of the open bar, whoever reads it learns what it is on pace for', async ({ page, brisk }) => {
  await page.goto(brisk.url);
  // A window of 5 s may be over before its quarter is.
  await expect(async () => {
    await generate(page);
    await chart(page).focus();
    await page.keyboard.press('End');
    await expect(tooltip(page)).toContainText(/On pace for \$[\d.]+K? by \d\d:\d\d/, { timeout: 3000 });
  }).toPass();
});

test('a window closes in sight: counted beside the clock, and said once', async ({ page, brisk }) => {
  await page.goto(brisk.url);
  await expect(page.getByTestId('open-window')).toBeVisible();
  await generate(page);
  const ended = page.getByTestId('ended-window');
  await expect(ended).toHaveAttribute('data-state', 'closed', { timeout: 30_000 });
  await expect(ended).toContainText(/closed: \$[\d,.]+ from \d+ records/);
  await expect(
    page.getByRole('status').filter({ hasText: /closed: \$[\d,.]+ from \d+ records/ }),
  ).toHaveCount(1);
});

test('on a phone a tap pins the words under the plot, and the button stays within reach', async ({
  browser,
  brisk,
}) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await page.goto(brisk.url);
  await generate(page);
  await page.evaluate(() => window.scrollBy(0, 600)); // the chart waits until it is about to be seen
  await expect(chart(page).locator('g[data-state]')).toHaveCount(15);
  await chart(page).scrollIntoViewIfNeeded();
  const box = await chart(page).boundingBox();
  if (box === null) throw new Error('the chart has no box');
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await expect(tooltip(page)).toBeVisible();
  const below = await page.evaluate(() => {
    const bottom = document.querySelector('[data-testid="chart"]')?.getBoundingClientRect().bottom ?? 0;
    return (
      (document.querySelector('[data-testid="chart-tooltip"]')?.getBoundingClientRect().top ?? 0) - bottom
    );
  });
  expect(below).toBeGreaterThanOrEqual(0);

  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  const button = page.getByRole('button', { name: /generate sales/i }).first();
  await expect(button).toBeInViewport();
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await context.close();
});

/** The words in the chart that do not lie within it as a whole. */
function cutLabels(page: Page): Promise<string[]> {
  return chart(page).evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return [...element.querySelectorAll('text')].flatMap((text) => {
      const box = text.getBoundingClientRect();
      return box.left < left || box.right > right ? [text.textContent] : [];
    });
  });
}

async function generate(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /generate sales/i })
    .first()
    .click();
}
