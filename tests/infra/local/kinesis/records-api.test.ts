import { createHash } from 'node:crypto';
import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalKinesis, openKinesis, refusal } from './local-kinesis.ts';

let kinesis: LocalKinesis;
beforeAll(async () => {
  kinesis = await openKinesis();
});
afterAll(() => kinesis.close());

const FIRST = 'shardId-000000000000';

function put(StreamName: string, data: string, PartitionKey = 'a') {
  return kinesis.client.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(data) }));
}

async function iterator(input: Partial<GetShardIteratorCommandInput>): Promise<string> {
  const { ShardIterator } = await kinesis.client.send(
    new GetShardIteratorCommand({
      StreamName: undefined,
      ShardId: FIRST,
      ShardIteratorType: 'TRIM_HORIZON',
      ...input,
    }),
  );
  return ShardIterator ?? '';
}

function get(ShardIterator: string | undefined, Limit?: number): Promise<GetRecordsCommandOutput> {
  return kinesis.client.send(new GetRecordsCommand({ ShardIterator, Limit }));
}

const texts = ({ Records = [] }: GetRecordsCommandOutput) =>
  Records.map(({ Data = new Uint8Array() }) => Buffer.from(Data).toString());

describe.each(['client', 'http1Client'] as const)('over HTTP/2 and HTTP/1.1 (%s)', (name) => {
  test('a record comes back as it was put', async () => {
    const StreamName = await kinesis.newStream();
    const Data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const PartitionKey = 'ünïcödé 统一码 🔥 "\\\n';
    const client = kinesis[name];
    const stored = await client.send(new PutRecordCommand({ StreamName, PartitionKey, Data }));
    expect(stored.ShardId).toBe(FIRST);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName, ShardId: FIRST, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records, MillisBehindLatest } = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records).toEqual([
      {
        SequenceNumber: stored.SequenceNumber,
        ApproximateArrivalTimestamp: new Date(kinesis.clock.now()),
        Data,
        PartitionKey,
      },
    ]);
    expect(MillisBehindLatest).toBe(0);
  });

  test('500 records of one call are answered in their order, and read in it', async () => {
    const StreamName = await kinesis.newStream();
    const Records = Array.from({ length: 500 }, (_, index) => ({
      PartitionKey: `key ${index}`,
      Data: Buffer.from(`record ${index}`),
    }));
    const answer = await kinesis[name].send(new PutRecordsCommand({ StreamName, Records }));
    expect(answer.FailedRecordCount).toBe(0);
    const read = await get(await iterator({ StreamName }));
    expect(read.Records?.map(({ SequenceNumber }) => SequenceNumber)).toEqual(
      answer.Records?.map(({ SequenceNumber }) => SequenceNumber),
    );
    expect(texts(read)).toEqual(Records.map(({ Data }) => Data.toString()));
  });
});

describe('a record goes to the shard', () => {
  test('whose range holds the MD5 of its partition key', async () => {
    const StreamName = await kinesis.newStream(5);
    const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName }));
    const Records = Array.from({ length: 200 }, (_, index) => ({
      PartitionKey: `kéy ${index}`,
      Data: Buffer.from(''),
    }));
    const answer = await kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
    for (const [index, { ShardId }] of (answer.Records ?? []).entries()) {
      const hashKey = BigInt(`0x${createHash('md5').update(`kéy ${index}`).digest('hex')}`);
      const owner = Shards.find(
        ({ HashKeyRange }) =>
          BigInt(HashKeyRange?.StartingHashKey ?? -1) <= hashKey &&
          hashKey <= BigInt(HashKeyRange?.EndingHashKey ?? -1),
      );
      expect(ShardId).toBe(owner?.ShardId);
    }
    expect(new Set(answer.Records?.map(({ ShardId }) => ShardId)).size).toBe(5);
  });

  test.each([
    ['0', 'shardId-000000000000'],
    ['113427455640312821154458202477256070484', 'shardId-000000000000'],
    ['113427455640312821154458202477256070485', 'shardId-000000000001'],
    ['226854911280625642308916404954512140970', 'shardId-000000000002'],
    ['340282366920938463463374607431768211455', 'shardId-000000000002'],
  ])('that an explicit hash key names: %s', async (ExplicitHashKey, ShardId) => {
    const StreamName = await kinesis.newStream(3);
    const record = { PartitionKey: 'a', ExplicitHashKey, Data: Buffer.from('') };
    const one = await kinesis.client.send(new PutRecordCommand({ StreamName, ...record }));
    const many = await kinesis.client.send(new PutRecordsCommand({ StreamName, Records: [record] }));
    expect([one.ShardId, many.Records?.[0]?.ShardId]).toEqual([ShardId, ShardId]);
  });
});

