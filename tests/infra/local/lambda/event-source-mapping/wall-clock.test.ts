import { expect, test } from 'vitest';
import { type Clock, steadyTime } from '../../../../../infra/local/clock.ts';
import { openStreams } from '../../../../../infra/local/kinesis/regional-streams.ts';
import { LOCAL_ACCOUNT } from '../../../../../infra/local/local-settings.ts';
import { temporaryFolder } from '../../kinesis/local-kinesis.ts';
import { NOON_MS, STREAM_ARN, VirtualMapping } from './virtual-mapping.ts';

const SHARD = 'shardId-000000000000';
const HOUR_MS = 3_600_000;

//   wall clock      0 a 1 │ an hour less          │ right again at 25
//   as time passes  0 a 1   b 2.5  c 4  | d 10.5  | e 26
test('a wall clock that is set back while records arrive lets no arrival fall, and windows close', async () => {
  const { folder, remove } = await temporaryFolder();
  let setMs = 0;
  const mapping = new VirtualMapping({
    environment: (environment) => ({ ...environment, clock, reader: streams }),
  });
  const { scheduler } = mapping;
  const passing = scheduler.process();
  const clock: Clock = {
    now: steadyTime(
      () => scheduler.nowMs + setMs,
      () => scheduler.nowMs,
    ),
    sleep: (ms, signal) => passing.sleep(ms, signal),
  };
  const streams = await openStreams({ dataDir: folder, clock, ...LOCAL_ACCOUNT, transitionMs: 0 });
  streams.keep = async () => {}; // the disk's time does not pass by this clock
  streams.home.ensure({ streamName: 'letters', shardCount: 1 });
  await mapping.start();
  await mapping.create();
  const put = async (letter: string, seconds: number) => {
    await mapping.until(seconds);
    const data = Buffer.from(letter).toString('base64');
    streams.home.put(streams.home.stream('letters'), [{ partitionKey: 'p', data, explicitHashKey: null }]);
  };

  await put('a', 1);
  setMs = -HOUR_MS;
  await put('b', 4);
  await put('c', 7);
  await put('d', 20);
  await mapping.until(25);
  setMs = 0;
  await put('e', 26);
  await mapping.until(45);

  const page = await streams.read(
    STREAM_ARN,
    SHARD,
    { type: 'TRIM_HORIZON' },
    { maxRecords: 10, maxBytes: 1000 },
  );
  expect(page.records.map(({ arrivalMs }) => (arrivalMs - NOON_MS) / 1000)).toEqual([1, 2.5, 4, 10.5, 26]);
  const finals = mapping.calls.filter(({ event }) => event.isFinalInvokeForWindow);
  expect(finals.map(({ event }) => event.state?.letters)).toEqual(['abc', 'd', 'e']);
  await streams.close();
  await remove();
});
