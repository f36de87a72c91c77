import { readdir, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openStreams } from '../../../../../infra/local/kinesis/regional-streams.ts';
import { defineMapping } from '../../../../../infra/local/lambda/event-source-mapping/mapping-definition.ts';
import { openMappingFiles } from '../../../../../infra/local/lambda/event-source-mapping/mapping-files.ts';
import { openEventSourceMappings } from '../../../../../infra/local/lambda/event-source-mapping/mapping-registry.ts';
import { beginAt } from '../../../../../infra/local/lambda/window-tracker.ts';
import { LOCAL_ACCOUNT } from '../../../../../infra/local/local-settings.ts';
import { temporaryFolder, turnableClock } from '../../kinesis/local-kinesis.ts';
import { NOON_MS, VirtualMapping } from './virtual-mapping.ts';

const SHARD = 'shardId-000000000000';
const limits = { maxRecords: 10, maxBytes: 10_000 };

test('a checkpoint that is ahead of its shard stops the start: the numbers would be issued again', async () => {
  const { folder, remove } = await temporaryFolder();
  const { clock, turn } = turnableClock();
  const open = () => openStreams({ dataDir: folder, clock, ...LOCAL_ACCOUNT, transitionMs: 0 });
  const streams = await open();
  const { streamArn } = streams.home.ensure({ streamName: 'letters', shardCount: 1 });
  const stream = streams.home.stream('letters');
  const put = (letter: string) =>
    streams.home.put(stream, [{ partitionKey: letter, data: 'YQ==', explicitHashKey: null }]);
  const logs = path.join(folder, 'kinesis', 'letters', SHARD);
  put('a');
  const [file = ''] = await readdir(logs);
  const { size } = await stat(path.join(logs, file));
  put('b');
  const page = await streams.read(streamArn, SHARD, { type: 'TRIM_HORIZON' }, limits);
  await streams.close();

  const store = openMappingFiles(path.join(folder, 'event-source-mappings'));
  const FunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:counter';
  const input = { FunctionArn, EventSourceArn: streamArn, StartingPosition: 'TRIM_HORIZON' } as const;
  const configuration = defineMapping(input, 'a-mapping', NOON_MS);
  await store.saveMapping({
    createdMs: NOON_MS,
    configuration: { ...configuration, State: 'Disabled' },
    tags: {},
  });
  const checkpoint = { windowSeconds: 0, progress: beginAt(page.next), ended: false };
  await store.saveCheckpoint('a-mapping', SHARD, checkpoint);
  const start = async () => {
    const reader = await open();
    const mappings = await openEventSourceMappings({
      dataDir: folder,
      clock,
      reader,
      invoker: { invoke: () => Promise.reject(new Error('nobody calls')) },
      putFailureObject: async () => {},
      resolveStream: async () => null,
      idleSeconds: 0,
      log: () => {},
    }).finally(() => reader.close());
    await mappings.close();
  };
  await start();

  await truncate(path.join(logs, file), size);
  await expect(start()).rejects.toThrow(
    `Could not read ${logs}: its records from 2 on are gone, of which 2 has been read. Restore the file, or go on without them: \`touch `,
  );

  // Another stream of that name has numbers of its own.
  const again = await open();
  again.home.begin(again.home.stream('letters'), { kind: 'delete' });
  turn(1000);
  again.home.ensure({ streamName: 'letters', shardCount: 1 });
  await again.close();
  await start();
  await remove();
});

test('what a checkpoint counts is on the disk before the checkpoint is', async () => {
  const happened: string[] = [];
  const mapping = new VirtualMapping({
    environment: (environment) => ({
      ...environment,
      reader: { ...environment.reader, keep: async (_, shardId) => void happened.push(`kept ${shardId}`) },
      store: {
        ...environment.store,
        saveCheckpoint: async (uuid, shardId, checkpoint) => {
          happened.push(`checkpoint ${shardId}`);
          await environment.store.saveCheckpoint(uuid, shardId, checkpoint);
        },
      },
    }),
  });
  await mapping.start();
  await mapping.create();
  await mapping.put('a', 1);
  await mapping.until(30);
  expect(happened.length).toBeGreaterThan(0);
  expect(happened).toEqual(happened.map((_, at) => (at % 2 === 0 ? `kept ${SHARD}` : `checkpoint ${SHARD}`)));
});
