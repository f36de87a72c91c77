import { HOUR_MS } from '../../../../lib/core/window.ts';
import { required, structure } from '../../aws-json/request-shape.ts';
import { text, timestamp } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';
import { NAME } from './operation.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
export const SHARD_FILTER = structure({
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

/** Throws InvalidArgumentException. */
export function readFilter(
  filter:
    | {
        readonly Type: string;
        readonly ShardId: string | undefined;
        readonly Timestamp: number | undefined;
      }
    | undefined,
  stream: Stream,
  nowMs: number,
): ShardFilter | null {
  if (filter === undefined) return null;
  const { Type: type, ShardId: shardId = null, Timestamp: timestampMs = null } = filter;
  const refuse = (message: string): never => {
    throw new KinesisError('InvalidArgumentException', message);
  };
  if (type === 'AFTER_SHARD_ID' && shardId === null) {
    refuse('ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.');
  }
  if (type.endsWith('_TIMESTAMP')) {
    if (timestampMs === null) {
      return refuse(`Timestamp must be provided when the ShardFilter Type is ${type}.`);
    }
    if (timestampMs > nowMs) refuse('ShardFilter Timestamp must not be greater than current time.');
    if (timestampMs < horizonMs(stream, nowMs)) {
      refuse('ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.');
    }
  }
  return { type, shardId, timestampMs };
}

/** Before it there is nothing: the retention's start or the stream's, which is dated in whole seconds. */
function horizonMs(stream: Stream, nowMs: number): number {
  const { createdMs, retentionHours } = stream.metadata;
  return Math.max(Math.floor(createdMs / 1000) * 1000, nowMs - retentionHours * HOUR_MS);
}

/** A shard was open from its parents' closing to its own. What lies before the trim horizon has no shards any more. */
export function passes(shard: Shard, filter: ShardFilter | null, stream: Stream, nowMs: number): boolean {
  if (filter === null) return true;
  const { type, shardId, timestampMs } = filter;
  const { closedMs } = shard.metadata;
  const atMs = Math.max(timestampMs ?? 0, nowMs - stream.metadata.retentionHours * HOUR_MS);
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
