import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { keysOf, putResult, readObject } from './bucket.ts';
import { expect, type Pipeline, test } from './pipeline.ts';

test.beforeEach(({ brisk }) => brisk.reset());

const ranked = (page: Page) => page.getByTestId('customers').locator('tbody tr');

/** Cents by customer over all results, by nothing but the contract. */
async function sold(pipeline: Pipeline): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const key of await keysOf(pipeline, 'revenue_sum/')) {
    const { customers }: { customers: Record<string, { sales: number }> } = JSON.parse(
      await readObject(pipeline, key),
    );
    for (const [name, { sales }] of Object.entries(customers)) {
      sums.set(name, (sums.get(name) ?? 0) + Math.round(sales * 100));
    }
  }
  return sums;
}

test('who buys is ranked while it is sold, and stays so in the results; bars and inspector are split the same way', async ({
  page,
  brisk,
}) => {
  test.slow();
  await page.goto(brisk.url);
  await page.getByRole('tab', { name: 'Customers' }).click();
  await expect(page.getByText('Nobody has bought anything in this range.')).toBeVisible();
  await page.getByRole('button', { name: 'Generate sales' }).click();
  // Before the window closes, or soon after it.
  await expect(ranked(page).first()).toBeVisible({ timeout: 10_000 });
  await expect
    .poll(async () => (await keysOf(brisk, 'revenue_sum/')).length, { timeout: 20_000 })
    .toBeGreaterThan(0);
  await expect
    .poll(
      async () => {
        const rows = await ranked(page).evaluateAll((all) =>
          all.map((row): [string, number] => [
            row.querySelector('th')?.textContent ?? '',
            Number(row.getAttribute('data-cents')),
          ]),
        );
        return Object.fromEntries(rows);
      },
      { timeout: 15_000 },
    )
    .toEqual(Object.fromEntries(await sold(brisk)));
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Split the bars by customer' }).click();
  await expect(page).toHaveURL(/customers=1/);
  await expect(page.getByRole('heading', { name: /^Sales by customer per 5-second window/ })).toBeVisible();
  const [first = ''] = [...(await sold(brisk))].sort(([, a], [, b]) => b - a)[0] ?? [];
  await expect(page.getByTestId('chart-legend').getByText(first, { exact: true })).toBeVisible();

  await page.getByRole('tab', { name: 'Table' }).click();
  await page.locator('[data-testid="window-row"][data-state="closed"] button').first().click();
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-state', 'closed');
  await expect(page.getByRole('row', { name: new RegExp(`^${first} `) }).first()).toBeVisible();
  await expectAccessible(page);
});

test('an older result does not tell who bought, and says so in bars, table and ranking', async ({
  page,
  calm,
}) => {
  await calm.reset();
  const noon = Date.parse('2024-05-14T12:00:00Z');
  await putResult(calm, { startMs: noon, seconds: 120, sales: 70, records: 7 });
  await putResult(calm, {
    startMs: noon + 120_000,
    seconds: 120,
    sales: 30,
    records: 3,
    customers: { Kobold: [3, 30] },
  });
  await page.goto(`${calm.url}/?day=2024-05-14&range=${noon}-${noon + 600_000}&customers=1&tz=utc`);
  await expect(page.getByTestId('chart-legend')).toContainText('Customer not told');
  await page.getByRole('tab', { name: 'Customers' }).click();
  await expect(ranked(page)).toContainText([/Kobold.*\$30.*30\.0 %/, /Results that name no customers.*\$70/]);
  await page.setViewportSize({ width: 320, height: 800 });
  await expectAccessible(page);
});

test('a median says that it is one within 1 %, in chart, table and export alike', async ({ page, brisk }) => {
  await page.goto(`${brisk.url}/?measure=median&tz=utc`);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  const bar = page.getByTestId('chart').locator('[data-state="closed"]').last();
  await expect(bar).toHaveAttribute('data-value', /^\d+$/, { timeout: 20_000 });
  await expect(
    page.getByRole('heading', { name: /^Median sale, ≈ within 1 %, per 5-second window/ }),
  ).toBeVisible();
  const cents = Number(await bar.getAttribute('data-value'));
  await page.getByRole('tab', { name: 'Table' }).click();
  await expect(page.getByTestId('window-row').filter({ hasText: 'closed' }).first()).toContainText(/≈ \$\d/);
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'JSON file' }).click(),
  ]);
  const rows: { median_within_1_percent: number | null }[] = JSON.parse(
    await readFile(await download.path(), 'utf8'),
  );
  expect(rows.map((row) => row.median_within_1_percent)).toContain(cents / 100);
});

test('two windows stand side by side, each walked by itself, in the address and without a fault of access', async ({
  page,
  calm,
}) => {
  await calm.reset();
  const noon = Date.parse('2024-05-14T12:00:00Z');
  for (const [index, sales] of [10, 25, 40].entries()) {
    const customers = { Kobold: [1, sales - 5], Troll: [1, 5] } as const;
    await putResult(calm, { startMs: noon + index * 120_000, seconds: 120, sales, records: 2, customers });
  }
  await page.goto(`${calm.url}/?day=2024-05-14&range=${noon}-${noon + 600_000}&tz=utc&w=${noon + 240_000}`);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const table = page.getByTestId('comparison');
  const row = (name: string) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await expect(row('Sales')).toHaveText('Sales$40$25');
  await expect(row('Kobold')).toHaveText('Kobold$35$20');
  await page.getByRole('button', { name: 'Compare with the window before' }).click();
  await expect(row('Sales')).toHaveText('Sales$40$10');
  await expect(page.getByText('Sales +$30 against 12:00–12:02')).toBeVisible();
  await page.reload();
  await expect(row('Kobold')).toHaveText('Kobold$35$5');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
});

test('on a phone the bars come before the rate, within the first look; the rate tells of the open window', async ({
  page,
  brisk,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(brisk.url);
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.locator('[data-testid="chart"] [data-state="closed"]').last()).toBeVisible({
    timeout: 20_000,
  });
  const chart = await page.getByTestId('chart').boundingBox();
  expect((chart?.y ?? 844) + (chart?.height ?? 0)).toBeLessThanOrEqual(844);
  const rate = page.getByTestId('rate-now').locator('visible=true');
  await expect(rate).toHaveCount(1);
  expect((await rate.boundingBox())?.y).toBeGreaterThan(chart?.y ?? 0);
  // Of one window best, median and worst are its total once more.
  await expect(rate).not.toContainText('Day’s best');
  const startMs = Math.floor(Date.now() / 5000) * 5000 - 20_000;
  for (const each of [startMs, startMs + 5000]) {
    await putResult(brisk, { startMs: each, seconds: 5, sales: 70, records: 7 });
  }
  await expect(rate).toContainText('Day’s best');
  await rate.getByRole('button', { name: /^Day’s best window/ }).click();
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-state', 'closed');
  await expectAccessible(page);
});
