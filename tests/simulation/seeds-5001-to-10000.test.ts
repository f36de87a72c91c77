import { expect, test } from 'vitest';
import { playSeeds } from './play-seeds.ts';

test('5,000 schedules break no law, from seed 5001 on', { timeout: 600_000 }, async () => {
  expect(await playSeeds(5001, 5_000)).toEqual([]);
});
