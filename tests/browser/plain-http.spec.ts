import { BROWSER_ARGUMENTS } from './launch.ts';
import { expect, openPipeline, test } from './pipeline.ts';

test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({
      ...launchOptions,
      args: [...BROWSER_ARGUMENTS, '--host-resolver-rules=MAP dash.test 127.0.0.1'],
    }),
});

test('by plain HTTP under a name, Generate sells and Copy copies', async ({ page }) => {
  const pipeline = await openPipeline({ windowSeconds: 5, shardCount: 1 }, { DASHBOARD_HOSTS: 'dash.test' });
  try {
    await page.goto(`http://dash.test:${new URL(pipeline.url).port}`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.getByRole('button', { name: 'Generate sales' }).click();
    await expect(page.locator('[data-testid^="receipt-"][data-status="counted"]').first()).toBeVisible();
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByRole('menuitem', { name: /copy link/i }).click();
    await expect(page.getByTestId('notice')).toContainText('The link is copied.');
    await page.getByRole('tab', { name: 'Records' }).click();
    const filter = page.getByRole('searchbox', { name: 'Filter the records' });
    await filter.press('ControlOrMeta+V');
    await expect(filter).toHaveValue(/^http:\/\/dash\.test:\d+\/\?.*range=\d{13}-\d{13}/);
  } finally {
    await pipeline.close();
  }
});
