import { shardIdOf } from '../../../../lib/core/shard-index.ts';
import { required } from '../../aws-json/request-shape.ts';
import { boolean, integer, text, timestamp } from '../../aws-json/scalar-members.ts';
import { KinesisError, noSuchShard, shardNotFound } from '../kinesis-error.ts';
import { parseSequenceNumber } from '../sequence-number.ts';
import type { Shard } from '../shard.ts';
import { decodeShardIterator, encodeShardIterator } from '../shard-iterator.ts';
import type { Stream } from '../stream.ts';
import type { StreamRecord } from '../stream-reader.ts';
import type { Streams } from '../streams.ts';
import { endDryRun, NAME, operation, SEQUENCE_NUMBER, STREAM_TARGET, targetName } from './operation.ts';
import { normalShardId } from './shard-id.ts';

export const ITERATOR_TYPES = [
  'AFTER_SEQUENCE_NUMBER',
  'LATEST',
  'AT_TIMESTAMP',
  'AT_SEQUENCE_NUMBER',
  'TRIM_HORIZON',
];
const MOST_RECORDS = 10_000;
const MOST_BYTES = 10 * 1024 * 1024;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
export const getShardIterator = operation(
  {
    ShardId: required(text(NAME)),
    ShardIteratorType: required(text({ oneOf: ITERATOR_TYPES })),
    StartingSequenceNumber: text(SEQUENCE_NUMBER),
    Timestamp: timestamp(),
    DryRun: boolean(),
    ...STREAM_TARGET,
  },
  (input, streams) => {
    const streamName = targetName(input, streams);
    const shardId = normalShardId(input.ShardId);
    if (shardId === null) throw shardNotFound(input.ShardId, streamName, streams.accountId);
    const { shard } = existingShard(streamName, shardId, streams);
    const iterator = {
      issuedMs: streams.clock.now(),
      streamName,
      shardId,
      index: firstIndex(input, shard, streamName, streams),
      createdSeconds: shard.metadata.createdSeconds,
    };
    endDryRun(input.DryRun, 'GetShardIterator');
    return { ShardIterator: encodeShardIterator(iterator) };
  },
);

interface IteratorRequest {
  readonly ShardIteratorType: string;
  readonly StartingSequenceNumber: string | undefined;
  readonly Timestamp: number | undefined;
}

/** Where a reader begins. Throws InvalidArgumentException. */
export function firstIndex(
  request: IteratorRequest,
  shard: Shard,
  streamName: string,
  streams: Streams,
): number {
  const { ShardIteratorType: type, StartingSequenceNumber: sequenceNumber, Timestamp } = request;
  const takesNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  const forbidsNumber = type === 'TRIM_HORIZON' || type === 'LATEST';
  if (sequenceNumber === undefined ? takesNumber : forbidsNumber) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
        '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
        `Request specified ${type} and ${sequenceNumber === undefined ? 'no' : 'also a'} StartingSequenceNumber.`,
    );
  }
  if (takesNumber && sequenceNumber !== undefined) {
    requireOfShard(sequenceNumber, shard, streamName, streams);
    return shard.indexOf(sequenceNumber, type === 'AT_SEQUENCE_NUMBER' ? 'at' : 'after');
  }
  if (type === 'TRIM_HORIZON') return shard.log.trimIndex;
  if (type === 'LATEST') return shard.log.nextIndex;
  return shard.log.indexAtTime(requirePast(Timestamp, streams.clock.now()));
}

function requirePast(timestampMs: number | undefined, nowMs: number): number {
  if (timestampMs === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    );
  }
  if (timestampMs > nowMs) {
    throw new KinesisError(
      'InvalidArgumentException',
      'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
        `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
    );
  }
  return timestampMs;
}

function requireOfShard(sequenceNumber: string, shard: Shard, streamName: string, streams: Streams): void {
  const parsed = parseSequenceNumber(sequenceNumber);
  const used =
    `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${shard.shardId} ` +
    `in stream ${streamName} under account ${streams.accountId} is invalid`;
  if (parsed === null) throw new KinesisError('InvalidArgumentException', `${used}.`);
  if (parsed.shardIndex !== shard.metadata.index) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Invalid StartingSequenceNumber. It encodes ${encodedShardId(parsed.shardIndex)}, ` +
        `while it was used in a call to a shard with ${shard.shardId}`,
    );
  }
  // Numbers of the oldest kind make the service itself stumble.
  if (parsed.version === 0) throw new KinesisError('InternalFailure');
  if (parsed.version !== 2 || parsed.createdSeconds !== shard.metadata.createdSeconds) {
    const reason = 'because it did not come from this stream.';
    throw new KinesisError('InvalidArgumentException', `${used} ${reason}`);
  }
}

