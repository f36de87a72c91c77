/** A moment: `12:00:01` or `12:00:01.250` of the scenario's day, an ISO 8601 text, epoch milliseconds, or a Date. */
export type Moment = string | number | Date;

export interface Scenario {
  /** 1 to 900. */
  readonly windowSeconds: number;
  readonly records: readonly ScenarioRecord[];
  /** Of moments that are a time of day, in UTC: `2026-01-01` when left out. */
  readonly day?: string;
  /** Open when the stream begins; 1. */
  readonly shards?: number;
  /** 1 to 10,000; 100, as Lambda has it. */
  readonly batchSize?: number;
  /** How long a batch that is not full waits for more records, 0 to 300; 0. */
  readonly batchingWindowSeconds?: number;
  /** How long after its end a window is closed when nothing comes any more; 1. AWS says up to 120. */
  readonly idleSeconds?: number;
  /** -1: until the records are too old, which is Lambda's default. */
  readonly maximumRetryAttempts?: number;
  /** -1: as long as the stream keeps them, 24 hours. */
  readonly maximumRecordAgeSeconds?: number;
  readonly bisectBatchOnFunctionError?: boolean;
  /** The mapping has ReportBatchItemFailures. */
  readonly reportBatchItemFailures?: boolean;
  /** A final invocation must return a `state`, too: AWS's pages differ on it. */
  readonly strictFinal?: boolean;
  /** A state above it ends its window early; 1 MiB, as Lambda has it. */
  readonly stateLimitBytes?: number;
  readonly resharding?: readonly Resharding[];
  /** What goes wrong. The first that fits an invocation counts. */
  readonly failures?: readonly ScenarioFailure[];
  /** How long an invocation takes on the scenario's clock; 0. */
  readonly invocationMs?: number;
  /** Of the function; also how long the handler may take of real time. 60. */
  readonly timeoutSeconds?: number;
  /** In `process.env` while the handler runs, besides `BUCKET_NAME`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** When to stop, whatever is still to be done; two days after the last moment that is named. */
  readonly until?: Moment;
}

export interface ScenarioRecord {
  /** Its approximate arrival timestamp, which is what decides on its window. */
  readonly at: Moment;
  /** Text and bytes as they are; anything else as JSON. */
  readonly data: unknown;
  /** Decides on the shard, by its MD5; the record's number when left out. */
  readonly partitionKey?: string;
  /** The shard by its number, in place of the partition key: 0 is `shardId-000000000000`. */
  readonly shard?: number;
  /** When it can first be read, if later than `at`: that makes it late. */
  readonly readableAt?: Moment;
}

/** Shards by their numbers. The children get the next free ones. */
export type Resharding =
  | { readonly at: Moment; readonly split: number }
  | { readonly at: Moment; readonly merge: readonly [number, number] };

/**
 * throws: in place of the handler. times out, crashes: after all that the handler did. answer lost: it did all, and the
 * mapping never hears of it. killed: as that, and the mapping starts again from what it had stored. throttled: the
 * function is not run. s3 refuses: it runs, and S3 answers AccessDenied to all that it asks for.
 */
export const FAILURE_KINDS = [
  'throws',
  'times out',
  'crashes',
  'answer lost',
  'killed',
  'throttled',
  's3 refuses',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface ScenarioFailure {
  readonly how: FailureKind;
  /** The number of an invocation, counted from 1 over the whole run. */
  readonly call?: number;
  /** Or which ones. */
  readonly when?: (call: FailingCall) => boolean;
}

/** An invocation that is about to be made. */
export interface FailingCall {
  /** From 1, over the whole run. */
  readonly number: number;
  /** From 1, of the same event. */
  readonly attempt: number;
  readonly shardId: string;
  readonly records: number;
  readonly final: boolean;
  /** As the event has them. */
  readonly window: { readonly start: string; readonly end: string };
}
