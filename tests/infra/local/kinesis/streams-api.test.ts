import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListShardsCommand,
  type ListShardsCommandInput,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutRecordsCommand,
  paginateListStreams,
  RemoveTagsFromStreamCommand,
  UpdateMaxRecordSizeCommand,
  UpdateStreamModeCommand,
  UpdateStreamRecordDistributionStrategyCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../../../infra/local/clock.ts';
import { openStreams } from '../../../../infra/local/kinesis/regional-streams.ts';

import {
  type LocalKinesis,
  openKinesis,
  refusal,
  startMs,
  temporaryFolder,
  transitionMs,
} from './local-kinesis.ts';

let kinesis: LocalKinesis;
beforeEach(async () => {
  kinesis = await openKinesis({ segmentBytes: 4096 });
});
afterEach(() => kinesis.close());

const HOUR_MS = 3_600_000;
const FIRST = 'shardId-000000000000';
const arnOf = (StreamName: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;

async function statusOf(StreamName: string) {
  const { StreamDescription } = await kinesis.client.send(new DescribeStreamCommand({ StreamName }));
  return StreamDescription?.StreamStatus;
}

function put(StreamName: string, data = 'x') {
  const record = { PartitionKey: 'a', Data: Buffer.from(data) };
  return kinesis.client.send(new PutRecordCommand({ StreamName, ...record }));
}

async function read(StreamName: string, ShardId = FIRST): Promise<string[]> {
  const { ShardIterator } = await kinesis.client.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data = new Uint8Array() }) => Buffer.from(Data).toString());
}

