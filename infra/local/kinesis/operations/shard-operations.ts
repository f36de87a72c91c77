import { required } from '../../aws-json/request-shape.ts';
import { integer, text } from '../../aws-json/scalar-members.ts';
import { hashKeyFromDecimal, hashKeyToBigInt, hashKeyToDecimal } from '../hash-key.ts';
import { KinesisError, shardNotFound } from '../kinesis-error.ts';
import { openShards } from '../reshard.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';
import {
  HASH_KEY,
  NAME,
  operation,
  requireActive,
  STREAM_TARGET,
  targetName,
  targetStream,
} from './operation.ts';
import { normalShardId } from './shard-id.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html */
export const splitShard = operation(
  {
    NewStartingHashKey: required(text(HASH_KEY)),
    ...STREAM_TARGET,
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
    return null;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html */
export const mergeShards = operation(
  {
    ShardToMerge: required(text(NAME)),
    AdjacentShardToMerge: required(text(NAME)),
    ...STREAM_TARGET,
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
    return null;
  },
);

function isBelow(one: Shard, other: Shard): boolean {
  return hashKeyToBigInt(one.metadata.lastHashKey) + 1n === hashKeyToBigInt(other.metadata.firstHashKey);
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const updateShardCount = operation(
  {
    ...STREAM_TARGET,
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
  const shardId = normalShardId(given);
  if (shardId === null) throw shardNotFound(given, streamName, streams.accountId);
  return shardId;
}

function requireShard(stream: Stream, shardId: string, streams: Streams): Shard {
  const shard = stream.shards.find((candidate) => candidate.shardId === shardId);
  if (shard === undefined) throw shardNotFound(shardId, stream.name, streams.accountId);
  return shard;
}
