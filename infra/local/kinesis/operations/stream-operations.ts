import { textMap } from '../../aws-json/collection-members.ts';
import { required, requiredUnless, structure } from '../../aws-json/request-shape.ts';
import { integer, text } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';
import {
  NAME,
  operation,
  requireActive,
  type StreamTarget,
  streamTarget,
  targetStream,
} from './operation.ts';
import { requireTagCharacters } from './tag-operations.ts';

const SHARD_COUNT = { min: 1, max: 100_000 };
const ON_DEMAND_SHARDS = 4;
const STREAMS_PER_PAGE = 100;
const SHARDS_PER_PAGE = 100;

const streamMode = structure({
  StreamMode: required(text({ oneOf: ['PROVISIONED', 'ON_DEMAND'] })),
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const createStream = operation(
  {
    // Not required since there are on-demand streams; a request without a name is still told that it misses both.
    ShardCount: requiredUnless('StreamName', integer(SHARD_COUNT)),
    StreamModeDetails: streamMode,
    Tags: textMap({ min: 0, max: 200, keyLengths: [1, 128], valueLengths: [0, 256] }),
    StreamName: required(text(NAME)),
  },
  ({ StreamName, ShardCount, StreamModeDetails, Tags = {} }, streams) => {
    const mode =
      StreamModeDetails === undefined && ShardCount === undefined ? 'ON_DEMAND' : modeOf(StreamModeDetails);
    if (mode === 'ON_DEMAND' && ShardCount !== undefined) {
      throw new KinesisError(
        'ValidationException',
        'ShardCount must not be specified when creating an ON_DEMAND stream.',
      );
    }
    if (mode === 'PROVISIONED' && ShardCount === undefined) {
      throw new KinesisError(
        'ValidationException',
        'ShardCount must be specified when creating a PROVISIONED stream.',
      );
    }
    requireTagCharacters([...Object.keys(Tags), ...Object.values(Tags)]);
    streams.create({
      streamName: StreamName,
      shardCount: ShardCount ?? ON_DEMAND_SHARDS,
      mode,
      tags: Tags,
    });
    return undefined;
  },
);

function modeOf(details: { readonly StreamMode: string } | undefined): 'PROVISIONED' | 'ON_DEMAND' | null {
  if (details === undefined) return null;
  return details.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED';
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html */
export const deleteStream = operation(streamTarget, (input, streams) => {
  streams.begin(targetStream(input, streams), { kind: 'delete' });
  return undefined;
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html */
export const describeStream = operation(
  {
    Limit: integer({ min: 1, max: 10_000 }),
    ExclusiveStartShardId: text(NAME),
    ...streamTarget,
  },
  (input, streams) => {
    const stream = targetStream(input, streams);
    stream.trim(streams.clock.now());
    const from = input.ExclusiveStartShardId ?? '';
    const rest = stream.shards.filter(({ shardId }) => shardId > from);
    const shards = rest.slice(0, input.Limit ?? SHARDS_PER_PAGE);
    return {
      StreamDescription: {
        ...summaryOf(stream),
        HasMoreShards: shards.length < rest.length,
        Shards: shards.map((shard) => shard.describe()),
      },
    };
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html */
export const describeStreamSummary = operation(streamTarget, (input, streams) => {
  const stream = targetStream(input, streams);
  return {
    StreamDescriptionSummary: {
      ...summaryOf(stream),
      OpenShardCount: stream.shards.filter((shard) => shard.isOpen).length,
      ConsumerCount: 0,
    },
  };
});

function summaryOf(stream: Stream) {
  const { mode } = stream.metadata;
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: stream.status,
    ...(mode === null ? {} : { StreamModeDetails: { StreamMode: mode } }),
    RetentionPeriodHours: stream.metadata.retentionHours,
    StreamCreationTimestamp: stream.metadata.createdMs / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  };
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html */
export const listStreams = operation(
  {
    Limit: integer({ min: 1, max: 10_000 }),
    ExclusiveStartStreamName: text(NAME),
    NextToken: text({ min: 1, max: 1_048_576 }),
  },
  ({ Limit = STREAMS_PER_PAGE, ExclusiveStartStreamName, NextToken }, streams) => {
    const from = ExclusiveStartStreamName ?? NextToken ?? '';
    const rest = streams.list().filter(({ name }) => name > from);
    const listed = rest.slice(0, Limit);
    const hasMore = listed.length < rest.length;
    return {
      StreamNames: listed.map(({ name }) => name),
      StreamSummaries: listed.map(listedStream),
      HasMoreStreams: hasMore,
      ...(hasMore ? { NextToken: listed.at(-1)?.name } : {}),
    };
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamSummary.html */
function listedStream(stream: Stream) {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: stream.status,
    StreamModeDetails: { StreamMode: stream.metadata.mode ?? 'PROVISIONED' },
    StreamCreationTimestamp: stream.metadata.createdMs / 1000,
  };
}

const LEAST_RETENTION_HOURS = 24;
const MOST_RETENTION_HOURS = 8760;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const increaseStreamRetentionPeriod = operation(
  { RetentionPeriodHours: required(integer({ min: 1 })), ...streamTarget },
  (input, streams) => changeRetention(input, input.RetentionPeriodHours, 'increase', streams),
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html */
export const decreaseStreamRetentionPeriod = operation(
  { RetentionPeriodHours: required(integer({ min: 1 })), ...streamTarget },
  (input, streams) => changeRetention(input, input.RetentionPeriodHours, 'decrease', streams),
);

function changeRetention(
  target: StreamTarget,
  hours: number,
  direction: 'increase' | 'decrease',
  streams: Streams,
): undefined {
  const stream = targetStream(target, streams);
  if (hours < LEAST_RETENTION_HOURS) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Minimum allowed retention period is ${LEAST_RETENTION_HOURS} hours. ` +
        `Requested retention period (${hours} hours) is too short.`,
    );
  }
  if (hours > MOST_RETENTION_HOURS) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Maximum allowed retention period is ${MOST_RETENTION_HOURS} hours. ` +
        `Requested retention period (${hours} hours) is too long.`,
    );
  }
  const current = stream.metadata.retentionHours;
  const isWrongWay = direction === 'increase' ? hours < current : hours > current;
  if (isWrongWay) {
    const [word, other] = direction === 'increase' ? ['shorter', 'Decrease'] : ['longer', 'Increase'];
    throw new KinesisError(
      'InvalidArgumentException',
      `Requested retention period (${hours} hours) for stream ${stream.name} can not be ${word} than ` +
        `existing retention period (${current} hours). Use ${other}RetentionPeriod API.`,
    );
  }
  requireActive(stream, streams);
  stream.update({ retentionHours: hours });
  return undefined;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html */
export const updateStreamMode = operation(
  {
    StreamARN: required(streamTarget.StreamARN),
    StreamModeDetails: required(streamMode),
  },
  ({ StreamARN, StreamModeDetails }, streams) => {
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    requireActive(stream, streams);
    stream.update({ mode: modeOf(StreamModeDetails) });
    return undefined;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html */
export const describeLimits = operation({}, (_, streams) => ({
  ShardLimit: streams.shardLimit,
  OpenShardCount: streams.openShardCount(),
  OnDemandStreamCount: streams.list().filter(({ metadata }) => metadata.mode === 'ON_DEMAND').length,
  OnDemandStreamCountLimit: 50,
}));
