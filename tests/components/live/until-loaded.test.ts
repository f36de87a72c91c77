import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untilLoaded } from '../../../components/live/until-loaded.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a part that fails to load is asked for again until it is there', async () => {
  const load = vi.fn().mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
  load.mockResolvedValue('part');
  const loaded = untilLoaded(load);
  await vi.advanceTimersByTimeAsync(4000);
  await expect(loaded).resolves.toBe('part');
  expect(load).toHaveBeenCalledTimes(3);
});

test('a part that never comes is given up after a minute', async () => {
  const load = vi.fn().mockRejectedValue(new Error('gone'));
  const failure = expect(untilLoaded(load)).rejects.toThrow('gone');
  await vi.advanceTimersByTimeAsync(60_000);
  await failure;
  expect(load).toHaveBeenCalledTimes(30);
});