describe('a stream', () => {
  test('is CREATING without shards, then ACTIVE with even ones, DELETING, and gone', async () => {
    await kinesis.client.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 3 }));
    const creating = await kinesis.client.send(new DescribeStreamCommand({ StreamName: 's' }));
    expect(creating.StreamDescription).toMatchObject({ StreamStatus: 'CREATING', Shards: [] });
    expect((await refusal(put('s'))).name).toBe('ResourceNotFoundException');
    kinesis.turn(transitionMs);
    const { StreamDescription } = await kinesis.client.send(new DescribeStreamCommand({ StreamName: 's' }));
    const thirds = [
      ['0', '113427455640312821154458202477256070484'],
      ['113427455640312821154458202477256070485', '226854911280625642308916404954512140969'],
      ['226854911280625642308916404954512140970', '340282366920938463463374607431768211455'],
    ];
    expect(StreamDescription).toEqual({
      StreamName: 's',
      StreamARN: arnOf('s'),
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 24,
      StreamCreationTimestamp: new Date(startMs),
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      EncryptionType: 'NONE',
      HasMoreShards: false,
      Shards: thirds.map(([StartingHashKey, EndingHashKey], index) => ({
        ShardId: `shardId-00000000000${index}`,
        HashKeyRange: { StartingHashKey, EndingHashKey },
        SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^\d{56}$/) },
      })),
    });
    await kinesis.client.send(new DeleteStreamCommand({ StreamARN: arnOf('s') }));
    expect(await statusOf('s')).toBe('DELETING');
    expect((await refusal(put('s'))).name).toBe('ResourceNotFoundException');
    kinesis.turn(transitionMs);
    expect(await refusal(statusOf('s'))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Stream s under account 000000000000 not found.',
    });
    expect(await readdir(path.join(kinesis.folder, 'kinesis'))).toEqual([]);
  });

  test('is summed up without a count of shards while it is created, and dated in whole seconds', async () => {
    kinesis.turn(123);
    await kinesis.client.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }));
    const { StreamDescriptionSummary } = await kinesis.client.send(
      new DescribeStreamSummaryCommand({ StreamName: 's' }),
    );
    expect(StreamDescriptionSummary).toEqual({
      StreamName: 's',
      StreamARN: arnOf('s'),
      StreamStatus: 'CREATING',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 24,
      StreamCreationTimestamp: new Date(startMs),
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      EncryptionType: 'NONE',
      ConsumerCount: 0,
      ChannelCount: 0,
      MaxRecordSizeInKiB: 1024,
    });
  });

  test('takes records of up to 10 MiB once it allows them', async () => {
    const StreamName = await kinesis.newStream();
    const big = { StreamName, PartitionKey: 'a', Data: Buffer.alloc(10 * 1024 * 1024 - 1) };
    expect(await refusal(kinesis.client.send(new PutRecordCommand(big)))).toEqual({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    });
    await kinesis.client.send(
      new UpdateMaxRecordSizeCommand({ StreamARN: arnOf(StreamName), MaxRecordSizeInKiB: 10_240 }),
    );
    expect(await statusOf(StreamName)).toBe('UPDATING');
    kinesis.turn(transitionMs);
    const { ShardId } = await kinesis.client.send(new PutRecordCommand(big));
    const { ShardIterator } = await kinesis.client.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records } = await kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records?.map(({ Data }) => Data?.length)).toEqual([big.Data.length]);
  });

  test('that distributes by itself takes records without a key, evenly, and gives them back without', async () => {
    const StreamName = 'auto';
    const RecordDistributionStrategy = 'AUTO';
    await kinesis.client.send(new CreateStreamCommand({ StreamName, RecordDistributionStrategy }));
    kinesis.turn(transitionMs);
    const put = (PartitionKey?: string) =>
      kinesis.client.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x'), PartitionKey }));
    const shards = new Set<string | undefined>();
    for (let count = 0; count < 4; count += 1) shards.add((await put()).ShardId);
    expect(shards.size).toBe(4);
    const read = async (ShardId: string | undefined) => {
      const { ShardIterator } = await kinesis.client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      return (await kinesis.client.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
    };
    const { ShardId } = await put('own');
    expect((await read(ShardId)).map(({ PartitionKey }) => PartitionKey)).toEqual([undefined, 'own']);

    const needsKey = {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'partitionKey' failed to satisfy constraint: Member must not be null",
    };
    const StreamARN = arnOf(StreamName);
    const setMode = async (StreamMode: 'PROVISIONED' | 'ON_DEMAND') => {
      await kinesis.client.send(
        new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode } }),
      );
      kinesis.turn(transitionMs);
    };
    // The strategy is one of streams on demand.
    await setMode('PROVISIONED');
    expect(await refusal(put())).toEqual(needsKey);
    await setMode('ON_DEMAND');
    expect(await put()).toMatchObject({ ShardId: expect.any(String) });

    await kinesis.client.send(
      new UpdateStreamRecordDistributionStrategyCommand({
        StreamARN,
        RecordDistributionStrategy: 'USER_PARTITION_KEY',
      }),
    );
    kinesis.turn(transitionMs);
    expect(await refusal(put())).toEqual(needsKey);
  });

  test('is summed up by name and by ARN', async () => {
    const StreamName = await kinesis.newStream(2);
    for (const target of [{ StreamName }, { StreamARN: arnOf(StreamName) }]) {
      const answer = await kinesis.client.send(new DescribeStreamSummaryCommand(target));
      expect(answer.StreamDescriptionSummary).toMatchObject({
        StreamName,
        StreamARN: arnOf(StreamName),
        StreamStatus: 'ACTIVE',
        OpenShardCount: 2,
        ConsumerCount: 0,
      });
    }
  });

  test('without a shard count is on demand, with four shards', async () => {
    await kinesis.client.send(new CreateStreamCommand({ StreamName: 's' }));
    kinesis.turn(transitionMs);
    const answer = await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName: 's' }));
    expect(answer.StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
  });

  test('that is made again under its name has nothing of the old one, nor do old iterators', async () => {
    const create = () => kinesis.client.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }));
    await create();
    kinesis.turn(transitionMs);
    const { SequenceNumber } = await put('s', 'old');
    const { ShardIterator } = await kinesis.client.send(
      new GetShardIteratorCommand({ StreamName: 's', ShardId: FIRST, ShardIteratorType: 'LATEST' }),
    );
    await kinesis.client.send(new DeleteStreamCommand({ StreamName: 's' }));
    kinesis.turn(transitionMs + 5000);
    await create();
    kinesis.turn(transitionMs);
    expect(await read('s')).toEqual([]);
    const next = await put('s', 'new');
    expect(BigInt(next.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(SequenceNumber ?? 0));
    const { Records = [] } = await kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records.map(({ Data = [] }) => Buffer.from(Data).toString())).toEqual(['new']);
  });

  test('cannot be made twice, and not beyond the account limit', async () => {
    const StreamName = await kinesis.newStream(3);
    const create = (name: string, ShardCount: number) =>
      kinesis.client.send(new CreateStreamCommand({ StreamName: name, ShardCount }));
    expect(await refusal(create(StreamName, 1))).toEqual({
      name: 'ResourceInUseException',
      message: `Stream ${StreamName} under account 000000000000 already exists.`,
    });
    expect(await refusal(create('t', 498))).toEqual({
      name: 'LimitExceededException',
      message:
        'This request would exceed the shard limit for the account 000000000000 in us-east-1. Current shard count for the account: 3. Limit: 500. Number of additional shards that would have resulted from this request: 498. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.',
    });
    await create('t', 497);
  });

  test('of any legal name has a folder of its own', async () => {
    const names = ['.', '..', 'a', 'A', '...', '-', '_', 'x'.repeat(128), 'CON', '.git'];
    for (const StreamName of names) {
      await kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
      kinesis.turn(transitionMs);
      await put(StreamName, StreamName);
    }
    await kinesis.reopen();
    for (const StreamName of names) expect(await read(StreamName)).toEqual([StreamName]);
    expect(await readdir(kinesis.folder)).toEqual(['kinesis']);
  });
});

