import { describe, expect, test } from 'vitest';
import { RateLimits } from '../../../lib/server/rate-limits.ts';

const sold = (recordCount: number) => () => Promise.resolve({ recordCount });

describe('selling', () => {
  test('is bounded by the hour for everyone together, and says when there is more', async () => {
    const limits = new RateLimits(1000);
    await limits.selling('a', 600, sold(600));
    await expect(limits.selling('b', 600, sold(600))).rejects.toMatchObject({
      status: 429,
      message: expect.stringMatching(
        /1000 records an hour \(SALES_PER_HOUR\), got more\. Try again in \d+ s \(at \d\d:\d\d:\d\d UTC\)/,
      ),
      retrySeconds: expect.any(Number),
    });
    // What was refused was not taken.
    await limits.selling('b', 400, sold(400));
  });

  test('gives back what a click did not sell, or a click that failed', async () => {
    const limits = new RateLimits(1000);
    for (let click = 0; click < 20; click += 1) await limits.selling('a', 900, sold(1));
    const failing = () => Promise.reject(new Error('no'));
    for (let click = 0; click < 20; click += 1) {
      await expect(limits.selling('a', 900, failing)).rejects.toThrow('no');
    }
    await limits.selling('a', 980, sold(980));
    await expect(limits.selling('a', 1, sold(1))).rejects.toMatchObject({ status: 429 });
  });

  test('is bounded for one client, whatever is left for others', async () => {
    const limits = new RateLimits(1_000_000);
    for (let click = 0; click < 6; click += 1) await limits.selling('a', 10_000, sold(10_000));
    await expect(limits.selling('a', 10_000, sold(10_000))).rejects.toThrow(/a minute from one browser/);
    await limits.selling('b', 10_000, sold(10_000));
  });
});

describe('signing in', () => {
  test('is tried ten times from one address, and elsewhere all the same', async () => {
    const limits = new RateLimits(1000);
    for (let attempt = 0; attempt < 10; attempt += 1) await limits.attempt('a');
    await expect(limits.attempt('a')).rejects.toMatchObject({ status: 429 });
    await limits.attempt('b');
  });

  test('is tried a hundred times from all addresses together', async () => {
    const limits = new RateLimits(1000);
    for (let attempt = 0; attempt < 100; attempt += 1) await limits.attempt(`address ${attempt}`);
    await expect(limits.attempt('another')).rejects.toMatchObject({ status: 429 });
  });

  test('begins anew after the right password', async () => {
    const limits = new RateLimits(1000);
    for (let attempt = 0; attempt < 30; attempt += 1) {
      await limits.attempt('a');
      await limits.signedIn('a');
    }
  });
});
