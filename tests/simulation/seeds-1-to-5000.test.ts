import { expect, test } from 'vitest';
import { playSeeds } from './play-seeds.ts';

test('5,000 schedules break no law, from seed 1 on', { timeout: 600_000 }, async () => {
  expect(await playSeeds(1, 5_000)).toEqual([]);
});
