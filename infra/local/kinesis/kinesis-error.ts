/** The errors of the Kinesis API, by the names that go over the wire. */
export type KinesisErrorType =
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
  | 'ValidationException';

/**
 * What an operation refuses. The service renders it as `{"__type", "message"}`, with status 400, or 500 for
 * InternalFailure (https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html).
 */
export class KinesisError extends Error {
  override name = 'KinesisError' as const;

  constructor(
    readonly type: KinesisErrorType,
    message = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return this.type === 'InternalFailure' ? 500 : 400;
  }
}

/** The disk refused: nothing of the request was stored. The message names the cause and the file. */
export class StorageError extends KinesisError {
  constructor(
    action: string,
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const isDamaged = cause instanceof SyntaxError;
    super(
      'InternalFailure',
      `Could not ${action} ${file}: ${reason}. ${isDamaged ? 'Restore the file, or delete its folder: the records in it are lost then.' : 'Free space on the disk or make the data folder writable, then try again.'}`,
      { cause },
    );
  }
}
