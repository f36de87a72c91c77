import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { parseRejected } from '../../lib/core/rejected-records.ts';
import { parseResult, type WindowResult } from '../../lib/core/window-result.ts';
import { keysOf, putObject, readObject } from './bucket.ts';
import { expect, type Pipeline, test, whileWindowHas } from './pipeline.ts';

test.use({ windowSeconds: 5, shardCount: 2 });

test('what a click sends is what its windows hold, on the page, in the table and in S3', async ({
  page,
  pipeline,
}) => {
  await page.goto(pipeline.url);
  const sent: Sent[] = [];
  for (let click = 0; click < 4; click += 1) {
    sent.push(await generate(page));
    await page.waitForTimeout(4000); // spreads the clicks over at least three windows: it is the clock that is tested
  }
  const results = await resultsOf(pipeline, total(sent).records);
  expect(new Set(results.map((result) => result.window.startMs)).size).toBeGreaterThanOrEqual(3);
  expect(new Set(results.map((result) => result.shardId)).size).toBe(2);
  expect(sum(results)).toEqual(total(sent));
  for (const { requestId, records, cents } of sent) {
    const shares = results
      .flatMap((result) => result.requests)
      .filter((share) => share.requestId === requestId);
    expect(shares.reduce((count, share) => count + share.recordCount, 0)).toBe(records);
    expect(shares.reduce((amount, share) => amount + share.salesCents, 0)).toBe(cents);
    await expect(page.getByTestId(`receipt-${requestId}`)).toContainText(/counted/i);
  }

  await page.reload();
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', String(total(sent).cents));
  await page.getByRole('tab', { name: 'Table' }).click();
  const rows = page.locator('[data-testid="window-row"][data-state="closed"]');
  await expect(rows.first()).toBeVisible();
  const cents = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-cents'))));
  expect(cents.reduce((a, b) => a + b, 0)).toBe(total(sent).cents);
});

test('the bar of the open window grows within two seconds of a click', async ({ page, pipeline }) => {
  await page.goto(pipeline.url);
  const open = page.getByTestId('open-window');
  // A click late in a window may fall into the next one: start early in one.
  await whileWindowHas(4, pipeline);
  const { records } = await generate(page);
  await expect(open).toHaveAttribute('data-records', String(records), { timeout: 2000 });
});

test('killed in mid-window and started again, it counts every record once', async ({ page, pipeline }) => {
  await page.goto(pipeline.url);
  const before = await generate(page);
  await pipeline.restart();
  await page.goto(pipeline.url);
  const after = await generate(page);
  const results = await resultsOf(pipeline, before.records + after.records);
  expect(sum(results)).toEqual(total([before, after]));
});

test('records that are not sales are counted as rejected, kept, and shown', async ({ page, pipeline }) => {
  const notSales = [
    'this is not JSON',
    '{"cust_name":"Kobold","cust_id":1,"amt":12}',
    '{"cust_name":"Kobold","cust_id":1,"sales":"12"}',
    '{"cust_name":"Kobold","cust_id":1,"sales":1.234}',
    'x'.repeat(1024 * 1024 - 1), // with its partition key of one byte exactly 1 MiB
  ];
  for (const data of [...notSales, '{"cust_name":"Kobold","cust_id":1,"sales":12.34}']) {
    await pipeline.kinesis.send(
      new PutRecordCommand({ StreamName: 'data_pipe', PartitionKey: 'k', Data: Buffer.from(data) }),
    );
  }
  const results = await resultsOf(pipeline, 1);
  expect(sum(results)).toEqual({ records: 1, cents: 1234 });
  expect(results.reduce((count, result) => count + result.rejected, 0)).toBe(notSales.length);

  const kept = await keysOf(pipeline, 'rejected/');
  const bodies = await Promise.all(
    kept.map(async (key) => parseRejected(await readObject(pipeline, key))?.records ?? []),
  );
  expect(
    bodies
      .flat()
      .map(({ data }) => Buffer.from(data, 'base64').toString())
      .sort(),
  ).toEqual([...notSales].sort());

  await page.goto(pipeline.url);
  await expect(page.getByText(/5 rejected/i).first()).toBeVisible();
});

test("the original demo's results show on their day, their window marked as inferred", async ({
  page,
  pipeline,
}) => {
  await putObject(pipeline, 'revenue_sum/dt=2021_01_24/1611503884042.json', { sales: 42187 });
  await page.goto(`${pipeline.url}/?day=2021-01-24&tz=utc&view=table`);
  await expect(page.getByTestId('day-total')).toHaveAttribute('data-cents', '4218700');
  const row = page.locator('[data-testid="window-row"][data-state="closed"]');
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(/inferred/i);
});

interface Sent {
  readonly requestId: string;
  readonly records: number;
  readonly cents: number;
}

/** Clicks, and reads what the producer answered from the page's own request. */
async function generate(page: import('@playwright/test').Page): Promise<Sent> {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/api/sales')),
    page
      .getByRole('button', { name: /generate sales/i })
      .first()
      .click(),
  ]);
  const receipt = (await response.json()) as { requestId: string; recordCount: number; salesCents: number };
  return { requestId: receipt.requestId, records: receipt.recordCount, cents: receipt.salesCents };
}

function total(sent: readonly Sent[]): { records: number; cents: number } {
  return {
    records: sent.reduce((count, each) => count + each.records, 0),
    cents: sent.reduce((amount, each) => amount + each.cents, 0),
  };
}

function sum(results: readonly WindowResult[]): { records: number; cents: number } {
  return {
    records: results.reduce((count, result) => count + result.recordCount, 0),
    cents: results.reduce((amount, result) => amount + result.salesCents, 0),
  };
}

/** The window results in S3, once they hold that many sales. */
async function resultsOf(pipeline: Pipeline, records: number): Promise<WindowResult[]> {
  let results: WindowResult[] = [];
  await expect
    .poll(
      async () => {
        const keys = await keysOf(pipeline, 'revenue_sum/');
        results = await Promise.all(keys.map(async (key) => parseResult(await readObject(pipeline, key))));
        return sum(results).records;
      },
      { timeout: 30_000 },
    )
    .toBe(records);
  return results;
}