describe('a list of streams', () => {
  test('comes in the order of their names, a page at a time', async () => {
    for (const StreamName of ['b', 'a', 'B', 'c', 'a-1']) {
      await kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    }
    kinesis.turn(transitionMs);
    const pages: (string[] | undefined)[] = [];
    for await (const page of paginateListStreams({ client: kinesis.client }, { Limit: 2 })) {
      pages.push(page.StreamNames);
    }
    expect(pages).toEqual([['B', 'a'], ['a-1', 'b'], ['c']]);
    const rest = await kinesis.client.send(new ListStreamsCommand({ ExclusiveStartStreamName: 'a-1' }));
    expect(rest).toMatchObject({ StreamNames: ['b', 'c'], HasMoreStreams: false });
    expect(rest.NextToken).toBeUndefined();
    expect(rest.StreamSummaries?.[0]).toEqual({
      StreamName: 'b',
      StreamARN: arnOf('b'),
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamCreationTimestamp: new Date(startMs),
    });
  });
});

test('a list of streams takes its own tokens and no others', async () => {
  for (const StreamName of ['a', 'b', 'c']) {
    await kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  }
  kinesis.turn(transitionMs);
  const list = (input: object) => kinesis.client.send(new ListStreamsCommand(input));
  const { NextToken } = await list({ Limit: 1 });
  expect((await list({ NextToken })).StreamNames).toEqual(['b', 'c']);
  const invalid = (message: string) => ({ name: 'InvalidArgumentException', message });
  expect(await refusal(list({ NextToken, ExclusiveStartStreamName: 'a' }))).toEqual(
    invalid('ExclusiveStartStreamName and NextToken cannot be provided together.'),
  );
  for (const wrong of ['not-a-token', 'b', Buffer.from('["shards",0,"a"]').toString('base64')]) {
    expect(await refusal(list({ NextToken: wrong }))).toEqual(invalid('Invalid NextToken.'));
  }
});

