import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { putResult } from './bucket.ts';
import { tabTo } from './keyboard.ts';
import { expect, type Pipeline, test, whileWindowHas } from './pipeline.ts';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
const NOON_MS = Date.parse('2024-05-14T12:00:00Z');
/** A part of a day, under which its whole day is shown. */
const PART = `${NOON_MS - 3_600_000}-${NOON_MS}`;

for (const [look, colorScheme, viewport] of [
  ['dark, 1440 px wide', 'dark', WIDE],
  ['light, 390 px wide', 'light', NARROW],
] as const) {
  test(`no state of the page breaks a rule of WCAG 2.2 AA: ${look}`, async ({ page, calm }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    await calm.reset();
    await page.goto(calm.url);
    await expect(page.getByTestId('first-run')).toBeVisible();
    await expectNoViolations(page, 'first run');

    await fill(calm);
    await page.goto(`${calm.url}/?day=2024-05-14&range=${PART}&cmp=yesterday&shards=1&limit=40&flags=1`);
    await page.getByRole('button', { name: 'Generate sales' }).click();
    await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(1);
    const chart = page.getByTestId('chart');
    await toChart(page);
    await page.mouse.move(0, 0); // a pointer over the plot would read a bar of its own
    await chart.focus();
    await page.keyboard.press('End');
    await expect(page.getByTestId('chart-tooltip')).toBeVisible();
    await openTools(page);
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await expectNoViolations(page, 'with data, a bar read and a menu open');
    await page.keyboard.press('Escape');
    if (viewport === NARROW) await page.keyboard.press('Escape');
    await expect(page).toHaveURL(new RegExp(`range=${PART}`)); // what was open is closed, and no more

    await page.getByRole('tab', { name: 'Table' }).click();
    const row = page.locator('[data-testid="window-row"][data-state="closed"]').first();
    await row.getByRole('button').click();
    await page.getByTestId('inspector').getByText('Explain this window').click();
    await page.getByRole('region', { name: 'Objects' }).locator('summary').first().click();
    await expect(page.getByTestId('raw-object').first()).toBeVisible();
    await page.route('**/api/{windows,sales}*', (route) =>
      route.fulfill({ status: 502, json: { problem: DENIED } }),
    );
    await page.keyboard.press('Escape');
    await page.reload();
    await expect(page.getByTestId('banner')).toBeVisible();
    await expectNoViolations(page, 'a problem at the first look');
    await page.unroute('**/api/{windows,sales}*');
    await row.getByRole('button').click();
    await page.getByRole('region', { name: 'Objects' }).locator('summary').first().click();
    await expect(page.getByTestId('raw-object').first()).toBeVisible();
    await expectNoViolations(page, 'table and inspector');
  });
}

test('nothing that opens breaks a rule of WCAG 2.2 AA', async ({ page, calm }) => {
  test.slow();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize(NARROW);
  await page.goto(calm.url);
  await expect(page.getByTestId('open-window')).toBeVisible();
  for (const name of ['Export', 'Data', 'Break it', 'Menu']) {
    if (name === 'Export') await openTools(page);
    await page.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await expectNoViolations(page, `menu ${name}`, '[role="menu"]');
    await page.keyboard.press('Escape');
    if (name === 'Export') await page.keyboard.press('Escape');
  }
  await page.getByTestId('live-status').click();
  await expectNoViolations(page, 'connection', '[popover]');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await expectNoViolations(page, 'keyboard sheet', 'dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Data', exact: true }).click();
  await page.getByRole('menuitem', { name: /Reset local data/ }).click();
  await expectNoViolations(page, 'question', 'dialog');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.route('**/api/sales', (route) => route.fulfill({ status: 502, json: { problem: DENIED } }));
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.getByTestId('open-window').getByRole('alert')).toHaveCount(1);
  await expectNoViolations(page, 'a click that failed', '[data-testid="open-window"]');
  for (const name of [/^Rejected/, /^Invocations/]) {
    await page.getByRole('tab', { name }).click();
    await expectNoViolations(page, String(name), '[role="tabpanel"]');
  }
});

test('by keyboard alone, through the chart: from Generate sales to the raw object and back', async ({
  page,
  brisk,
}) => {
  await page.goto(`${brisk.url}/?tz=utc`);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await tabTo(page, '[data-look="primary"]');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-testid^="receipt-"][data-status="counted"]').first()).toBeVisible({
    timeout: 20_000,
  });
  await tabTo(page, '[data-testid="chart"]');
  await page.keyboard.press('End');
  const spoken = page.locator('[aria-live="polite"]');
  for (let press = 0; press < 20; press += 1) {
    if (/closed/.test((await spoken.first().textContent()) ?? '')) break;
    await page.keyboard.press('ArrowLeft');
  }
  await expect(spoken.first()).toContainText(/closed/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeFocused();
  await tabTo(page, '[aria-label="Objects"] summary');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('raw-object').first()).toContainText('"tot_record_count"');
  await tabTo(page, '[data-testid="raw-object"]');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('inspector')).toHaveCount(0);
  await expect(page.getByTestId('chart')).toBeFocused();
});

