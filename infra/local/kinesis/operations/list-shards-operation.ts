import { KinesisError } from '../kinesis-error.ts';
import { integer, required, structure, text, timestamp } from '../request-shape.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';
import { NAME, operation, streamTarget, targetName } from './operation.ts';
import { decodeShardPage, encodeShardPage } from './shard-page.ts';

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
    const nowMs = streams.clock.now();
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
        : decodeShardPage(NextToken, nowMs);
    const stream = streams.stream(page.streamName);
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

/** A shard was open from its parents' closing to its own. What lies before the trim horizon has no shards any more. */
function passes(shard: Shard, filter: ShardFilter | null, stream: Stream, nowMs: number): boolean {
  if (filter === null) return true;
  const { type, shardId, timestampMs } = filter;
  const { closedMs } = shard.metadata;
  const atMs = Math.max(timestampMs ?? 0, nowMs - stream.metadata.retentionHours * 3_600_000);
  const isOpenAfter = closedMs === null || closedMs > atMs;
  switch (type) {
    case 'AFTER_SHARD_ID':
      return shard.shardId > (shardId ?? '');
    case 'AT_LATEST':
      return closedMs === null;
    case 'AT_TRIM_HORIZON':
    case 'AT_TIMESTAMP':
      return isOpenAfter && openedMs(shard, stream) <= atMs;
    case 'FROM_TIMESTAMP':
      return isOpenAfter;
    default:
      return true;
  }
}

/** The first shards were open from the start of the stream; so was, for who asks now, one whose parents are forgotten. */
function openedMs({ metadata }: Shard, stream: Stream): number {
  const parents = stream.shards.filter((shard) => metadata.parents.includes(shard.metadata.index));
  return Math.max(...parents.map((parent) => parent.metadata.closedMs ?? Number.NEGATIVE_INFINITY));
}
