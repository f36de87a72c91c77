import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { endProcess, startProcess } from '../runtime-process.ts';
import { putResult } from './bucket.ts';
import { openFaultyEndpoint, type Refusal, s3Refusal } from './faulty-endpoint.ts';
import { expect, freePagePort, type Pipeline, test, whileWindowHas } from './pipeline.ts';

const chart = (page: Page) => page.getByTestId('chart');
const banner = (page: Page) => page.getByTestId('banner');

test('no sales, missing, before the first data and not begun are told apart, in chart, table and words', async ({
  page,
  calm,
}) => {
  await calm.reset();
  const lengthMs = 120_000;
  // The window that is open has to stay so while it is looked at.
  await whileWindowHas(60, calm);
  const openMs = Math.floor(Date.now() / lengthMs) * lengthMs;
  const at = (ago: number) => openMs - ago * lengthMs;
  const sold = { seconds: 120, sales: 8, records: 2 };
  await putResult(calm, { ...sold, startMs: at(20) });
  await putResult(calm, { ...sold, startMs: at(10) });
  // What a browser remembers of a click whose records never came to anything.
  const place = `${calm.endpoint} ${calm.bucket}`;
  const lost = clickOf(place, at(15) + 5000, 77);
  await page.addInitScript((clicks) => localStorage.setItem('clicks', clicks), JSON.stringify([lost]));
  await page.goto(calm.url);
  const state = (ago: number) => chart(page).locator(`[data-start="${at(ago)}"]`);
  await expect(state(25)).toHaveAttribute('data-state', 'before');
  // What was put far behind the present is found when the day is next listed as a whole.
  await expect(state(18)).toHaveAttribute('data-state', 'empty', { timeout: 30_000 });
  await expect(state(15)).toHaveAttribute('data-state', 'missing');
  await expect(state(10)).toHaveAttribute('data-state', 'closed');
  await expect(state(0)).toHaveAttribute('data-state', 'open');
  await expect(state(15)).toContainText('?');
  await expect(state(18).locator('circle')).toHaveCount(1);
  await expect(state(25).locator('*')).toHaveCount(0);
  // None of the unknown ones is a zero.
  for (const ago of [25, 15]) await expect(state(ago)).toHaveAttribute('data-value', '');
  await expect(chart(page)).toHaveAttribute('aria-label', /1 missing/);

  await chart(page).focus();
  await page.keyboard.press('End');
  for (let step = 0; step < 15; step += 1) await page.keyboard.press('ArrowLeft');
  await expect(page.getByText(/77 records were sent for .* but no file exists/).first()).toBeVisible();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowLeft');
  await expect(
    page.getByText(/Nobody sold anything between .* and .*, so no file was written/).first(),
  ).toBeVisible();
  await page.keyboard.press('Escape');

  const strip = page.getByRole('region', { name: 'Reconciliation' });
  await expect(strip.locator('[data-sign]')).toHaveAttribute('data-sign', 'doubt');
  await expect(strip).toContainText(/77/);
  await page.getByRole('tab', { name: 'Table' }).click();
  const rows = page.getByTestId('window-row');
  await expect(rows.filter({ hasText: 'no sales' }).first()).toContainText('$0');
  await expect(rows.filter({ hasText: 'missing, sent but no file' })).toHaveCount(1);
  await expect(rows.filter({ hasText: 'missing' }).getByRole('cell').nth(1)).toHaveText(/^–/);
  await expect(rows.filter({ hasText: 'before the first data' }).first()).toContainText('–');
});

test('an empty day and an empty range say which of the two they are', async ({ page, calm }) => {
  await calm.reset();
  const noon = Date.parse('2024-03-05T12:00:00Z');
  await putResult(calm, { startMs: noon, seconds: 120, sales: 5, records: 1 });
  await page.goto(`${calm.url}/?day=2024-03-05&range=${noon - 7_200_000}-${noon - 3_600_000}&tz=utc`);
  await expect(page.getByText('Nothing in this range. The day has sales at other times.')).toBeVisible();
  await page.goto(`${calm.url}/?day=2024-03-06&range=day&tz=utc`);
  await expect(page.getByText(/No sales on Wed, Mar 6/)).toBeVisible();
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '0');
});

