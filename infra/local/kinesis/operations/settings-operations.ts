import { required, structure } from '../../aws-json/request-shape.ts';
import { integer, text } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import { DEFAULT_RECORD_KIB, type Stream } from '../stream.ts';
import type { StreamMode, StreamSettings } from '../stream-metadata.ts';
import type { Streams } from '../streams.ts';
import { operation, requireActive, STREAM_TARGET, type StreamTarget, targetStream } from './operation.ts';

export const STREAM_MODE = structure({
  StreamMode: required(text({ oneOf: ['ON_DEMAND', 'PROVISIONED'] as const })),
});
export const MAX_RECORD_SIZE = integer({ min: 1024, max: 10_240 });
export const DISTRIBUTION = text({ oneOf: ['AUTO', 'USER_PARTITION_KEY'] as const });

export const WARM_THROUGHPUT = integer({ min: 0 });

const LEAST_RETENTION_HOURS = 24;
const MOST_RETENTION_HOURS = 8760;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const increaseStreamRetentionPeriod = operation(
  { RetentionPeriodHours: required(integer()), ...STREAM_TARGET },
  (input, streams) => changeRetention(input, input.RetentionPeriodHours, 'increase', streams),
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html */
export const decreaseStreamRetentionPeriod = operation(
  { RetentionPeriodHours: required(integer()), ...STREAM_TARGET },
  (input, streams) => changeRetention(input, input.RetentionPeriodHours, 'decrease', streams),
);

function changeRetention(
  target: StreamTarget,
  hours: number,
  direction: 'increase' | 'decrease',
  streams: Streams,
): null {
  const stream = targetStream(target, streams);
  const refuse = (message: string): never => {
    throw new KinesisError('InvalidArgumentException', message);
  };
  if (hours < LEAST_RETENTION_HOURS) {
    refuse(
      `Minimum allowed retention period is ${LEAST_RETENTION_HOURS} hours. ` +
        `Requested retention period (${hours} hours) is too short.`,
    );
  }
  if (hours > MOST_RETENTION_HOURS) {
    refuse(
      `Maximum allowed retention period is ${MOST_RETENTION_HOURS} hours. ` +
        `Requested retention period (${hours} hours) is too long.`,
    );
  }
  const current = stream.metadata.retentionHours;
  const isWrongWay = direction === 'increase' ? hours < current : hours > current;
  if (isWrongWay) {
    const [word, other] = direction === 'increase' ? ['shorter', 'Decrease'] : ['longer', 'Increase'];
    refuse(
      `Requested retention period (${hours} hours) for stream ${stream.name} can not be ${word} than ` +
        `existing retention period (${current} hours). Use ${other}RetentionPeriod API.`,
    );
  }
  return change(stream, { retentionHours: hours }, hours === current, streams);
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html */
export const updateStreamMode = operation(
  {
    StreamARN: required(STREAM_TARGET.StreamARN),
    StreamModeDetails: required(STREAM_MODE),
    WarmThroughputMiBps: WARM_THROUGHPUT,
  },
  ({ StreamARN, StreamModeDetails, WarmThroughputMiBps }, streams) => {
    refuseWarmThroughput(WarmThroughputMiBps);
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    const mode = StreamModeDetails.StreamMode;
    return change(stream, { mode }, mode === modeOf(stream), streams);
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const updateMaxRecordSize = operation(
  { StreamARN: STREAM_TARGET.StreamARN, MaxRecordSizeInKiB: required(MAX_RECORD_SIZE) },
  ({ StreamARN, MaxRecordSizeInKiB }, streams) => {
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    const current = stream.metadata.maxRecordKib ?? DEFAULT_RECORD_KIB;
    const isSame = MaxRecordSizeInKiB === current;
    return change(stream, { maxRecordKib: MaxRecordSizeInKiB }, isSame, streams);
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html */
export const updateStreamRecordDistributionStrategy = operation(
  { StreamARN: required(STREAM_TARGET.StreamARN), RecordDistributionStrategy: required(DISTRIBUTION) },
  ({ StreamARN, RecordDistributionStrategy: distribution }, streams) => {
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    requireOnDemand(modeOf(stream));
    const current = stream.metadata.distribution ?? 'USER_PARTITION_KEY';
    return change(stream, { distribution }, distribution === current, streams);
  },
);

/** An ACTIVE stream is UPDATING until its change shows; what changes nothing does not begin. Throws ResourceInUseException. */
function change(stream: Stream, settings: StreamSettings, isSame: boolean, streams: Streams): null {
  requireActive(stream, streams);
  if (!isSame) streams.begin(stream, { kind: 'change', settings });
  return null;
}

function modeOf(stream: Stream): StreamMode {
  return stream.metadata.mode ?? 'PROVISIONED';
}

/** Throws ValidationException. */
export function requireOnDemand(mode: StreamMode): void {
  if (mode === 'ON_DEMAND') return;
  throw new KinesisError(
    'ValidationException',
    'RecordDistributionStrategy is only supported for streams that use the on-demand capacity mode.',
  );
}

/** Capacity that is kept ready is nothing that one machine has. Throws ValidationException. */
export function refuseWarmThroughput(mibPerSecond = 0): void {
  if (mibPerSecond === 0) return;
  throw new KinesisError(
    'ValidationException',
    `WarmThroughputMiBps is not supported locally: expected none or 0, got ${mibPerSecond}.`,
  );
}
