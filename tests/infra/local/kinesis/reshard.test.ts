import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type ListShardsCommandInput,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../infra/local/clock.ts';
import { hashKeyFromBigInt, hashKeyToBigInt } from '../../../../infra/local/kinesis/hash-key.ts';
import { OPERATIONS } from '../../../../infra/local/kinesis/operations/operation-table.ts';
import { openStreams } from '../../../../infra/local/kinesis/regional-streams.ts';
import {
  evenShards,
  mergeShards,
  openShards,
  type ShardSet,
  scaleShards,
  splitShard,
} from '../../../../infra/local/kinesis/reshard.ts';
import {
  type LocalKinesis,
  openKinesis,
  refusal,
  startMs,
  temporaryFolder,
  transitionMs,
} from './local-kinesis.ts';

const LAST = (1n << 128n) - 1n;
const nowSeconds = startMs / 1000;

/** A law of every set of shards, however it came to be. */
function expectWhole(set: ShardSet): void {
  let next = 0n;
  for (const shard of openShards(set)) {
    expect(hashKeyToBigInt(shard.firstHashKey)).toBe(next);
    expect(shard.lastHashKey >= shard.firstHashKey).toBe(true);
    next = hashKeyToBigInt(shard.lastHashKey) + 1n;
  }
  expect(next).toBe(LAST + 1n);
  const indices = set.shards.map(({ index }) => index);
  expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
  for (const shard of set.shards) {
    for (const parentIndex of shard.parents) {
      const parent = set.shards.find(({ index }) => index === parentIndex);
      expect(parent?.closedMs).not.toBeNull();
      expect(parent?.createdSeconds).toBeLessThan(shard.createdSeconds);
    }
  }
}

type Change =
  | { readonly kind: 'split'; readonly at: number; readonly share: bigint }
  | { readonly kind: 'merge'; readonly at: number }
  | { readonly kind: 'scale'; readonly count: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('split' as const), at: fc.nat(), share: fc.bigInt(1n, 999n) }),
  fc.record({ kind: fc.constant('merge' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('scale' as const), count: fc.integer({ min: 1, max: 40 }) }),
);

function apply(set: ShardSet, one: Change, nowMs: number): ShardSet {
  const open = openShards(set);
  if (one.kind === 'scale') return scaleShards(set, one.count, nowMs);
  const shard = open[one.at % open.length];
  if (shard === undefined) throw new Error('Expected an open shard');
  if (one.kind === 'split') {
    const first = hashKeyToBigInt(shard.firstHashKey);
    const border = first + ((hashKeyToBigInt(shard.lastHashKey) - first) * one.share) / 1000n;
    return border > first ? splitShard(set, shard.index, hashKeyFromBigInt(border), nowMs) : set;
  }
  const next = open[(one.at % open.length) + 1];
  return next === undefined ? set : mergeShards(set, shard.index, next.index, nowMs);
}

describe('whatever splits, merges and scalings', () => {
  test('every hash key is in exactly one open shard, and a child is younger than its parents', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(change, fc.integer({ min: 0, max: 3000 })), { maxLength: 12 }),
        (count, changes) => {
          let set = evenShards(count, nowSeconds);
          let nowMs = startMs;
          for (const [one, laterMs] of changes) {
            nowMs += laterMs;
            set = apply(set, one, nowMs);
            expectWhole(set);
          }
        },
      ),
    );
  });

  test('scaling ends with that many shards, all of the same share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(change, { maxLength: 4 }),
        (count, target, changes) => {
          let set = evenShards(count, nowSeconds);
          for (const one of changes) set = apply(set, one, startMs);
          set = scaleShards(set, target, startMs);
          expectWhole(set);
          const open = openShards(set);
          expect(open).toHaveLength(target);
          for (const [index, { firstHashKey }] of open.entries()) {
            const exact = ((LAST + 1n) * BigInt(index)) / BigInt(target);
            // To the part in 2^96: a border that was there may be off by rounding.
            expect((hashKeyToBigInt(firstHashKey) - exact) >> 32n).toBeOneOf([0n, -1n]);
          }
        },
      ),
    );
  });

  // Doubling splits each once, halving merges each pair once: no shard in between, and none of a few hash keys.
  test.each([
    [2, 4, 6],
    [4, 2, 6],
    [4, 5, 15],
    [1, 2, 3],
    [3, 3, 3],
    [4, 3, 11],
    [5, 10, 15],
    [14, 7, 21],
    [6, 9, 21],
    [250, 500, 750],
  ])('from %i to %i shards makes %i in all', (from, to, all) => {
    expect(scaleShards(evenShards(from, nowSeconds), to, startMs).shards).toHaveLength(all);
  });
});