describe('a list of shards', () => {
  test('goes on by a token that comes with the name of its stream, as the paginators of some clients send it', async () => {
    const StreamName = await kinesis.newStream(3);
    const list = (input: object) => kinesis.client.send(new ListShardsCommand(input));
    const { NextToken } = await list({ StreamName, MaxResults: 2 });
    for (const target of [{ StreamName }, { StreamARN: arnOf(StreamName) }]) {
      const { Shards } = await list({ ...target, NextToken });
      expect(Shards?.map(({ ShardId }) => ShardId)).toEqual(['shardId-000000000002']);
    }
  });

  test('says what is wrong with its filter', async () => {
    kinesis.turn(100);
    const StreamName = await kinesis.newStream(2);
    const list = (ShardFilter: object, more: object = { StreamName }) =>
      kinesis.client.send(new ListShardsCommand({ ...more, ShardFilter } as ListShardsCommandInput));
    const nowMs = kinesis.clock.now();
    const at = (ms: number) => ({ Type: 'AT_TIMESTAMP', Timestamp: new Date(ms) });
    const message = async (sent: Promise<unknown>) => {
      const { name, message } = await refusal(sent);
      expect(name).toBe('InvalidArgumentException');
      return message;
    };
    expect(await message(list({ Type: 'AFTER_SHARD_ID' }))).toBe(
      'ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.',
    );
    expect(await message(list(at(nowMs + 1)))).toBe(
      'ShardFilter Timestamp must not be greater than current time.',
    );
    expect(await message(list(at(startMs - 1)))).toBe(
      'ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.',
    );
    kinesis.turn(48 * 3_600_000);
    expect(await message(list(at(kinesis.clock.now() - 24 * 3_600_000 - 1)))).toBe(
      'ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.',
    );
    const { NextToken } = await kinesis.client.send(new ListShardsCommand({ StreamName, MaxResults: 1 }));
    expect(await message(list({ Type: 'AT_LATEST' }, { NextToken }))).toBe(
      'NextToken and ShardFilter cannot be provided together.',
    );
  });

  test('is paged by tokens, which live for five minutes', async () => {
    const StreamName = await kinesis.newStream(5);
    const list = (input: object) => kinesis.client.send(new ListShardsCommand(input));
    const ids = ({ Shards = [] }: Awaited<ReturnType<typeof list>>) =>
      Shards.map(({ ShardId = '' }) => ShardId.slice(-1)).join('');
    const first = await list({ StreamName, MaxResults: 2 });
    const second = await list({ NextToken: first.NextToken, MaxResults: 2 });
    const third = await list({ NextToken: second.NextToken });
    expect([ids(first), ids(second), ids(third)]).toEqual(['01', '23', '4']);
    expect(third.NextToken).toBeUndefined();
    expect(ids(await list({ StreamName, ExclusiveStartShardId: 'shardId-000000000002' }))).toBe('34');
    kinesis.turn(300_000);
    expect((await refusal(list({ NextToken: first.NextToken }))).name).toBe('ExpiredNextTokenException');
    expect((await refusal(list({ NextToken: 'nonsense' }))).name).toBe('InvalidArgumentException');
  });
});

