import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Clock } from '../../../../infra/local/clock.ts';
import { openStreams } from '../../../../infra/local/kinesis/regional-streams.ts';
import { LOCAL_ACCOUNT } from '../../../../infra/local/local-settings.ts';
import { HOUR_MS } from '../../../../lib/core/window.ts';
import { startMs, temporaryFolder } from './local-kinesis.ts';

test('the sweep of old records goes on after the disk has refused it', async () => {
  const { folder, remove } = await temporaryFolder();
  let nowMs = startMs;
  const sleeping: (() => void)[] = [];
  const clock: Clock = { now: () => nowMs, sleep: () => new Promise((resolve) => sleeping.push(resolve)) };
  const minutePasses = async () => {
    for (const wake of sleeping.splice(0)) wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const streams = await openStreams({ dataDir: folder, clock, ...LOCAL_ACCOUNT, transitionMs: 0 });
  streams.home.ensure({ streamName: 'letters', shardCount: 2 });
  const stream = streams.home.stream('letters');
  streams.home.begin(stream, { kind: 'merge', shardIndex: 0, adjacentIndex: 1 });
  expect(stream.shards).toHaveLength(3);
  nowMs += 25 * HOUR_MS; // the two parents have expired

  const obstacle = path.join(folder, 'kinesis', 'letters', 'stream.json.new');
  await mkdir(obstacle);
  await minutePasses();
  expect(stream.shards).toHaveLength(3);
  await rm(obstacle, { recursive: true });
  nowMs += HOUR_MS;
  await minutePasses();
  expect(stream.shards).toHaveLength(1);
  expect(await readdir(path.join(folder, 'kinesis', 'letters'))).toEqual(['stream.json']);
  await streams.close();
  await remove();
});