test('four shards scaled to three leave those that AWS does', () => {
  const { shards } = scaleShards(evenShards(4, nowSeconds), 3, startMs);
  const born = shards.slice(4).map(({ index, parents }) => `${parents.join('+')}→${index}`);
  expect(born).toEqual(['1→4', '1→5', '0+4→6', '2→7', '2→8', '5+7→9', '8+3→10']);
});

describe('over the wire', () => {
  let kinesis: LocalKinesis;
  beforeAll(async () => {
    kinesis = await openKinesis();
  });
  afterAll(() => kinesis.close());

  const shardId = (index: number) => `shardId-${String(index).padStart(12, '0')}`;
  const half = '170141183460469231731687303715884105728';

  async function describeShards(StreamName: string) {
    const { StreamDescription } = await kinesis.client.send(new DescribeStreamCommand({ StreamName }));
    return { status: StreamDescription?.StreamStatus, shards: StreamDescription?.Shards ?? [] };
  }
  async function put(StreamName: string, data: string, ExplicitHashKey = '0') {
    const record = { PartitionKey: 'a', ExplicitHashKey, Data: Buffer.from(data) };
    return kinesis.client.send(new PutRecordCommand({ StreamName, ...record }));
  }
  const split = (StreamName: string, ShardToSplit: string, NewStartingHashKey = half) =>
    kinesis.client.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }));
  const merge = (StreamName: string, ShardToMerge: string, AdjacentShardToMerge: string) =>
    kinesis.client.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }));
  const scale = (StreamName: string, TargetShardCount: number) =>
    kinesis.client.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
    );
  async function readTo(StreamName: string, ShardId: string) {
    const { ShardIterator } = await kinesis.client.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    return kinesis.client.send(new GetRecordsCommand({ ShardIterator }));
  }

  test('a split shard takes records until the stream is ACTIVE again; then its children do', async () => {
    const StreamName = await kinesis.newStream();
    const before = await put(StreamName, 'before');
    await split(StreamName, shardId(0));
    expect((await describeShards(StreamName)).status).toBe('UPDATING');
    expect((await refusal(split(StreamName, shardId(0)))).message).toBe(
      `Stream ${StreamName} under account 000000000000 not ACTIVE, instead in state UPDATING`,
    );
    const during = await put(StreamName, 'during');
    kinesis.turn(transitionMs);
    const left = await put(StreamName, 'left', String(BigInt(half) - 1n));
    const right = await put(StreamName, 'right', half);
    expect([before, during, left, right].map(({ ShardId }) => ShardId)).toEqual([0, 0, 1, 2].map(shardId));
    const numbers = [before, during, left].map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));

    const { status, shards } = await describeShards(StreamName);
    expect(status).toBe('ACTIVE');
    expect(shards).toMatchObject([
      { ShardId: shardId(0), SequenceNumberRange: { EndingSequenceNumber: expect.any(String) } },
      {
        ShardId: shardId(1),
        ParentShardId: shardId(0),
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(BigInt(half) - 1n) },
      },
      {
        ShardId: shardId(2),
        ParentShardId: shardId(0),
        HashKeyRange: { StartingHashKey: half, EndingHashKey: String(LAST) },
      },
    ]);
    const range = shards[0]?.SequenceNumberRange;
    const child = shards[1]?.SequenceNumberRange;
    expect(BigInt(range?.EndingSequenceNumber ?? 0)).toBeGreaterThan(BigInt(during.SequenceNumber ?? 0));
    expect(BigInt(child?.StartingSequenceNumber ?? 0)).toBeGreaterThan(
      BigInt(range?.EndingSequenceNumber ?? 0),
    );
  });

  test('a closed shard is read to its end, which names its children', async () => {
    const StreamName = await kinesis.newStream();
    await put(StreamName, 'one');
    await split(StreamName, shardId(0));
    kinesis.turn(transitionMs);
    const last = await readTo(StreamName, shardId(0));
    expect(last.Records).toHaveLength(1);
    const end = await kinesis.client.send(new GetRecordsCommand({ ShardIterator: last.NextShardIterator }));
    expect(end).toMatchObject({
      Records: [],
      MillisBehindLatest: 0,
      ChildShards: [
        {
          ShardId: shardId(1),
          ParentShards: [shardId(0)],
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(BigInt(half) - 1n) },
        },
        {
          ShardId: shardId(2),
          ParentShards: [shardId(0)],
          HashKeyRange: { StartingHashKey: half, EndingHashKey: String(LAST) },
        },
      ],
    });
    expect(end.NextShardIterator).toBeUndefined();
  });

  test('merged shards have one child, with both as parents', async () => {
    const StreamName = await kinesis.newStream(2);
    await merge(StreamName, shardId(0), shardId(1));
    kinesis.turn(transitionMs);
    const { shards } = await describeShards(StreamName);
    expect(shards[2]).toMatchObject({
      ShardId: shardId(2),
      ParentShardId: shardId(0),
      AdjacentParentShardId: shardId(1),
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(LAST) },
    });
    expect((await readTo(StreamName, shardId(1))).ChildShards).toEqual([
      {
        ShardId: shardId(2),
        ParentShards: [shardId(0), shardId(1)],
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(LAST) },
      },
    ]);
  });

  test('the shard count doubles and halves, and no more', async () => {
    const StreamName = await kinesis.newStream(2);
    expect(await scale(StreamName, 4)).toMatchObject({
      StreamName,
      CurrentShardCount: 2,
      TargetShardCount: 4,
    });
    kinesis.turn(transitionMs);
    const { shards } = await describeShards(StreamName);
    expect(shards.map(({ ParentShardId }) => ParentShardId)).toEqual([
      undefined,
      undefined,
      ...[0, 0, 1, 1].map(shardId),
    ]);
    expect(await refusal(scale(StreamName, 9))).toEqual({
      name: 'LimitExceededException',
      message:
        'UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 4, Target shard count: 9',
    });
    expect(await refusal(scale(StreamName, 1))).toEqual({
      name: 'LimitExceededException',
      message:
        'UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 4, Target shard count: 1',
    });
  });

  test('what cannot be split or merged is refused', async () => {
    const StreamName = await kinesis.newStream(3);
    const under = `in stream ${StreamName} under account 000000000000`;
    expect((await refusal(split(StreamName, shardId(0), half))).message).toBe(
      `NewStartingHashKey ${half} used in SplitShard() on shard shardId-000000000000 ${under} is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey 113427455640312821154458202477256070484.`,
    );
    expect((await refusal(merge(StreamName, shardId(0), shardId(2)))).message).toBe(
      `Shards shardId-000000000000 and shardId-000000000002 ${under} are not an adjacent pair of shards eligible for merging`,
    );
    expect((await refusal(merge(StreamName, shardId(0), shardId(7)))).message).toBe(
      `Could not find shard shardId-000000000007 ${under}.`,
    );
    await merge(StreamName, shardId(0), shardId(1));
    kinesis.turn(transitionMs);
    expect(await refusal(split(StreamName, shardId(0), '7'))).toEqual({
      name: 'InvalidArgumentException',
      message: `Shard shardId-000000000000 ${under} has already been merged or split, and thus is not eligible for merging or splitting.`,
    });
  });

  test('a list of shards can be of a time', async () => {
    const StreamName = await kinesis.newStream();
    const bornMs = kinesis.clock.now();
    kinesis.turn(10_000);
    await split(StreamName, shardId(0));
    kinesis.turn(10_000);
    await describeShards(StreamName); // the split takes effect when somebody asks
    const ids = async (ShardFilter: ListShardsCommandInput['ShardFilter']) => {
      const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName, ShardFilter }));
      return Shards.map(({ ShardId = '' }) => ShardId.slice(-1)).join('');
    };
    kinesis.turn(10_000);
    expect(await ids({ Type: 'AT_LATEST' })).toBe('12');
    expect(await ids({ Type: 'AT_TRIM_HORIZON' })).toBe('0');
    expect(await ids({ Type: 'FROM_TRIM_HORIZON' })).toBe('012');
    expect(await ids({ Type: 'AT_TIMESTAMP', Timestamp: new Date(bornMs + 5000) })).toBe('0');
    expect(await ids({ Type: 'AT_TIMESTAMP', Timestamp: new Date(bornMs + 25_000) })).toBe('12');
    expect(await ids({ Type: 'FROM_TIMESTAMP', Timestamp: new Date(bornMs + 25_000) })).toBe('12');
    expect(await ids({ Type: 'AFTER_SHARD_ID', ShardId: shardId(1) })).toBe('2');
  });

  test('the shards of any time share the hash space, also of the trim horizon', async () => {
    const StreamName = await kinesis.newStream(2);
    const expectWholeAt = async (ShardFilter: ListShardsCommandInput['ShardFilter']) => {
      const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName, ShardFilter }));
      const ranges = Shards.map(({ HashKeyRange }) => [
        BigInt(HashKeyRange?.StartingHashKey ?? -1),
        BigInt(HashKeyRange?.EndingHashKey ?? -1),
      ]).toSorted(([a = 0n], [b = 0n]) => (a < b ? -1 : 1));
      let next = 0n;
      for (const [first, last = 0n] of ranges) {
        expect(first).toBe(next);
        next = last + 1n;
      }
      expect(next).toBe(LAST + 1n);
    };
    const changedMs: number[] = [];
    for (const count of [3, 2, 4, 2, 1]) {
      await scale(StreamName, count);
      kinesis.turn(transitionMs + 250);
      await describeShards(StreamName);
      changedMs.push(kinesis.clock.now());
    }
    for (const ms of changedMs) {
      for (const offsetMs of [-1, 0, 1, 500]) {
        const timestampMs = Math.min(ms + offsetMs, kinesis.clock.now());
        await expectWholeAt({ Type: 'AT_TIMESTAMP', Timestamp: new Date(timestampMs) });
      }
    }
    kinesis.turn(24 * 3_600_000 - 2000); // the first shards are forgotten, the last changes are not
    const { shards } = await describeShards(StreamName);
    expect(shards[0]?.ShardId).not.toBe(shardId(0));
    expect(shards.length).toBeGreaterThan(1);
    await expectWholeAt({ Type: 'AT_TRIM_HORIZON' });
  });

  test('a closed shard is forgotten when all that it held is too old', async () => {
    const StreamName = await kinesis.newStream();
    await put(StreamName, 'old');
    await split(StreamName, shardId(0));
    kinesis.turn(transitionMs);
    await describeShards(StreamName);
    kinesis.turn(24 * 3_600_000 + 60_000);
    const { shards } = await describeShards(StreamName);
    expect(shards.map(({ ShardId }) => ShardId)).toEqual([shardId(1), shardId(2)]);
    expect((await refusal(readTo(StreamName, shardId(0)))).name).toBe('ResourceNotFoundException');
    await kinesis.reopen();
    expect((await describeShards(StreamName)).shards).toHaveLength(2);
  });
});

test('whoever listens hears of a split, though timers are early and the clock lags', async () => {
  const { folder, remove } = await temporaryFolder();
  let nowMs = startMs;
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      if (ms > transitionMs) return new Promise(() => {});
      nowMs += ms > 100 ? ms / 2 : Math.max(1, ms - 1);
    },
  };
  const options = { dataDir: folder, clock, accountId: '000000000000', region: 'us-east-1', transitionMs };
  const streams = (await openStreams(options)).home;
  try {
    streams.ensure({ streamName: 'data_pipe', shardCount: 1 });
    const heard = new Promise<void>((resolve) => {
      streams.onChange('data_pipe', resolve);
    });
    const NewStartingHashKey = String(1n << 127n);
    OPERATIONS.SplitShard(
      { StreamName: 'data_pipe', ShardToSplit: 'shardId-000000000000', NewStartingHashKey },
      streams,
    );
    await heard;
    expect(streams.openShardCount()).toBe(2);
  } finally {
    await streams.close();
    await remove();
  }
});
