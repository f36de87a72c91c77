import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalKinesis, openKinesis, refusal, transitionMs } from './local-kinesis.ts';

let kinesis: LocalKinesis;
let west: KinesisClient;
beforeAll(async () => {
  kinesis = await openKinesis();
  west = new KinesisClient({
    endpoint: kinesis.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  west.destroy();
  await kinesis.close();
});

describe('a region is a namespace of its own', () => {
  const StreamName = 'orders';

  test('streams of one name in two regions are two streams, each with its ARN and its records', async () => {
    for (const client of [kinesis.client, west]) {
      await client.send(new CreateStreamCommand({ StreamName, ShardCount: client === west ? 2 : 1 }));
    }
    kinesis.turn(transitionMs);
    const summary = async (client: KinesisClient) =>
      (await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
    expect(await summary(kinesis.client)).toMatchObject({
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
      OpenShardCount: 1,
    });
    expect(await summary(west)).toMatchObject({
      StreamARN: 'arn:aws:kinesis:us-west-2:000000000000:stream/orders',
      OpenShardCount: 2,
    });
    const Data = Buffer.from('x');
    const { ShardId } = await west.send(new PutRecordCommand({ StreamName, Data, PartitionKey: 'a' }));
    const read = async (client: KinesisClient, shard: string | undefined) => {
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      return (await client.send(new GetRecordsCommand({ ShardIterator }))).Records?.length;
    };
    expect(await read(west, ShardId)).toBe(1);
    expect(await read(kinesis.client, 'shardId-000000000000')).toBe(0);
  });

  test('what one region has, another one does not, and a restart finds each in its place', async () => {
    await west.send(new CreateStreamCommand({ StreamName: 'western', ShardCount: 1 }));
    kinesis.turn(transitionMs);
    const names = async (client: KinesisClient) =>
      (await client.send(new ListStreamsCommand({}))).StreamNames;
    await kinesis.reopen();
    expect(await names(west)).toEqual(['orders', 'western']);
    expect(await names(kinesis.client)).toEqual(['orders']);
    expect(
      await refusal(kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName: 'western' }))),
    ).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Stream western under account 000000000000 not found.',
    });
    expect(await readdir(path.join(kinesis.folder, 'kinesis'))).toEqual(['orders']);
    expect(await readdir(path.join(kinesis.folder, 'regions/us-west-2/kinesis'))).toEqual([
      'orders',
      'western',
    ]);
  });
});