/** A number may encode an index below zero; the service writes it with eleven digits. */
function encodedShardId(shardIndex: number): string {
  if (shardIndex >= 0) return shardIdOf(shardIndex);
  return `shardId--${String(-shardIndex).padStart(11, '0')}`;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const getRecords = operation(
  {
    Limit: integer({ min: 1, max: MOST_RECORDS }),
    ShardIterator: required(text({ min: 1, max: 512 })),
    DryRun: boolean(),
    StreamARN: STREAM_TARGET.StreamARN,
  },
  ({ Limit = MOST_RECORDS, ShardIterator, DryRun }, streams) => {
    const nowMs = streams.clock.now();
    const iterator = decodeShardIterator(withoutQuotes(ShardIterator), nowMs);
    const { stream, shard } = existingShard(iterator.streamName, iterator.shardId, streams);
    endDryRun(DryRun, 'GetRecords');
    // A shard of a later stream of that name: what the iterator had counted is gone, all that is there is new.
    const isSameShard = iterator.createdSeconds === shard.metadata.createdSeconds;
    const from = isSameShard ? iterator.index : 1;
    const page = shard.readFrom(from, { maxRecords: Limit, maxBytes: MOST_BYTES }, nowMs);
    const next = { ...iterator, issuedMs: nowMs, index: page.nextIndex };
    // A closed shard's end shows when there is nothing left to give, not with its last records.
    const end =
      page.ended && page.records.length === 0
        ? `"ChildShards":${JSON.stringify(childShards(shard, stream))}`
        : `"NextShardIterator":"${encodeShardIterator({ ...next, createdSeconds: shard.metadata.createdSeconds })}"`;
    return `{"Records":[${recordsText(page.records)}],"MillisBehindLatest":${page.millisBehindLatest},${end}}`;
  },
);

/** Texts joined by hand: of all this only keys need to be escaped. */
export function recordsText(records: readonly StreamRecord[]): string {
  let text = '';
  for (const { sequenceNumber, partitionKey, data, arrivalMs } of records) {
    if (text !== '') text += ',';
    // Only a stream that distributes by itself takes records without a key.
    const key = partitionKey === '' ? '' : `,"PartitionKey":${JSON.stringify(partitionKey)}`;
    text +=
      `{"SequenceNumber":"${sequenceNumber}","ApproximateArrivalTimestamp":${arrivalMs / 1000},` +
      `"Data":"${data}"${key}}`;
  }
  return text;
}

/** Kinesis takes an iterator as it is printed in JSON, too, as it comes out of the CLI. */
function withoutQuotes(iterator: string): string {
  return /^"(.*)"$/.exec(iterator)?.[1] ?? iterator;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ChildShard.html */
export function childShards(shard: Shard, stream: Stream): object[] {
  return stream.shards
    .filter(({ metadata }) => metadata.parents.includes(shard.metadata.index))
    .map((child) => ({
      ShardId: child.shardId,
      ParentShards: child.metadata.parents.map(shardIdOf),
      HashKeyRange: child.describe().HashKeyRange,
    }));
}

/** A missing stream is a missing shard to these operations. */
export function existingShard(
  streamName: string,
  shardId: string,
  streams: Streams,
): { readonly stream: Stream; readonly shard: Shard } {
  try {
    return { stream: streams.stream(streamName), shard: streams.shard(streamName, shardId) };
  } catch (error) {
    if (!(error instanceof KinesisError) || error.type !== 'ResourceNotFoundException') throw error;
    throw noSuchShard(shardId, streamName, streams.accountId);
  }
}