test('what fails in AWS is said with its cause and its cure, over the data that is there, and goes by itself', async ({
  page,
  context,
  calm,
}) => {
  test.slow();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await calm.reset();
  await putResult(calm, {
    startMs: (Math.floor(Date.now() / 120_000) - 6) * 120_000,
    seconds: 120,
    sales: 77.5,
    records: 4,
  });
  const endpoint = await openFaultyEndpoint(calm.endpoint);
  const dashboard = await startDashboard(calm, endpoint.url);
  try {
    await page.goto(dashboard.url);
    const total = page.getByTestId('day-total');
    await expect(total).toHaveAttribute('data-cents', '7750');
    for (const { refusal, kind, words, fix } of REFUSALS) {
      await test.step(kind, async () => {
        endpoint.refuse(refusal);
        await expect(banner(page)).toHaveAttribute('data-kind', kind, { timeout: 25_000 });
        for (const each of words) await expect(banner(page)).toContainText(each);
        await expect(total).toHaveAttribute('data-cents', '7750');
        await expect(page.getByTestId('live-status')).toContainText(/Reconnecting|Stale/);
        if (fix !== null) {
          await banner(page).getByRole('button', { name: /^Copy/ }).click();
          await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(fix);
        }
      });
    }
    endpoint.refuse(null);
    await expect(banner(page)).toHaveCount(0, { timeout: 25_000 });
    await expect(page.getByTestId('live-status')).toContainText('Live');

    await test.step('endpoint-down', async () => {
      await endpoint.close();
      await expect(banner(page)).toHaveAttribute('data-kind', 'endpoint-down', { timeout: 25_000 });
      await expect(banner(page)).toContainText(`${endpoint.url} does not answer`);
      const { port } = new URL(endpoint.url);
      await expect(banner(page)).toContainText(`LOCAL_AWS_PORT=${port} npm run local`);
      await expect(banner(page)).toContainText(/Retrying in [1-5] s/);
      await expect(total).toHaveAttribute('data-cents', '7750');
    });
  } finally {
    await endpoint.close();
    await dashboard.close();
  }
});

test('without credentials the page says so and how to get some, where it has no data yet', async ({
  page,
  calm,
}) => {
  const dashboard = await startDashboard(calm, calm.endpoint, {
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  try {
    await page.goto(dashboard.url);
    await expect(banner(page)).toHaveAttribute('data-kind', 'no-credentials', { timeout: 20_000 });
    await expect(banner(page).getByRole('alert')).toContainText('No AWS credentials were found');
    await expect(banner(page)).toContainText('aws sso login');
    await expect(banner(page)).not.toContainText('Showing data');
    // One card to sell from, and no empty ones beside it.
    await expect(page.getByText('Nothing could be read yet')).toBeVisible();
    await expect(page.locator('main section').filter({ visible: true })).toHaveCount(1);
  } finally {
    await dashboard.close();
  }
});

/** As AWS words them. */
const REFUSALS: readonly {
  readonly refusal: Refusal;
  readonly kind: string;
  readonly words: readonly string[];
  readonly fix: string | null;
}[] = [
  {
    refusal: s3Refusal(
      403,
      'AccessDenied',
      'User: arn:aws:sts::123456789012:assumed-role/page/i is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::tumbling-window-results" because no identity-based policy allows the s3:ListBucket action',
    ),
    kind: 'access-denied',
    words: ['Not allowed: s3:ListBucket on arn:aws:s3:::tumbling-window-results', 'role'],
    fix: '"Action": "s3:ListBucket"',
  },
  {
    refusal: s3Refusal(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      { 'x-amz-bucket-region': 'eu-west-1' },
    ),
    kind: 'wrong-region',
    words: ['The bucket is in eu-west-1'],
    fix: 'export AWS_REGION=eu-west-1',
  },
  {
    refusal: s3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist'),
    kind: 'bucket-missing',
    words: ['There is no bucket "tumbling-window-results"'],
    fix: 'aws s3 ls --endpoint-url',
  },
  {
    refusal: s3Refusal(503, 'SlowDown', 'Please reduce your request rate.'),
    kind: 'throttled',
    words: ['AWS asks to slow down'],
    fix: null,
  },
];

/** `npm run dashboard`: the page alone, against an endpoint of the test's choice. */
async function startDashboard(
  pipeline: Pipeline,
  endpoint: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const { child, url } = await startProcess('dashboard', {
    ...process.env,
    PORT: String(freePagePort()),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    BUCKET_NAME: pipeline.bucket,
    WINDOW_SECONDS: String(pipeline.windowSeconds),
    WINDOW_IDLE_SECONDS: '1',
    ...environment,
  });
  return { url, close: () => endProcess(child, 'SIGTERM') };
}

function clickOf(place: string, sentMs: number, recordCount: number): object {
  return {
    id: randomUUID(),
    place,
    sentMs,
    durationMs: 80,
    receipt: {
      requestId: randomUUID(),
      sentMs,
      durationMs: 80,
      recordCount,
      salesCents: 7700,
      complete: true,
      errorMessage: null,
      raw: '{}',
    },
    problem: null,
    shares: [],
    overdue: false,
  };
}
