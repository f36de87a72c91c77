import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steadyTime } from '../../../infra/local/clock.ts';

const HOUR_MS = 3_600_000;

test('time follows a wall clock that goes on or is set forward, and passes where it is set back', () => {
  let wallMs = HOUR_MS;
  let elapsedMs = 5;
  const now = steadyTime(
    () => wallMs,
    () => elapsedMs,
  );
  const after = (ms: number) => {
    wallMs += ms;
    elapsedMs += ms;
    return now();
  };
  expect(now()).toBe(HOUR_MS);
  expect(after(1000)).toBe(HOUR_MS + 1000);
  wallMs += HOUR_MS;
  expect(after(1000)).toBe(2 * HOUR_MS + 2000);
  wallMs -= 10_000;
  expect(after(1000)).toBe(2 * HOUR_MS + 2500); // 7.5 s ahead of the wall clock
  expect(after(20_000)).toBe(wallMs); // which has caught up
});

test('time never goes back, and at half speed at least', () => {
  const step = fc.record({
    ms: fc.nat({ max: 100_000 }),
    setMs: fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let wallMs = 0;
      let elapsedMs = 0;
      const now = steadyTime(
        () => wallMs,
        () => elapsedMs,
      );
      let before = now();
      for (const { ms, setMs } of steps) {
        wallMs += ms + setMs;
        elapsedMs += ms;
        const time = now();
        expect(time).toBeGreaterThanOrEqual(before + Math.floor(ms / 2) - 1);
        expect(time).toBeGreaterThanOrEqual(wallMs);
        before = time;
      }
    }),
  );
});