describe('the retention', () => {
  test('can be longer and shorter, and shows', async () => {
    const StreamName = await kinesis.newStream();
    const retention = async () => {
      const answer = await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName }));
      return answer.StreamDescriptionSummary?.RetentionPeriodHours;
    };
    const increase = (RetentionPeriodHours: number) =>
      kinesis.client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
    const decrease = (RetentionPeriodHours: number) =>
      kinesis.client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
    await increase(24);
    expect(await statusOf(StreamName)).toBe('ACTIVE');
    await increase(8760);
    expect([await statusOf(StreamName), await retention()]).toEqual(['UPDATING', 24]);
    expect((await refusal(increase(48))).name).toBe('ResourceInUseException');
    kinesis.turn(transitionMs);
    expect([await statusOf(StreamName), await retention()]).toEqual(['ACTIVE', 8760]);
    await decrease(48);
    kinesis.turn(transitionMs);
    expect(await retention()).toBe(48);
    await kinesis.reopen();
    expect(await retention()).toBe(48);
    expect((await refusal(increase(24))).message).toBe(
      `Requested retention period (24 hours) for stream ${StreamName} can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.`,
    );
    expect((await refusal(decrease(49))).message).toBe(
      `Requested retention period (49 hours) for stream ${StreamName} can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API.`,
    );
  });

  test('trims records to the millisecond, and their files', async () => {
    const StreamName = await kinesis.newStream();
    const folder = path.join(kinesis.folder, 'kinesis', StreamName, FIRST);
    for (const letter of ['a', 'b', 'c', 'd']) {
      await put(StreamName, letter.repeat(4096)); // a file each
      kinesis.turn(HOUR_MS);
    }
    expect(await readdir(folder)).toHaveLength(4);
    const letters = async () => (await read(StreamName)).map((text) => text.charAt(0)).join('');
    kinesis.turn(20 * HOUR_MS); // a is 24 hours old
    expect(await letters()).toBe('abcd');
    kinesis.turn(1);
    expect(await letters()).toBe('bcd');
    expect(await readdir(folder)).toHaveLength(3);
    kinesis.turn(2 * HOUR_MS);
    expect(await letters()).toBe('d');
    expect(await readdir(folder)).toHaveLength(1);
    await kinesis.reopen();
    expect(await letters()).toBe('d');
    kinesis.turn(24 * HOUR_MS);
    expect(await letters()).toBe('');
    await put(StreamName, 'e');
    expect(await letters()).toBe('e');
  });

  test('of what was put before the trim leaves iterators and numbers at the horizon', async () => {
    const StreamName = await kinesis.newStream();
    const old = await put(StreamName, 'old');
    kinesis.turn(23 * HOUR_MS);
    await put(StreamName, 'young');
    kinesis.turn(2 * HOUR_MS);
    const { ShardIterator } = await kinesis.client.send(
      new GetShardIteratorCommand({
        StreamName,
        ShardId: FIRST,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: old.SequenceNumber,
      }),
    );
    const { Records = [] } = await kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records.map(({ Data = [] }) => Buffer.from(Data).toString())).toEqual(['young']);
  });
});

test('tags are added, replaced, listed and removed, and outlive a restart', async () => {
  const StreamName = await kinesis.newStream();
  await kinesis.client.send(new AddTagsToStreamCommand({ StreamName, Tags: { b: '2', a: '1', c: '' } }));
  await kinesis.client.send(
    new AddTagsToStreamCommand({ StreamARN: arnOf(StreamName), Tags: { b: 'ü@ +' } }),
  );
  await kinesis.client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['c', 'absent'] }));
  await kinesis.reopen();
  const { Tags, HasMoreTags } = await kinesis.client.send(new ListTagsForStreamCommand({ StreamName }));
  expect(Tags).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: 'ü@ +' },
  ]);
  expect(HasMoreTags).toBe(false);
});

test('a restart finds streams, shards, records and what was under way', async () => {
  const StreamName = await kinesis.newStream(2);
  const stored = await put(StreamName, 'kept');
  await kinesis.client.send(new CreateStreamCommand({ StreamName: 'creating', ShardCount: 1 }));
  const doomed = await kinesis.newStream();
  await kinesis.client.send(new DeleteStreamCommand({ StreamName: doomed }));
  kinesis.turn(-transitionMs); // newStream let the time of `creating` pass
  await kinesis.reopen();
  expect(await read(StreamName, stored.ShardId)).toEqual(['kept']);
  expect([await statusOf('creating'), await statusOf(doomed)]).toEqual(['CREATING', 'DELETING']);
  kinesis.turn(2 * transitionMs);
  await kinesis.reopen();
  expect(await statusOf('creating')).toBe('ACTIVE');
  expect((await refusal(statusOf(doomed))).name).toBe('ResourceNotFoundException');
});

test('many streams may change at once, and end with the runtime', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => {
    if (name === 'MaxListenersExceededWarning') warnings.push(name);
  };
  process.on('warning', onWarning);
  const { folder, remove } = await temporaryFolder();
  const account = { accountId: '000000000000', region: 'us-east-1' };
  const streams = await openStreams({
    dataDir: folder,
    clock: systemClock,
    ...account,
    transitionMs: 60_000,
  });
  for (let count = 0; count < 20; count += 1) streams.home.create({ streamName: `s${count}`, shardCount: 1 });
  await streams.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  await remove();
  expect(warnings).toEqual([]);
});

