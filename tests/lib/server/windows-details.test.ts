import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CustomersAnswer, WindowsAnswer } from '../../../lib/contract/answers.ts';
import { AmountSketch } from '../../../lib/core/amount-sketch.ts';
import { type LocalBucket, openLocalBucket, result } from './local-bucket.ts';

const DAY = 86_400_000;
/** 24 January 2021 */
const DAY_MS = Date.UTC(2021, 0, 24);
const W = 120_000;

let local: LocalBucket;

beforeEach(async () => {
  local = await openLocalBucket(DAY_MS + 3 * DAY);
});
afterEach(() => local.close());

function sold(startMs: number, shardId: string, by: Readonly<Record<string, number>>) {
  const amounts = new AmountSketch();
  for (const cents of Object.values(by)) amounts.add(cents);
  return result(startMs, shardId, 1, Object.values(by), {
    customers: Object.entries(by).map(([name, salesCents]) => ({ name, recordCount: 1, salesCents })),
    amounts: amounts.serialize(),
  });
}

async function ask<T>(route: 'windows' | 'customers', query: string): Promise<T> {
  const { text } = await local.dashboard.answers[route](new URLSearchParams(query));
  return JSON.parse(Buffer.from(text).toString());
}

test('slots tell customers and quantiles when they are asked, also of a day that is over', async () => {
  await local.putResult(sold(DAY_MS + W, 'a', { Lizardfolk: 100, Kobold: 120 }));
  await local.putResult(sold(DAY_MS + 2 * W, 'b', { Kobold: 110 }));
  await local.putResult(result(DAY_MS + 20 * W, 'a', 9, [5]));
  for (const range of [`${DAY_MS}-${DAY_MS + 10 * W}`, 'day', '7d']) {
    const query = `day=2021-01-24&range=${range}`;
    const { slots } = await ask<WindowsAnswer>('windows', `${query}&with=customers,quantiles`);
    const told = slots.flatMap(({ customers = [] }) => customers);
    const sums = ['Kobold', 'Lizardfolk'].map((name) =>
      told.reduce((sum, part) => sum + (part.name === name ? part.salesCents : 0), 0),
    );
    expect(sums).toEqual([230, 100]);
    expect(slots.some(({ quantiles }) => quantiles?.medianCents != null)).toBe(range !== '7d');
    const plain = await ask<WindowsAnswer>('windows', query);
    expect(plain.slots.some((slot) => slot.customers !== undefined || slot.quantiles !== undefined)).toBe(
      false,
    );
  }
});

test('a range is ranked with its open windows, against as much of the range before', async () => {
  const today = DAY_MS + 3 * DAY;
  local.clock.nowMs = today + 60 * W;
  await local.putResult(sold(today + W, 'a', { Kobold: 300 }));
  await local.putSnapshot(sold(today + 60 * W, 'a', { Kobold: 50, Lizardfolk: 500 }));
  await local.putResult(sold(today - DAY + W, 'a', { Kobold: 200 }));
  // Later on the day before than it is now.
  await local.putResult(sold(today - DAY + 100 * W, 'a', { Kobold: 9999 }));
  const answer = await ask<CustomersAnswer>('customers', 'range=day');
  expect(answer).toMatchObject({
    salesCents: 850,
    customers: [
      { name: 'Lizardfolk', salesCents: 500, beforeCents: 0 },
      { name: 'Kobold', salesCents: 350, beforeCents: 200 },
    ],
    others: null,
    untold: null,
    beforeMs: today - DAY,
    beforeToMs: local.clock.nowMs - DAY,
  });
});

test('what nobody could answer in time is refused, or left out', async () => {
  await expect(ask('customers', 'range=1y')).rejects.toMatchObject({ status: 400 });
  await expect(ask('windows', 'with=weight')).rejects.toMatchObject({ status: 400 });
  const { slots } = await ask<WindowsAnswer>('windows', 'range=1y&with=customers');
  expect(slots.every(({ customers }) => customers === undefined)).toBe(true);
});
