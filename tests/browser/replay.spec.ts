import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { expect, test } from './pipeline.ts';

test.beforeEach(({ brisk }) => brisk.reset());

const replay = (page: Page) => page.getByTestId('replay');
const counted = (page: Page) => page.locator('[data-testid^="receipt-"][data-status="counted"]');
const position = (page: Page) => page.getByRole('slider', { name: 'Position in the day' });

test('a day that was exported is played again from its file alone, and the page goes back to now', async ({
  page,
  context,
  brisk,
}) => {
  await page.goto(brisk.url);
  for (const clicks of [1, 2]) {
    await page.getByRole('button', { name: 'Generate sales' }).click();
    await expect(counted(page)).toHaveCount(clicks, { timeout: 20_000 });
  }
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Replay file of this day' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^replay-\d{4}-\d\d-\d\d\.ndjson$/);
  const text = await readFile(await download.path(), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const cents = lines
    .filter(({ kind }) => kind === 'result')
    .reduce((sum, { body }) => sum + Math.round(JSON.parse(body).sales * 100), 0);
  expect(cents).toBeGreaterThan(0);
  expect(lines.filter(({ kind }) => kind === 'receipt')).toHaveLength(2);

  await untilDropIsShown(page);
  await context.setOffline(true);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await drop(page, 'day.ndjson', text);
  await expect(page.getByTestId('mode-badge')).toHaveText('REPLAY');
  await expect(page.getByRole('button', { name: /Generate sales|Break it/ })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Pipeline' })).toHaveCount(0);

  // Again, over the first: its clock is the one that goes.
  await drop(page, 'day.ndjson', text);
  await replay(page).getByRole('button', { name: '1x', exact: true }).click();
  await position(page).press('Home');
  if ((await replay(page).getAttribute('data-playing')) === 'false') await page.keyboard.press('Space');
  const began = await position(page).getAttribute('aria-valuetext');
  await expect(position(page)).not.toHaveAttribute('aria-valuetext', began ?? '');
  await page.keyboard.press('Space');
  await expect(replay(page)).toHaveAttribute('data-playing', 'false');
  await position(page).press('Home');
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '0');
  await expect(replay(page)).toContainText(`Replaying ${lines[0].day} at 1x`);
  const stands = await position(page).getAttribute('aria-valuetext');
  await replay(page).getByRole('button', { name: '60x' }).click();
  await expect(position(page)).toHaveAttribute('aria-valuetext', stands ?? '');

  await replay(page).getByRole('button', { name: 'Play' }).click();
  await expect(replay(page)).toContainText(`End of ${lines[0].day}`);
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', String(cents));
  await expect(counted(page)).toHaveCount(2);
  await page.getByRole('tab', { name: 'Table' }).click();
  await page.locator('[data-testid="window-row"][data-state="closed"] button').first().click();
  await page.getByRole('region', { name: 'Objects' }).locator('summary').first().click();
  await expect(page.getByTestId('raw-object').first()).toContainText('"tot_record_count"');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);

  await drop(page, 'holiday.png', 'no replay <b>at all</b>');
  const refusal = page.getByRole('dialog', { name: 'This file cannot be replayed' });
  await expect(refusal).toContainText('got "no replay <b>at all</b>". Make one with Export');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(replay(page)).toContainText(`End of ${lines[0].day}`);
  expect(asked.filter((url) => /\/api\/|\.js\b/.test(url))).toEqual([]);

  await context.setOffline(false);
  await replay(page).getByRole('button', { name: 'Close' }).click();
  await expect(replay(page)).toHaveCount(0);
  await expect(page.getByTestId('mode-badge')).toContainText('LOCAL');
  await expect(page.getByTestId('live-status')).toHaveText('Live', { timeout: 20_000 });
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', String(cents));
  await expect(page.getByRole('button', { name: 'Generate sales' })).toBeVisible();
});

test('an export that the server refuses says why', async ({ page, brisk }) => {
  const message = 'Not allowed: s3:GetObject on arn:aws:s3:::results/*.';
  await page.route('**/api/replay*', (route) =>
    route.fulfill({
      status: 502,
      json: { problem: { kind: 'access-denied', message, fix: '{}', action: null, resource: null } },
    }),
  );
  await page.goto(brisk.url);
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Replay file of this day' }).click();
  const refusal = page.getByRole('dialog', { name: 'The replay file cannot be made' });
  await expect(refusal.getByRole('alert')).toContainText(message);
  await expect(refusal.getByRole('button', { name: 'Copy the fix' })).toBeVisible();
});

test('a file that is none says what to do, and takes nothing from the page; another can be chosen', async ({
  page,
  brisk,
}) => {
  await page.goto(`${brisk.url}/?tz=utc&range=4h`);
  await page.getByRole('button', { name: 'Export' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('menuitem', { name: 'Open a replay file…' }).click(),
  ]);
  await chooser.setFiles({ name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  const refusal = page.getByRole('dialog', { name: 'This file cannot be replayed' });
  await expect(refusal).toContainText('Expected a replay file');
  const [second] = await Promise.all([
    page.waitForEvent('filechooser'),
    refusal.getByRole('button', { name: 'Choose another file' }).click(),
  ]);
  const header = await (await fetch(`${brisk.url}/api/replay?day=2021-01-24`)).text();
  await second.setFiles({ name: 'a.ndjson', mimeType: 'text/plain', buffer: Buffer.from(header) });
  await expect(replay(page)).toBeVisible();
  await expect(refusal).toHaveCount(0);
  await replay(page).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByTestId('live-status')).toHaveText('Live');
  expect(new URL(page.url()).search).toBe('?range=4h&tz=utc');
});

/** What plays a file comes some seconds after the page; from then on it does without a server. */
async function untilDropIsShown(page: Page): Promise<void> {
  const isShown = () =>
    page.evaluate(async () => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([''], 'day.ndjson'));
      const hover = (type: string) => window.dispatchEvent(new DragEvent(type, { dataTransfer }));
      hover('dragenter');
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const shown = document.body.textContent.includes('Drop a replay file to play it');
      hover('dragleave');
      return shown;
    });
  await expect.poll(isShown).toBe(true);
}

/** Drops a file on the page, as a hand would. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const isTaken = () =>
    page.evaluate(
      ([fileName, content]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content ?? ''], fileName ?? ''));
        const over = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
        document.body.dispatchEvent(over);
        if (!over.defaultPrevented) return false;
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        return true;
      },
      [name, text],
    );
  await expect.poll(isTaken).toBe(true);
}
