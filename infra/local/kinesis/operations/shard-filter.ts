import { required, structure } from '../../aws-json/request-shape.ts';
import { text, timestamp } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';
import { NAME } from './operation.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
export const shardFilter = structure({
  Type: required(
    text({
      oneOf: [
        'AFTER_SHARD_ID',
        'AT_TRIM_HORIZON',
        'FROM_TRIM_HORIZON',
        'AT_LATEST',
        'AT_TIMESTAMP',
        'FROM_TIMESTAMP',
      ],
    }),
  ),
  ShardId: text(NAME),
  Timestamp: timestamp(),
});

export interface ShardFilter {
  readonly type: string;
  readonly shardId: string | null;
  /** Epoch milliseconds. */
  readonly timestampMs: number | null;
}

export function readFilter(
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
export function passes(shard: Shard, filter: ShardFilter | null, stream: Stream, nowMs: number): boolean {
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
