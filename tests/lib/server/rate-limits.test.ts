import { beforeEach, describe, expect, test } from 'vitest';
import { RateLimits } from '../../../lib/server/rate-limits.ts';
import { TokenBuckets } from '../../../lib/server/token-bucket.ts';

let elapsedMs = 0;
let limits: RateLimits;
const limitsOf = (salesPerHour: number) =>
  new RateLimits(salesPerHour, {
    now: () => Date.UTC(2026, 10, 30, 12) + elapsedMs,
    elapsed: () => elapsedMs,
    sleep: () => Promise.resolve(),
  });

beforeEach(() => {
  elapsedMs = 0;
  limits = limitsOf(1_000_000);
});

const sold = (recordCount: number) => () => Promise.resolve({ recordCount });
const sell = (client: string, count: number) => limits.selling(client, count, sold(count));
const failing = () => Promise.reject(new Error('no'));

describe('selling', () => {
  test('is a bucket of 60,000 records for each client, which fills by 1,000 a second', async () => {
    for (let click = 0; click < 6; click += 1) await sell('a', 10_000);
    elapsedMs = 2500;
    await expect(sell('a', 10_000)).rejects.toMatchObject({
      status: 429,
      message:
        'Expected at most 60000 records a minute from one browser, got more. Try again in 8 s (at 12:00:10 UTC).',
      retrySeconds: 8,
    });
    await sell('b', 10_000);
    elapsedMs = 9999;
    await expect(sell('a', 10_000)).rejects.toMatchObject({ status: 429 });
    elapsedMs = 10_000;
    await sell('a', 10_000);
    await expect(sell('a', 1)).rejects.toMatchObject({ status: 429 });
  });

  test('no moment lets through more than a bucket, however the clicks fall about it', async () => {
    let passed = 0;
    for (elapsedMs = 59_000; elapsedMs <= 61_000; elapsedMs += 10) {
      await sell('a', 1000).then(
        () => {
          passed += 1000;
        },
        () => {},
      );
    }
    expect(passed).toBe(62_000);
  });

  test('is a bucket of 120,000 records for all together', async () => {
    for (let click = 0; click < 12; click += 1) await sell(`client ${click}`, 10_000);
    await expect(sell('another', 10_000)).rejects.toThrow(
      /120000 records a minute, got more\. Try again in 5 s/,
    );
    // What was refused was taken from nothing.
    elapsedMs = 5000;
    await sell('another', 10_000);
  });

  test('is at most SALES_PER_HOUR in any hour, and says when there is more', async () => {
    limits = limitsOf(1000);
    await sell('a', 600);
    elapsedMs = 30 * 60_000;
    await sell('b', 400);
    await expect(sell('b', 1)).rejects.toMatchObject({
      status: 429,
      message:
        'Expected at most 1000 records an hour (SALES_PER_HOUR), got more. Try again in 1860 s (at 13:01:00 UTC).',
    });
    elapsedMs = 61 * 60_000 - 1;
    await expect(sell('a', 1)).rejects.toMatchObject({ status: 429 });
    elapsedMs += 1;
    await sell('a', 600);
    await expect(sell('a', 1)).rejects.toMatchObject({ status: 429 });
  });

  test('gives back what a click did not sell, and all of a click that failed', async () => {
    limits = limitsOf(1000);
    for (let click = 0; click < 20; click += 1) await limits.selling('a', 900, sold(1));
    for (let click = 0; click < 20; click += 1) {
      await expect(limits.selling('a', 900, failing)).rejects.toThrow('no');
    }
    await sell('a', 980);
    await expect(sell('a', 1)).rejects.toMatchObject({ status: 429 });
  });

  test('gives back also what was taken in the minute before', async () => {
    limits = limitsOf(1000);
    await expect(
      limits.selling('a', 900, async () => {
        elapsedMs += 65_000;
        throw new Error('late');
      }),
    ).rejects.toThrow('late');
    await sell('a', 1000);
  });

  test('of more than there ever is names no time', async () => {
    limits = limitsOf(300);
    await expect(sell('a', 301)).rejects.toMatchObject({
      status: 400,
      message: 'Expected at most 300 records an hour (SALES_PER_HOUR), got 301 at once. Ask for fewer.',
    });
    await limits.selling('a', null, sold(300));
  });
});

describe('signing in', () => {
  test('is tried ten times from one address, once more each 90 s, and elsewhere all the same', () => {
    for (let attempt = 0; attempt < 10; attempt += 1) limits.attempt('a');
    expect(() => limits.attempt('a')).toThrow(/Too many attempts to sign in\. Try again in 90 s/);
    limits.attempt('b');
    elapsedMs = 90_000;
    limits.attempt('a');
    expect(() => limits.attempt('a')).toThrow(/Too many/);
  });

  test('is tried a hundred times from all addresses together', () => {
    for (let attempt = 0; attempt < 100; attempt += 1) limits.attempt(`address ${attempt}`);
    expect(() => limits.attempt('another')).toThrow(/Too many/);
    elapsedMs = 9000;
    limits.attempt('another');
  });

  test('begins anew after the right password', () => {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      limits.attempt('a');
      limits.signedIn('a', 'sell');
    }
    for (let attempt = 0; attempt < 10; attempt += 1) limits.attempt('a');
    expect(() => limits.attempt('a')).toThrow(/Too many/);
  });

  test('does not begin anew for the password that may only watch: who has it may not guess the other for ever', () => {
    for (let attempt = 0; attempt < 9; attempt += 1) limits.attempt('a');
    for (let time = 0; time < 3; time += 1) {
      limits.attempt('a');
      limits.signedIn('a', 'watch');
    }
    limits.attempt('a');
    expect(() => limits.attempt('a')).toThrow(/Too many/);
  });
});

describe('whoever comes once', () => {
  const buckets = new TokenBuckets(10, 1000);

  test('is remembered no longer than it takes to fill a bucket', () => {
    for (let nowMs = 0; nowMs < 10_000; nowMs += 1) buckets.take(`address ${nowMs}`, 1, nowMs);
    expect(buckets.size).toBeLessThanOrEqual(1001);
  });

  test('makes nobody else wait, however many there are', () => {
    const many = new TokenBuckets(10, 1e9);
    const startedMs = performance.now();
    for (let address = 0; address < 100_000; address += 1) many.take(`address ${address}`, 10, address);
    // Looked through at each attempt, they would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(many.size).toBe(100_000);
  });
});