test('each window that closes is announced once, politely', async ({ page, brisk }) => {
  await page.goto(brisk.url);
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => {
      for (const region of document.querySelectorAll('[role="status"].sr-only')) {
        const words = region.textContent ?? '';
        if (words !== '' && said.at(-1) !== words) said.push(words);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const said = () => page.evaluate(() => (window as unknown as { readonly said: readonly string[] }).said);
  for (let close = 1; close <= 2; close += 1) {
    await page.getByRole('button', { name: 'Generate sales' }).click();
    await expect.poll(async () => (await said()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(close);
  }
  const all = await said();
  for (const words of all) {
    expect(words).toMatch(/^\d\d:\d\d(:\d\d)? to \d\d:\d\d(:\d\d)? closed: \$[\d,.]+ from \d+ records\.$/);
  }
  const windows = all.map((words) => words.split(' closed')[0]);
  expect(new Set(windows).size).toBe(windows.length);
});

test('at 320 px nothing has to be scrolled sideways', async ({ page, calm }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const fits = async (what: string) =>
    expect
      .soft(await page.evaluate(() => document.documentElement.scrollWidth), what)
      .toBeLessThanOrEqual(320);
  await calm.reset();
  await page.goto(calm.url);
  await expect(page.getByTestId('first-run')).toBeVisible();
  await fits('first run');
  await fill(calm);
  await page.goto(`${calm.url}/?day=2024-05-14&range=${PART}&cmp=yesterday&shards=1&limit=40&flags=1`);
  await expect(page.getByTestId('open-window')).toBeVisible();
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.locator('[data-testid^="receipt-"]')).toHaveCount(1);
  await fits('with data');
  await page.getByRole('tab', { name: 'Table' }).click();
  await fits('table');
  await page.getByTestId('window-row').first().getByRole('button').click();
  await expect(page.getByTestId('inspector')).toBeVisible();
  await fits('inspector');
});

test.describe('touched with a finger', () => {
  test.use({ viewport: NARROW, hasTouch: true, isMobile: true });

  test('every target is at least 44 px in both directions', async ({ page, calm }) => {
    await fill(calm);
    await page.goto(calm.url);
    await page.getByRole('button', { name: 'Generate sales' }).tap();
    await expect(page.locator('[data-testid^="receipt-"]').first()).toBeVisible();
    expect.soft(await smallTargets(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Table' }).tap();
    await page.getByTestId('window-row').first().getByRole('button').tap();
    await expect(page.getByTestId('inspector')).toBeVisible();
    expect.soft(await smallTargets(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
    for (const name of ['View', 'Export']) {
      await openTools(page);
      await page.getByRole('button', { name, exact: true }).tap();
      await expect(page.getByRole('menu')).toBeInViewport({ ratio: 1 });
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    }
  });

  test('a tap on a bar shows it under the plot, and nothing is left to hovering', async ({ page, calm }) => {
    await calm.reset();
    await fill(calm);
    await page.goto(`${calm.url}/?day=2024-05-14&range=1h`);
    await toChart(page);
    const bar = page.getByTestId('chart').locator('[data-state="closed"]').last();
    await bar.scrollIntoViewIfNeeded();
    const box = await bar.boundingBox();
    if (box === null) throw new Error('Expected the bar to have a place, got none');
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await page.getByRole('button', { name: 'Inspect window' }).tap();
    await expect(page.getByTestId('inspector')).toHaveAttribute('data-state', 'closed');
  });
});

test('magnified four times the page keeps its room to read', async ({ page, calm }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await page.goto(calm.url);
  await expect(page.getByTestId('live-status')).toContainText('Live');
  await page.mouse.wheel(0, 1200);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(400);
  const covered = await page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter((each) => ['fixed', 'sticky'].includes(getComputedStyle(each).position))
      .map((each) => each.getBoundingClientRect())
      .filter((box) => box.width > 200 && box.bottom > 0 && box.top < window.innerHeight)
      .reduce((sum, box) => sum + box.height, 0),
  );
  expect(covered).toBe(0);
});

test('a kiosk fills the screen, has nothing to press by accident, and is left by a tap or Esc', async ({
  page,
  calm,
}) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await calm.reset();
  await putResult(calm, {
    startMs: (Math.floor(Date.now() / 120_000) - 3) * 120_000,
    seconds: 120,
    sales: 12,
    records: 3,
  });
  const kiosk = () => page.goto(`${calm.url}/?kiosk=1`);
  await kiosk();
  const chart = page.getByTestId('chart');
  await expect(chart).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
  expect(await page.getByTestId('day-total').evaluate((each) => getComputedStyle(each).fontSize)).toBe(
    '120px',
  );
  const box = await chart.boundingBox();
  expect(box?.height).toBeGreaterThan(500);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(1080);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Generate sales' })).toBeVisible();
  await kiosk();
  await page.getByTestId('day-total').click();
  await expect(page).not.toHaveURL(/kiosk/);
});

test('without colours and without motion every state keeps its own sign', async ({ page, calm }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await calm.reset();
  const lengthMs = 120_000;
  const startMs = (Math.floor(Date.now() / lengthMs) - 3) * lengthMs;
  await putResult(calm, { startMs, seconds: 120, sales: 12, records: 3 });
  await page.goto(calm.url);
  const chart = page.getByTestId('chart');
  await whileWindowHas(20, calm);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const open = chart.locator('[data-drawn="open"]');
  await expect(open).toHaveAttribute('stroke-dasharray', /\d/);
  await expect(open).toHaveAttribute('fill', /^url\(/);
  await expect(page.getByText('so far, not final')).toBeVisible();
  const closed = chart.locator('[data-drawn="closed"]');
  await expect(closed).not.toHaveAttribute('stroke-dasharray', /\d/);
  await expect(closed).not.toHaveAttribute('fill', /^url\(/);
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  // What is chosen, running or to be pressed differs from what is not, in the system's colours, too.
  const look = (selector: string, property: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  expect(await look('[data-generate]', 'color')).not.toBe(await look('[data-generate]', 'background-color'));
  expect(await look('[data-generate]', 'color')).not.toBe(await look('body', 'background-color'));
  expect(await look('[role="tab"][aria-selected="false"]', 'border-bottom-color')).toBe(
    await look('body', 'background-color'),
  );
  expect(await look('[role="tab"][aria-selected="true"]', 'border-bottom-color')).not.toBe(
    await look('body', 'background-color'),
  );
  expect(await look('.ring-hand', 'stroke')).not.toBe(await look('.ring-track', 'stroke'));
  // The system's colours, not the page's own.
  expect(
    await page.evaluate(() => {
      const canvas = document.body.appendChild(document.createElement('p'));
      canvas.style.color = 'CanvasText';
      const colour = getComputedStyle(canvas).color;
      canvas.remove();
      return getComputedStyle(document.querySelector('h1') ?? document.body).color === colour;
    }),
  ).toBe(true);
});

const DENIED = {
  kind: 'access-denied',
  message: 'Not allowed: s3:ListBucket on arn:aws:s3:::name.',
  fix: '{"Effect": "Allow"}',
  action: 's3:ListBucket',
  resource: 'arn:aws:s3:::name',
};

/** Of the whole page, or of what is within a selector. */
async function expectNoViolations(page: Page, what: string, within = 'html'): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .include(within)
    .options({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'target-size': { enabled: true } },
    })
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect.soft(found, what).toEqual([]);
}

/** What can be pressed, is seen, and is smaller than a fingertip; links within a sentence are as high as it is. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const targets = document.querySelectorAll(
      'button, select, summary, input, [role="tab"], [role="switch"], [role^="menuitem"]',
    );
    return [...targets].flatMap((target) => {
      // A label around a field is part of its target.
      const box = (target.closest('label') ?? target).getBoundingClientRect();
      const isSeen =
        target.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width > 1;
      const isSmall = box.width < 44 || box.height < 44;
      return isSeen && isSmall
        ? `${Math.round(box.width)} × ${Math.round(box.height)}: ${target.outerHTML.slice(0, 120)}`
        : [];
    });
  });
}

/** On a phone range, view and export are behind one button. */
async function openTools(page: Page): Promise<void> {
  if ((page.viewportSize()?.width ?? 0) < 640)
    await page.getByRole('button', { name: 'Range and view' }).click();
}

/** Below the first view it comes when it is scrolled to. */
function toChart(page: Page): Promise<void> {
  return page.getByRole('tabpanel', { name: 'Chart' }).scrollIntoViewIfNeeded();
}

/** A day of 2024 and the one before it, on two shards, with rejected records. */
async function fill(pipeline: Pipeline): Promise<void> {
  const lengthMs = 120_000;
  for (const ago of [1, 2, 8]) {
    const part = { startMs: NOON_MS - ago * lengthMs, seconds: 120, records: 2, rejected: 1 };
    for (const shard of [0, 1]) await putResult(pipeline, { ...part, shard, sales: 20 + ago });
    await putResult(pipeline, { ...part, startMs: part.startMs - 86_400_000, sales: 31 });
  }
}
