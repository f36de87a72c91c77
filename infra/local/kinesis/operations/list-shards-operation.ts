import { integer, text, timestamp } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import { NAME, operation, STREAM_TARGET, targetName } from './operation.ts';
import { passes, readFilter, SHARD_FILTER } from './shard-filter.ts';
import { decodeShardPage, encodeShardPage } from './shard-page.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const listShards = operation(
  {
    MaxResults: integer({ min: 1, max: 10_000 }),
    ExclusiveStartShardId: text(NAME),
    NextToken: text({ min: 1, max: 1_048_576 }),
    StreamCreationTimestamp: timestamp(),
    ShardFilter: SHARD_FILTER,
    StreamARN: STREAM_TARGET.StreamARN,
    StreamName: text(NAME),
  },
  (input, streams) => {
    const { NextToken, MaxResults = 1000 } = input;
    const nowMs = streams.clock.now();
    if (NextToken === undefined && input.StreamName === undefined && input.StreamARN === undefined) {
      throw new KinesisError(
        'InvalidArgumentException',
        'Either NextToken or StreamName should be provided.',
      );
    }
    if (NextToken !== undefined) {
      // The stream's name may come with the token, as the paginators of some clients send it.
      const other = ['ExclusiveStartShardId', 'StreamCreationTimestamp', 'ShardFilter'] as const;
      const given = other.find((name) => input[name] !== undefined);
      if (given !== undefined) {
        throw new KinesisError(
          'InvalidArgumentException',
          `NextToken and ${given} cannot be provided together.`,
        );
      }
    }
    const token = NextToken === undefined ? null : decodeShardPage(NextToken, nowMs);
    const stream = streams.stream(token?.streamName ?? targetName(input, streams));
    const page = token ?? {
      streamName: stream.name,
      afterShardId: input.ExclusiveStartShardId ?? '',
      filter: readFilter(input.ShardFilter, stream, nowMs),
    };
    stream.trim(nowMs);
    const rest = stream.shards
      .filter((shard) => shard.shardId > page.afterShardId)
      .filter((shard) => passes(shard, page.filter, stream, nowMs));
    const shards = rest.slice(0, MaxResults);
    const last = shards.at(-1);
    return {
      Shards: shards.map((shard) => shard.describe()),
      ...(last !== undefined && shards.length < rest.length
        ? { NextToken: encodeShardPage({ ...page, afterShardId: last.shardId }, nowMs) }
        : {}),
    };
  },
);
