import { MAX_CALL_RECORDS } from '../../../../lib/core/record-count.ts';
import { list } from '../../aws-json/collection-members.ts';
import { required, structure } from '../../aws-json/request-shape.ts';
import { boolean, text } from '../../aws-json/scalar-members.ts';
import { checkLength, Violations } from '../../aws-json/violations.ts';
import { blob, isCanonicalBase64 } from '../base64.ts';
import { type HashKey, hashKeyFromDecimal } from '../hash-key.ts';
import { KinesisError, streamNotFound } from '../kinesis-error.ts';
import { dataBytes } from '../log/shard-log.ts';
import { parseSequenceNumber } from '../sequence-number.ts';
import type { PutEntry, PutOutcome, Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';
import {
  endDryRun,
  HASH_KEY,
  operation,
  SEQUENCE_NUMBER,
  STREAM_TARGET,
  type StreamTarget,
  targetStream,
} from './operation.ts';

/** Whatever the stream allows. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const MOST_DATA_BYTES = 10 * 1024 * 1024;
const MOST_CALL_BYTES = 10 * 1024 * 1024;
const KEY = { min: 1, max: 256 };

interface RecordEntry {
  /** May be absent only where the stream distributes its records by itself. */
  readonly PartitionKey: string | undefined;
  readonly ExplicitHashKey: string | undefined;
  readonly Data: string;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export const putRecord = operation(
  {
    SequenceNumberForOrdering: text(SEQUENCE_NUMBER),
    PartitionKey: text(KEY),
    ExplicitHashKey: text(HASH_KEY),
    Data: required(blob({ max: MOST_DATA_BYTES })),
    DryRun: boolean(),
    ...STREAM_TARGET,
  },
  (input, streams) => {
    const stream = writableStream(input, streams);
    const entry = readEntry(input, stream, null);
    requirePast(input.SequenceNumberForOrdering, stream, streams);
    endDryRun(input.DryRun, 'PutRecord');
    const [outcome] = streams.put(stream, [entry]);
    if (outcome?.kind !== 'stored') {
      throw new KinesisError(outcome?.errorCode ?? 'InternalFailure', outcome?.message);
    }
    return { ShardId: outcome.shardId, SequenceNumber: outcome.sequenceNumber };
  },
);

const PUT_RECORDS_ENTRY = structure({
  PartitionKey: text(KEY),
  ExplicitHashKey: text(HASH_KEY),
  Data: required(blob({ max: MOST_DATA_BYTES })),
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const putRecords = operation(
  {
    Records: required(
      list<RecordEntry>(PUT_RECORDS_ENTRY, {
        min: 1,
        max: MAX_CALL_RECORDS,
        show: () => 'com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310',
        isPlain: isPlainEntry,
      }),
    ),
    DryRun: boolean(),
    ...STREAM_TARGET,
  },
  (input, streams) => {
    requireCallSize(input.Records);
    const stream = writableStream(input, streams);
    const entries: PutEntry[] = [];
    for (let index = 0; index < input.Records.length; index += 1) {
      const record = input.Records[index];
      if (record !== undefined) entries.push(readEntry(record, stream, index));
    }
    endDryRun(input.DryRun, 'PutRecords');
    return putRecordsAnswer(streams.put(stream, entries));
  },
);

/** What nearly every entry is; the rest is judged in full. A record's cost is counted in microseconds here. */
function isPlainEntry(value: unknown): value is RecordEntry {
  if (typeof value !== 'object' || value === null) return false;
  if (!('PartitionKey' in value) || !('Data' in value)) return false;
  const { PartitionKey, Data } = value;
  return (
    typeof PartitionKey === 'string' &&
    PartitionKey.length >= KEY.min &&
    PartitionKey.length <= KEY.max &&
    typeof Data === 'string' &&
    Data.length <= MOST_DATA_BYTES &&
    isCanonicalBase64(Data) &&
    (!('ExplicitHashKey' in value) || value.ExplicitHashKey === undefined)
  );
}

/** Texts joined by hand: of digits and ids, nothing of which needs to be escaped but messages. */
function putRecordsAnswer(outcomes: readonly PutOutcome[]): string {
  let failed = 0;
  let records = '';
  for (const outcome of outcomes) {
    if (records !== '') records += ',';
    if (outcome.kind === 'stored') {
      records += `{"SequenceNumber":"${outcome.sequenceNumber}","ShardId":"${outcome.shardId}"}`;
    } else {
      failed += 1;
      records += JSON.stringify({ ErrorCode: outcome.errorCode, ErrorMessage: outcome.message });
    }
  }
  return `{"FailedRecordCount":${failed},"Records":[${records}]}`;
}

/** A stream that is being created or deleted takes no records, and says it is not there. */
function writableStream(target: StreamTarget, streams: Streams): Stream {
  const stream = targetStream(target, streams);
  if (stream.status === 'ACTIVE' || stream.status === 'UPDATING') return stream;
  throw streamNotFound(stream.name, streams.accountId);
}

function readHashKey(decimal: string | undefined): HashKey | null {
  if (decimal === undefined) return null;
  const hashKey = hashKeyFromDecimal(decimal);
  if (hashKey !== null) return hashKey;
  throw new KinesisError(
    'InvalidArgumentException',
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${decimal}`,
  );
}

/** By what the stream asks of its records. `index`: the place in a list, null for one alone. Throws ValidationException. */
function readEntry(record: RecordEntry, stream: Stream, index: number | null): PutEntry {
  const { PartitionKey, Data, ExplicitHashKey } = record;
  if (PartitionKey === undefined && stream.usesPartitionKeys) {
    refuse((violations) => violations.addMissing(pathOf(index, 'partitionKey')));
  }
  checkLength(recordBytes(record), { max: stream.maxRecordBytes }, (constraint) =>
    refuse((violations) => violations.add(null, pathOf(index, 'data'), constraint)),
  );
  return { partitionKey: PartitionKey ?? '', data: Data, explicitHashKey: readHashKey(ExplicitHashKey) };
}

function pathOf(index: number | null, member: string): string {
  return index === null ? member : `records.${index + 1}.member.${member}`;
}

function refuse(violate: (violations: Violations) => void): never {
  const violations = new Violations();
  violate(violations);
  throw new KinesisError('ValidationException', violations.message ?? '');
}

function recordBytes({ PartitionKey, Data }: RecordEntry): number {
  return dataBytes(Data) + (PartitionKey === undefined ? 0 : Buffer.byteLength(PartitionKey));
}

function requireCallSize(records: readonly RecordEntry[]): void {
  let bytes = 0;
  for (const record of records) bytes += recordBytes(record);
  if (bytes <= MOST_CALL_BYTES) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Records size exceeds ${MOST_CALL_BYTES / 1024 / 1024} MB limit`,
  );
}

/** Every shard's numbers rise anyway, so what was issued before is all that is asked of it. */
function requirePast(sequenceNumber: string | undefined, stream: Stream, streams: Streams): void {
  if (sequenceNumber === undefined) return;
  const parsed = parseSequenceNumber(sequenceNumber);
  if (parsed !== null && parsed.timeSeconds * 1000 <= streams.clock.now()) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `ExclusiveMinimumSequenceNumber ${sequenceNumber} used in PutRecord on stream ${stream.name} ` +
      `under account ${streams.accountId} is invalid.`,
  );
}