describe('tags', () => {
  const tagged = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'x']));

  test('are up to 200 in a call and 50 on a stream', async () => {
    const StreamName = await kinesis.newStream();
    const add = (Tags: Record<string, string>) =>
      kinesis.client.send(new AddTagsToStreamCommand({ StreamName, Tags }));
    await add(tagged(50));
    await add(tagged(50));
    const tooMany = {
      name: 'InvalidArgumentException',
      message: `Failed to add tags to stream ${StreamName} under account 000000000000 because a given stream cannot have more than 50 tags associated with it.`,
    };
    expect(await refusal(add({ more: '' }))).toEqual(tooMany);
    expect(await refusal(add(tagged(200)))).toEqual(tooMany);
    expect((await refusal(add(tagged(201)))).message).toMatch(
      /at 'tags' failed to satisfy constraint: Member must have length less than or equal to 200$/,
    );
    const create = new CreateStreamCommand({ StreamName: 'over', ShardCount: 1, Tags: tagged(51) });
    expect((await refusal(kinesis.client.send(create))).name).toBe('InvalidArgumentException');
  });

  test("of the system's own are not for anybody to set", async () => {
    const StreamName = await kinesis.newStream();
    const reserved = {
      name: 'InvalidArgumentException',
      message: "Some tag keys in the request started with 'aws:'. System tags cannot be modified.",
    };
    const Tags = { 'aws:probe': 'x' };
    expect(await refusal(kinesis.client.send(new AddTagsToStreamCommand({ StreamName, Tags })))).toEqual(
      reserved,
    );
    const create = new CreateStreamCommand({ StreamName: 'reserved', ShardCount: 1, Tags });
    expect(await refusal(kinesis.client.send(create))).toEqual(reserved);
  });
});

test('warm throughput, which one machine cannot keep ready, is refused and not dropped in silence', async () => {
  const StreamARN = arnOf(await kinesis.newStream());
  const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const };
  const WarmThroughputMiBps = 100;
  const create = new CreateStreamCommand({ StreamName: 'warm', StreamModeDetails, WarmThroughputMiBps });
  const update = new UpdateStreamModeCommand({ StreamARN, StreamModeDetails, WarmThroughputMiBps });
  const expected = {
    name: 'ValidationException',
    message: 'WarmThroughputMiBps is not supported locally: expected none or 0, got 100.',
  };
  expect(await refusal(kinesis.client.send(create))).toEqual(expected);
  expect(await refusal(kinesis.client.send(update))).toEqual(expected);
});

test('a request that only asks whether it would succeed is told so, and does nothing', async () => {
  const StreamName = await kinesis.newStream();
  const DryRun = true;
  const record = { Data: Buffer.from('x'), PartitionKey: 'a' };
  const iteratorOf = new GetShardIteratorCommand({
    StreamName,
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'TRIM_HORIZON',
  });
  const { ShardIterator } = await kinesis.client.send(iteratorOf);
  const would = (operation: string) => ({
    name: 'DryRunOperationException',
    message: `DryRunOperation validation succeeded while calling ${operation} operation.: Request would have succeeded, but DryRun flag is set.`,
  });
  const { client } = kinesis;
  expect(await refusal(client.send(new PutRecordCommand({ StreamName, ...record, DryRun })))).toEqual(
    would('PutRecord'),
  );
  expect(
    await refusal(client.send(new PutRecordsCommand({ StreamName, Records: [record], DryRun }))),
  ).toEqual(would('PutRecords'));
  expect(await refusal(client.send(new GetShardIteratorCommand({ ...iteratorOf.input, DryRun })))).toEqual(
    would('GetShardIterator'),
  );
  expect(await refusal(client.send(new GetRecordsCommand({ ShardIterator, DryRun })))).toEqual(
    would('GetRecords'),
  );
  expect((await client.send(new GetRecordsCommand({ ShardIterator }))).Records).toEqual([]);
  const absent = new PutRecordCommand({ StreamName: 'absent', ...record, DryRun });
  expect((await refusal(client.send(absent))).name).toBe('ResourceNotFoundException');
});