describe('an iterator begins', () => {
  /** `first` and `second` at 0 s, `third` at 10 s; the clock stands at 20 s. */
  async function threeRecords() {
    const StreamName = await kinesis.newStream();
    const fromMs = kinesis.clock.now();
    const numbers = [
      (await put(StreamName, 'first')).SequenceNumber,
      (await put(StreamName, 'second')).SequenceNumber,
    ];
    kinesis.turn(10_000);
    numbers.push((await put(StreamName, 'third')).SequenceNumber);
    kinesis.turn(10_000);
    return { StreamName, fromMs, numbers };
  }

  test('at the trim horizon, at and after a number, at the latest', async () => {
    const { StreamName, numbers } = await threeRecords();
    const from = async (input: Partial<GetShardIteratorCommandInput>) =>
      texts(await get(await iterator({ StreamName, ...input })));
    expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['first', 'second', 'third']);
    expect(
      await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] }),
    ).toEqual(['second', 'third']);
    expect(
      await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] }),
    ).toEqual(['third']);
    const latest = await iterator({ StreamName, ShardIteratorType: 'LATEST' });
    expect(texts(await get(latest))).toEqual([]);
    await put(StreamName, 'fourth');
    expect(texts(await get(latest))).toEqual(['fourth']);
  });

  test.each([
    [-1, ['first', 'second', 'third']],
    [0, ['first', 'second', 'third']],
    [1, ['third']],
    [10_000, ['third']],
    [10_001, []],
    [20_000, []],
  ])('at a time: %i ms after the first', async (afterMs, expected) => {
    const { StreamName, fromMs } = await threeRecords();
    const Timestamp = new Date(fromMs + afterMs);
    const at = await iterator({ StreamName, ShardIteratorType: 'AT_TIMESTAMP', Timestamp });
    expect(texts(await get(at))).toEqual(expected);
  });

  test('at the shard, when its first number is given, and never at a number of another shard', async () => {
    const StreamName = await kinesis.newStream(2);
    await put(StreamName, 'only', 'a');
    const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName }));
    const [first, second] = Shards.map(({ SequenceNumberRange }) => SequenceNumberRange);
    const ShardIteratorType = 'AT_SEQUENCE_NUMBER';
    const own = { ShardIteratorType, StartingSequenceNumber: first?.StartingSequenceNumber } as const;
    expect(texts(await get(await iterator({ StreamName, ...own })))).toEqual(['only']);
    const foreign = { ShardIteratorType, StartingSequenceNumber: second?.StartingSequenceNumber } as const;
    expect(await refusal(iterator({ StreamName, ...foreign }))).toEqual({
      name: 'InvalidArgumentException',
      message:
        'Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with shardId-000000000000',
    });
  });
});

describe('GetRecords', () => {
  test('goes on where it left off, page by page, and says how far behind each page is', async () => {
    const StreamName = await kinesis.newStream();
    for (const text of ['a', 'b', 'c']) {
      await put(StreamName, text);
      kinesis.turn(1000);
    }
    const first = await get(await iterator({ StreamName }), 1);
    expect([texts(first), first.MillisBehindLatest]).toEqual([['a'], 3000]);
    const second = await get(first.NextShardIterator, 1);
    expect([texts(second), second.MillisBehindLatest]).toEqual([['b'], 2000]);
    const third = await get(second.NextShardIterator, 1);
    expect([texts(third), third.MillisBehindLatest]).toEqual([['c'], 0]);
    const fourth = await get(third.NextShardIterator, 1);
    expect([texts(fourth), fourth.MillisBehindLatest]).toEqual([[], 0]);
    await put(StreamName, 'd');
    expect(texts(await get(fourth.NextShardIterator))).toEqual(['d']);
  });

  test('gives 10 MiB at most, and the rest on the next page', async () => {
    const StreamName = await kinesis.newStream();
    const Data = Buffer.alloc(1024 * 1024 - 1); // and a byte of partition key: 1 MiB
    for (let record = 0; record < 11; record += 1) {
      await kinesis.client.send(new PutRecordCommand({ StreamName, PartitionKey: 'a', Data }));
    }
    const first = await get(await iterator({ StreamName }));
    expect(first.Records).toHaveLength(10);
    expect((await get(first.NextShardIterator)).Records).toHaveLength(1);
  });

  test('takes an iterator for five minutes', async () => {
    const StreamName = await kinesis.newStream();
    const old = await iterator({ StreamName });
    kinesis.turn(299_999);
    const renewed = (await get(old)).NextShardIterator;
    kinesis.turn(1);
    const { name, message } = await refusal(get(old));
    expect(name).toBe('ExpiredIteratorException');
    const utc = (ms: number) => {
      const [day, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
      return `${day} ${month} ${date} ${time} UTC ${year}`;
    };
    const nowMs = kinesis.clock.now();
    expect(message).toBe(
      `Iterator expired. The iterator was created at time ${utc(nowMs - 300_000)} while right now it is ${utc(nowMs)} ` +
        'which is further in the future than the tolerated delay of 300000 milliseconds.',
    );
    expect((await get(renewed)).Records).toEqual([]);
  });

  test('takes an iterator in quotes, as it is copied from JSON, and no other text', async () => {
    const StreamName = await kinesis.newStream();
    await put(StreamName, 'one');
    const good = await iterator({ StreamName });
    expect(texts(await get(`"${good}"`))).toEqual(['one']);
    const flipped = `${good.slice(0, 40)}${good[40] === 'A' ? 'B' : 'A'}${good.slice(41)}`;
    for (const bad of ['x', `${good}A`, good.slice(4), flipped, Buffer.alloc(152).toString('base64')]) {
      expect(await refusal(get(bad))).toEqual({
        name: 'InvalidArgumentException',
        message: 'Invalid ShardIterator.',
      });
    }
  });

  test('never gives the same iterator twice, also when nothing is there', async () => {
    const StreamName = await kinesis.newStream();
    const first = await iterator({ StreamName });
    const second = (await get(first)).NextShardIterator;
    const third = (await get(second)).NextShardIterator;
    expect(new Set([first, second, third]).size).toBe(3);
  });
});

test('a number for ordering may be of the past, not of the future', async () => {
  const StreamName = await kinesis.newStream();
  const { SequenceNumber } = await put(StreamName, 'first');
  const after = (SequenceNumberForOrdering: string | undefined) =>
    kinesis.client.send(
      new PutRecordCommand({
        StreamName,
        PartitionKey: 'a',
        Data: Buffer.from('second'),
        SequenceNumberForOrdering,
      }),
    );
  const second = await after(SequenceNumber);
  expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(SequenceNumber ?? 0));
  const future = String(BigInt(SequenceNumber ?? 0) + (3600n << 36n));
  expect(await refusal(after(future))).toEqual({
    name: 'InvalidArgumentException',
    message: `ExclusiveMinimumSequenceNumber ${future} used in PutRecord on stream ${StreamName} under account 000000000000 is invalid.`,
  });
});

