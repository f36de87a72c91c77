/**
 * The event of a Kinesis event source mapping with a tumbling window, as Lambda sends it. It holds these seven members.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export interface WindowedEvent<State extends object = Record<string, unknown>> {
  /** Of one window; empty on the final invocation, and only there. */
  readonly Records: readonly WindowedRecord[];
  readonly shardId: string;
  readonly eventSourceARN: string;
  /** Start inclusive, end exclusive: UTC, whole seconds, `2026-01-01T12:00:00Z`. */
  readonly window: { readonly start: string; readonly end: string };
  /** `{}` on the first invocation of a window, then what the last one returned, as it is. */
  readonly state: Partial<State>;
  readonly isFinalInvokeForWindow: boolean;
  /** The state was too large: the window is closed now, and goes on from `{}`. */
  readonly isWindowTerminatedEarly: boolean;
}

export interface WindowedRecord {
  readonly kinesis: {
    readonly kinesisSchemaVersion: string;
    readonly partitionKey: string;
    /** A decimal of some 56 digits: compare as BigInt. */
    readonly sequenceNumber: string;
    /** Base64. */
    readonly data: string;
    /** Epoch seconds with a fraction of milliseconds. */
    readonly approximateArrivalTimestamp: number;
  };
  readonly eventSource: string;
  readonly eventVersion: string;
  readonly eventID: string;
  readonly eventName: string;
  readonly invokeIdentityArn: string;
  readonly awsRegion: string;
  readonly eventSourceARN: string;
}

/** What the mapping needs of every answer; of a final one it needs none. */
export interface WindowedAnswer<State extends object = Record<string, unknown>> {
  /** At most 1 MB of JSON. */
  readonly state: State;
  /** With ReportBatchItemFailures: the first named record and those after it are sent again. */
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

/** What a Node.js handler finds in Lambda's context. */
export interface WindowedContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}
