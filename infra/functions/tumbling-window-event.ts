/**
 * The event of a Kinesis event source mapping with a tumbling window, as Lambda sends it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export interface TumblingWindowEvent {
  /** Of one window; empty on the final invocation. */
  readonly Records: readonly KinesisRecord[];
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly window: { readonly start: string; readonly end: string };
  /** `{}` on the first invocation of a window, then what the last one returned. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

export interface KinesisRecord {
  readonly eventID: string;
  readonly kinesis: {
    readonly sequenceNumber: string;
    readonly partitionKey: string;
    /** Base64. */
    readonly data: string;
    /** Epoch seconds with a fraction of milliseconds. */
    readonly approximateArrivalTimestamp: number;
  };
}

/** What the handlers use of Lambda's context. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
}
