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
  ListStreamsCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  paginateListStreams,
  RemoveTagsFromStreamCommand,
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

describe('a list of shards', () => {
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
    await increase(8760);
    expect(await retention()).toBe(8760);
    await decrease(48);
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
