import { AwsError } from '../aws-json/aws-error.ts';

/** The errors of the Kinesis API, by the names that go over the wire. */
export type KinesisErrorType =
  | 'DryRunOperationException'
  | 'ExpiredIteratorException'
  | 'ExpiredNextTokenException'
  | 'InternalFailure'
  | 'InvalidArgumentException'
  | 'LimitExceededException'
  | 'ProvisionedThroughputExceededException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException';

/**
 * What an operation refuses. The service renders it as `{"__type", "message"}`, with status 400, or 500 for
 * InternalFailure (https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html).
 */
export class KinesisError extends AwsError {
  constructor(type: KinesisErrorType, message = '', options?: ErrorOptions) {
    super(type, type === 'InternalFailure' ? 500 : 400, message, {}, options);
  }
}

export function streamNotFound(streamName: string, accountId: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Stream ${streamName} under account ${accountId} not found.`,
  );
}

export function noSuchShard(shardId: string, streamName: string, accountId: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${streamName} under account ${accountId} does not exist`,
  );
}

/** Of what is no shard's id, or of a shard that split and merge do not find. */
export function shardNotFound(shardId: string, streamName: string, accountId: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Could not find shard ${shardId} in stream ${streamName} under account ${accountId}.`,
  );
}

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export function shardLimitError(
  account: { readonly accountId: string; readonly region: string; readonly shardLimit: number },
  current: number,
  additional: number,
): KinesisError {
  return new KinesisError(
    'LimitExceededException',
    `This request would exceed the shard limit for the account ${account.accountId} in ${account.region}. ` +
      `Current shard count for the account: ${current}. Limit: ${account.shardLimit}. ` +
      `Number of additional shards that would have resulted from this request: ${additional}. ` +
      'Refer to the AWS Service Limits page ' +
      '(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) ' +
      'for current limits and how to request higher limits.',
  );
}

/** What stands in a file is not what was written there. */
export class DamageError extends Error {
  override name = 'DamageError' as const;

  /** `otherwise`: how to go on where the file cannot be restored, and what that costs. */
  constructor(
    damage: string,
    readonly otherwise: string,
    options?: ErrorOptions,
  ) {
    super(damage, options);
  }
}

/** The disk refused, or holds something else than it was given: nothing of the request was stored. Names cause, file, way out. */
export class StorageError extends KinesisError {
  constructor(
    action: string,
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('InternalFailure', `Could not ${action} ${file}: ${reason}. ${wayOut(cause)}`, { cause });
  }
}

function wayOut(cause: unknown): string {
  if (cause instanceof DamageError) return `Restore the file, or ${cause.otherwise}.`;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    ? 'It was deleted or moved while the runtime was running: put it back, or restart the runtime.'
    : 'Free space on the disk or make the data folder writable, then try again.';
}