test('the clock may go back: numbers and arrival times still rise', async () => {
  const StreamName = await kinesis.newStream();
  const put1 = await put(StreamName, 'a');
  kinesis.turn(-5000);
  const put2 = await put(StreamName, 'b');
  kinesis.turn(5000);
  const { Records = [] } = await get(await iterator({ StreamName }));
  const arrivals = Records.map(({ ApproximateArrivalTimestamp }) => ApproximateArrivalTimestamp?.getTime());
  expect(arrivals).toEqual([kinesis.clock.now(), kinesis.clock.now()]);
  expect(BigInt(put2.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(put1.SequenceNumber ?? 0));
});

describe('shard limits, when they are enforced', () => {
  let limited: LocalKinesis;
  beforeAll(async () => {
    limited = await openKinesis({ enforceShardLimits: true });
  });
  afterAll(() => limited.close());

  test('refuse the 1,001st record of a second alone, and take it in the next', async () => {
    const StreamName = await limited.newStream(2);
    const Records = Array.from({ length: 500 }, () => ({
      PartitionKey: 'a',
      ExplicitHashKey: '0',
      Data: Buffer.from('x'),
    }));
    const call = (records = Records) =>
      limited.client.send(new PutRecordsCommand({ StreamName, Records: records }));
    expect((await call()).FailedRecordCount).toBe(0);
    expect((await call(Records.slice(1))).FailedRecordCount).toBe(0);
    const other = {
      PartitionKey: 'a',
      ExplicitHashKey: '340282366920938463463374607431768211455',
      Data: Buffer.from('x'),
    };
    const one = { PartitionKey: 'a', ExplicitHashKey: '0', Data: Buffer.from('x') };
    const answer = await call([one, one, other]);
    expect(answer.FailedRecordCount).toBe(1);
    expect(answer.Records?.map(({ ErrorCode, ShardId }) => ErrorCode ?? ShardId)).toEqual([
      'shardId-000000000000',
      'ProvisionedThroughputExceededException',
      'shardId-000000000001',
    ]);
    expect(answer.Records?.[1]).toEqual({
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: `Rate exceeded for shard shardId-000000000000 in stream ${StreamName} under account 000000000000.`,
    });
    expect(await refusal(limited.client.send(new PutRecordCommand({ StreamName, ...one })))).toEqual({
      name: 'ProvisionedThroughputExceededException',
      message: `Rate exceeded for shard shardId-000000000000 in stream ${StreamName} under account 000000000000.`,
    });
    limited.turn(1000);
    expect((await call([one])).FailedRecordCount).toBe(0);
  });

  test('refuse what is over 1 MiB of data and keys in a second', async () => {
    const StreamName = await limited.newStream();
    const record = (bytes: number) => ({ PartitionKey: 'kéy', Data: Buffer.alloc(bytes) }); // a key of 4 bytes
    const call = (...sizes: number[]) =>
      limited.client.send(new PutRecordsCommand({ StreamName, Records: sizes.map(record) }));
    const { Records = [] } = await call(1024 * 1024 - 14, 7, 6);
    expect(Records.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'ProvisionedThroughputExceededException',
      undefined,
    ]);
    limited.turn(1000);
    expect((await call(7)).FailedRecordCount).toBe(0);
  });
});
