import { required, requiredUnless } from '../../aws-json/request-shape.ts';
import { boolean, integer, text } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import { DEFAULT_RECORD_KIB, type Stream } from '../stream.ts';
import { consumersOf } from '../stream-consumer.ts';
import { decodeNameToken, encodeNameToken } from './name-token.ts';
import { NAME, operation, STREAM_TARGET, targetStream } from './operation.ts';
import {
  DISTRIBUTION,
  MAX_RECORD_SIZE,
  refuseWarmThroughput,
  requireOnDemand,
  STREAM_MODE,
  WARM_THROUGHPUT,
} from './settings-operations.ts';
import { requireTagCount, requireTags, TAGS } from './stream-tags.ts';

const SHARD_COUNT = { min: 1, max: 100_000 };
const ON_DEMAND_SHARDS = 4;
const STREAMS_PER_PAGE = 100;
const SHARDS_PER_PAGE = 100;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const createStream = operation(
  {
    // Not required since there are on-demand streams; a request without a name is still told that it misses both.
    ShardCount: requiredUnless('StreamName', integer(SHARD_COUNT)),
    StreamModeDetails: STREAM_MODE,
    Tags: TAGS,
    MaxRecordSizeInKiB: MAX_RECORD_SIZE,
    RecordDistributionStrategy: DISTRIBUTION,
    WarmThroughputMiBps: WARM_THROUGHPUT,
    StreamName: required(text(NAME)),
  },
  (input, streams) => {
    const { StreamName, ShardCount, StreamModeDetails, Tags = {} } = input;
    const { MaxRecordSizeInKiB, RecordDistributionStrategy } = input;
    const mode = StreamModeDetails?.StreamMode ?? (ShardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED');
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
    if (RecordDistributionStrategy !== undefined) requireOnDemand(mode);
    refuseWarmThroughput(input.WarmThroughputMiBps);
    requireTags(Tags);
    requireTagCount(Tags, { kind: 'stream', name: StreamName, accountId: streams.accountId });
    streams.create({
      streamName: StreamName,
      shardCount: ShardCount ?? ON_DEMAND_SHARDS,
      settings: {
        mode,
        ...(MaxRecordSizeInKiB === undefined ? {} : { maxRecordKib: MaxRecordSizeInKiB }),
        ...(RecordDistributionStrategy === undefined ? {} : { distribution: RecordDistributionStrategy }),
      },
      tags: Tags,
    });
    return null;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html */
export const deleteStream = operation(
  { ...STREAM_TARGET, EnforceConsumerDeletion: boolean() },
  (input, streams) => {
    const stream = targetStream(input, streams);
    const consumers = consumersOf(stream, streams.clock.now());
    if (consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
      throw new KinesisError(
        'ResourceInUseException',
        `Stream ${stream.name} under account ${streams.accountId} has registered consumers. ` +
          'Deregister them, or set EnforceConsumerDeletion.',
      );
    }
    streams.begin(stream, { kind: 'delete' });
    return null;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html */
export const describeStream = operation(
  {
    Limit: integer({ min: 1, max: 10_000 }),
    ExclusiveStartShardId: text(NAME),
    ...STREAM_TARGET,
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
export const describeStreamSummary = operation(STREAM_TARGET, (input, streams) => {
  const stream = targetStream(input, streams);
  const { mode, maxRecordKib = DEFAULT_RECORD_KIB, distribution = 'USER_PARTITION_KEY' } = stream.metadata;
  return {
    StreamDescriptionSummary: {
      ...summaryOf(stream),
      ...(stream.status === 'CREATING' ? {} : { OpenShardCount: stream.openShardCount }),
      ConsumerCount: consumersOf(stream, streams.clock.now()).length,
      ChannelCount: 0,
      MaxRecordSizeInKiB: maxRecordKib,
      ...(mode === 'ON_DEMAND' ? { RecordDistributionStrategy: distribution } : {}),
    },
  };
});

function summaryOf(stream: Stream) {
  return {
    ...listedStream(stream),
    RetentionPeriodHours: stream.metadata.retentionHours,
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
    if (ExclusiveStartStreamName !== undefined && NextToken !== undefined) {
      throw new KinesisError(
        'InvalidArgumentException',
        'ExclusiveStartStreamName and NextToken cannot be provided together.',
      );
    }
    const nowMs = streams.clock.now();
    const from =
      ExclusiveStartStreamName ??
      (NextToken === undefined ? '' : decodeNameToken('streams', NextToken, nowMs));
    const rest = streams.list().filter(({ name }) => name > from);
    const listed = rest.slice(0, Limit);
    const last = listed.at(-1);
    const hasMore = last !== undefined && listed.length < rest.length;
    return {
      StreamNames: listed.map(({ name }) => name),
      StreamSummaries: listed.map(listedStream),
      HasMoreStreams: hasMore,
      ...(hasMore ? { NextToken: encodeNameToken('streams', last.name, nowMs) } : {}),
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
    StreamCreationTimestamp: Math.floor(stream.metadata.createdMs / 1000),
  };
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html */
export const describeLimits = operation({}, (_, streams) => ({
  ChannelCount: 0,
  ChannelCountLimit: 100,
  ShardLimit: streams.shardLimit,
  OpenShardCount: streams.openShardCount(),
  OnDemandStreamCount: streams.list().filter(({ metadata }) => metadata.mode === 'ON_DEMAND').length,
  OnDemandStreamCountLimit: 50,
}));
