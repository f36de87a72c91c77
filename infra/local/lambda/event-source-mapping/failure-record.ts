import { type Window, windowTime } from '../../../../lib/core/window.ts';
import type { TrackedRecord } from '../window-tracker.ts';

/**
 * The object that an on-failure destination in S3 gets for a batch or a final invocation that was given up.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface GivenUp {
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** Attempts made, at least 1. */
  readonly invokeCount: number;
  /** Null when the function was not run, or its last answer does not matter. */
  readonly response: { readonly functionError: 'Handled' | 'Unhandled' | null } | null;
  readonly shardId: string;
  readonly streamArn: string;
  /** Empty for a final invocation. */
  readonly records: readonly TrackedRecord[];
  readonly window: { readonly window: Window; readonly final: boolean; readonly early: boolean } | null;
  /** The event, as JSON text. */
  readonly payload: string;
}

export interface FailureObject {
  readonly key: string;
  /** JSON text. */
  readonly body: string;
}

export function failureObject(
  givenUp: GivenUp,
  mappingUuid: string,
  nowMs: number,
  id: string,
): FailureObject {
  const { records, response, window } = givenUp;
  const timestamp = new Date(nowMs).toISOString();
  const day = timestamp.slice(0, 10);
  const time = timestamp.slice(11, 19).replaceAll(':', '.');
  const [first] = records;
  const last = records.at(-1);
  return {
    key: `aws/lambda/${mappingUuid}/${givenUp.shardId}/${day.replaceAll('-', '/')}/${day}T${time}-${id}`,
    body: JSON.stringify({
      requestContext: {
        requestId: givenUp.requestId,
        functionArn: givenUp.functionArn,
        condition: givenUp.condition,
        approximateInvokeCount: givenUp.invokeCount,
      },
      ...(response === null
        ? {}
        : {
            responseContext: {
              statusCode: 200,
              executedVersion: '$LATEST',
              functionError: response.functionError,
            },
          }),
      version: '1.0',
      timestamp,
      KinesisBatchInfo: {
        shardId: givenUp.shardId,
        ...(first === undefined || last === undefined
          ? {}
          : {
              startSequenceNumber: first.sequenceNumber,
              endSequenceNumber: last.sequenceNumber,
              approximateArrivalOfFirstRecord: new Date(first.arrivalMs).toISOString(),
              approximateArrivalOfLastRecord: new Date(last.arrivalMs).toISOString(),
              batchSize: records.length,
            }),
        streamArn: givenUp.streamArn,
      },
      ...(window === null
        ? {}
        : {
            timeWindowInfo: {
              window: { start: windowTime(window.window.startMs), end: windowTime(window.window.endMs) },
              isFinalInvokeForWindow: window.final,
              isWindowTerminatedEarly: window.early,
            },
          }),
      payload: givenUp.payload,
    }),
  };
}
