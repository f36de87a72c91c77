import { hashKeyFromDecimal, hashKeyToBigInt, hashKeyToDecimal } from '../hash-key.ts';
import { KinesisError } from '../kinesis-error.ts';
import { integer, required, structure, text, timestamp } from '../request-shape.ts';
import { openShards } from '../reshard.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';
import {
  HASH_KEY,
  NAME,
  operation,
  requireActive,
  streamTarget,
  targetName,
  targetStream,
} from './operation.ts';
import { normalShardId } from './shard-id.ts';
import { decodeShardPage, encodeShardPage } from './shard-page.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html */
export const splitShard = operation(
  {
    NewStartingHashKey: required(text(HASH_KEY)),
    ...streamTarget,
    ShardToSplit: required(text(NAME)),
  },
  (input, streams) => {
    const shardId = requireShardId(input.ShardToSplit, targetName(input, streams), streams);
    const stream = targetStream(input, streams);
    requireActive(stream, streams);
    const shard = requireShard(stream, shardId, streams);
    requireOpen(shard, stream, streams);
    streams.requireShards(1);
    const { firstHashKey, lastHashKey } = shard.metadata;
    const hashKey = BigInt(input.NewStartingHashKey);
    const hex = hashKeyFromDecimal(input.NewStartingHashKey);
    const isInside = hashKey > hashKeyToBigInt(firstHashKey) + 1n && hashKey < hashKeyToBigInt(lastHashKey);
    if (hex === null || !isInside) {
      throw new KinesisError(
        'InvalidArgumentException',
        `NewStartingHashKey ${input.NewStartingHashKey} used in SplitShard() on shard ${shardId} in stream ` +
          `${stream.name} under account ${streams.accountId} is not both greater than one plus the shard's ` +
          `StartingHashKey ${hashKeyToDecimal(firstHashKey)} and less than the shard's EndingHashKey ` +
          `${hashKeyToDecimal(lastHashKey)}.`,
      );
    }
    streams.begin(stream, { kind: 'split', shardIndex: shard.metadata.index, hashKey: hex });
    return undefined;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html */
export const mergeShards = operation(
  {
    ShardToMerge: required(text(NAME)),
    AdjacentShardToMerge: required(text(NAME)),
    ...streamTarget,
  },
  (input, streams) => {
    const streamName = targetName(input, streams);
    const ids = [input.ShardToMerge, input.AdjacentShardToMerge].map((given) =>
      requireShardId(given, streamName, streams),
    );
    const stream = targetStream(input, streams);
    requireActive(stream, streams);
    const shards = ids.map((id) => requireShard(stream, id, streams));
    for (const shard of shards) requireOpen(shard, stream, streams);
    const [one, other] = shards;
    if (one === undefined || other === undefined || !isBelow(one, other)) {
      throw new KinesisError(
        'InvalidArgumentException',
        `Shards ${ids[0]} and ${ids[1]} in stream ${stream.name} under account ${streams.accountId} ` +
          'are not an adjacent pair of shards eligible for merging',
      );
    }
    streams.begin(stream, {
      kind: 'merge',
      shardIndex: one.metadata.index,
      adjacentIndex: other.metadata.index,
    });
    return undefined;
  },
);

function isBelow(one: Shard, other: Shard): boolean {
  return hashKeyToBigInt(one.metadata.lastHashKey) + 1n === hashKeyToBigInt(other.metadata.firstHashKey);
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const updateShardCount = operation(
  {
    ...streamTarget,
    TargetShardCount: required(integer({ min: 1, max: 100_000 })),
    ScalingType: required(text({ oneOf: ['UNIFORM_SCALING'] })),
  },
  (input, streams) => {
    const stream = targetStream(input, streams);
    requireActive(stream, streams);
    if (stream.metadata.mode === 'ON_DEMAND') {
      throw new KinesisError(
        'ValidationException',
        `Request is invalid. Stream ${stream.name} under account ${streams.accountId} is in On-Demand mode.`,
      );
    }
    const current = openShards(stream.metadata).length;
    const target = input.TargetShardCount;
    const refuse = (rule: string): never => {
      throw new KinesisError(
        'LimitExceededException',
        `${rule} Current open shard count: ${current}, Target shard count: ${target}`,
      );
    };
    if (target > streams.shardLimit) {
      refuse(`Target shard count or number of open shards cannot be greater than ${streams.shardLimit}.`);
    }
    if (target > current * 2) {
      refuse('UpdateShardCount cannot scale up over double your current open shard count.');
    }
    if (target < current / 2) {
      refuse('UpdateShardCount cannot scale down below half your current open shard count.');
    }
    streams.requireShards(target - current);
    if (target !== current) streams.begin(stream, { kind: 'scale', shardCount: target });
    return {
      StreamName: stream.name,
      CurrentShardCount: current,
      TargetShardCount: target,
      StreamARN: stream.arn,
    };
  },
);

const SHARD_FILTERS = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
];

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const listShards = operation(
  {
    MaxResults: integer({ min: 1, max: 10_000 }),
    ExclusiveStartShardId: text(NAME),
    NextToken: text({ min: 1, max: 1_048_576 }),
    StreamCreationTimestamp: timestamp(),
    ShardFilter: structure({
      Type: required(text({ oneOf: SHARD_FILTERS })),
      ShardId: text(NAME),
      Timestamp: timestamp(),
    }),
    StreamARN: streamTarget.StreamARN,
    StreamName: text(NAME),
  },
  (input, streams) => {
    const { NextToken, MaxResults = 1000 } = input;
    if (NextToken === undefined && input.StreamName === undefined && input.StreamARN === undefined) {
      throw new KinesisError(
        'InvalidArgumentException',
        'Either NextToken or StreamName should be provided.',
      );
    }
    if (NextToken !== undefined) {
      const other = ['StreamName', 'StreamARN', 'ExclusiveStartShardId', 'StreamCreationTimestamp'] as const;
      const given = other.find((name) => input[name] !== undefined);
      if (given !== undefined) {
        throw new KinesisError(
          'InvalidArgumentException',
          `NextToken and ${given} cannot be provided together.`,
        );
      }
    }
    const page =
      NextToken === undefined
        ? {
            streamName: targetName(input, streams),
            afterShardId: input.ExclusiveStartShardId ?? '',
            filter: readFilter(input.ShardFilter),
          }
        : decodeShardPage(NextToken, streams.clock.now());
    const stream = streams.stream(page.streamName);
    stream.trim(streams.clock.now());
    const rest = stream.shards
      .filter((shard) => shard.shardId > page.afterShardId)
      .filter((shard) => passes(shard, page.filter));
    const shards = rest.slice(0, MaxResults);
    const last = shards.at(-1);
    return {
      Shards: shards.map((shard) => shard.describe()),
      ...(last !== undefined && shards.length < rest.length
        ? { NextToken: encodeShardPage({ ...page, afterShardId: last.shardId }, streams.clock.now()) }
        : {}),
    };
  },
);

export interface ShardFilter {
  readonly type: string;
  readonly shardId: string | null;
  /** Epoch milliseconds. */
  readonly timestampMs: number | null;
}

function readFilter(
  filter:
    | {
        readonly Type: string;
        readonly ShardId: string | undefined;
        readonly Timestamp: number | undefined;
      }
    | undefined,
): ShardFilter | null {
  if (filter === undefined) return null;
  if (filter.Type === 'AFTER_SHARD_ID' && filter.ShardId === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      'ShardId must be specified when ShardFilter type is AFTER_SHARD_ID.',
    );
  }
  if (filter.Type.endsWith('_TIMESTAMP') && filter.Timestamp === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Timestamp must be specified when ShardFilter type is ${filter.Type}.`,
    );
  }
  return { type: filter.Type, shardId: filter.ShardId ?? null, timestampMs: filter.Timestamp ?? null };
}

/** A shard was open from its creation to its closing. What lies before the trim horizon has no shards any more. */
function passes(shard: Shard, filter: ShardFilter | null): boolean {
  if (filter === null) return true;
  const { closedMs, createdSeconds, parents } = shard.metadata;
  const timestampMs = filter.timestampMs ?? 0;
  // The first shards were open from the start of the stream, which their creation is a little before.
  const wasOpenAt = parents.length === 0 || createdSeconds * 1000 <= timestampMs;
  switch (filter.type) {
    case 'AFTER_SHARD_ID':
      return shard.shardId > (filter.shardId ?? '');
    case 'AT_LATEST':
      return closedMs === null;
    case 'AT_TRIM_HORIZON':
      return parents.length === 0;
    case 'AT_TIMESTAMP':
      return wasOpenAt && (closedMs === null || closedMs > timestampMs);
    case 'FROM_TIMESTAMP':
      return closedMs === null || closedMs > timestampMs;
    default:
      return true;
  }
}

/** A closed shard cannot be split or merged again. */
function requireOpen(shard: Shard, stream: Stream, streams: Streams): void {
  if (shard.isOpen) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Shard ${shard.shardId} in stream ${stream.name} under account ${streams.accountId} ` +
      'has already been merged or split, and thus is not eligible for merging or splitting.',
  );
}

function requireShardId(given: string, streamName: string, streams: Streams): string {
  return normalShardId(given) ?? notFound(given, streamName, streams);
}

function requireShard(stream: Stream, shardId: string, streams: Streams): Shard {
  const shard = stream.shards.find((candidate) => candidate.shardId === shardId);
  return shard ?? notFound(shardId, stream.name, streams);
}

function notFound(shardId: string, streamName: string, streams: Streams): never {
  throw new KinesisError(
    'ResourceNotFoundException',
    `Could not find shard ${shardId} in stream ${streamName} under account ${streams.accountId}.`,
  );
}
