import type { FailureKind } from './scenario.ts';
import type { WindowedEvent, WindowedRecord } from './windowed-event.ts';

/** What came of a scenario. Moments are ISO 8601 on the scenario's clock. */
export interface WindowRun {
  /** Every attempt, in order. */
  readonly invocations: readonly Invocation[];
  /** The final invocations that the mapping took as done, early ones too. */
  readonly finals: readonly FinalInvocation[];
  /** What the retry policy gave up. */
  readonly dropped: readonly Dropped[];
  /** What is in the buckets in the end, written by the AWS SDK; by bucket and key. */
  readonly objects: readonly WrittenObject[];
  /** Windows that are still open: `until` came first, or a final invocation fails for ever. */
  readonly open: readonly OpenPart[];
}

export interface Invocation {
  /** From 1. */
  readonly number: number;
  /** From 1, of the same event. */
  readonly attempt: number;
  readonly at: string;
  readonly requestId: string;
  readonly shardId: string;
  readonly event: WindowedEvent;
  /** What the handler returned, as JSON brought it over; null when it returned nothing or failed. */
  readonly answer: unknown;
  readonly error: { readonly errorType: string; readonly errorMessage: string } | null;
  /** What the scenario did to it. */
  readonly failure: FailureKind | null;
  /** The mapping went on; false when it sends the event again, or gives it up. */
  readonly accepted: boolean;
  /** Why not, in the mapping's words. */
  readonly problem: string | null;
}

export interface FinalInvocation {
  /** Of the invocation. */
  readonly number: number;
  readonly at: string;
  readonly shardId: string;
  readonly window: { readonly start: string; readonly end: string };
  /** What the handler got: what the invocation before it had returned. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
  readonly terminatedEarly: boolean;
}

export interface Dropped {
  /** None for a final invocation: its window's state is in the failure record's `payload`. */
  readonly records: readonly WindowedRecord[];
  readonly final: boolean;
  /** What Lambda writes to an S3 destination. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
  readonly failureRecord: Readonly<Record<string, unknown>>;
}

export interface WrittenObject {
  readonly bucket: string;
  readonly key: string;
  /** As UTF-8. */
  readonly body: string;
}

export interface OpenPart {
  readonly shardId: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly state: Readonly<Record<string, unknown>>;
}
