import { type Aggregate, emptyAggregate, fold, parseState } from './aggregate.ts';
import { FieldError, type Fields, parseFields } from './json-fields.ts';
import { parseSale } from './sale.ts';
import { isSequenceNumber } from './sequence-order.ts';
import { type Window, windowTime } from './window.ts';

/**
 * What Lambda writes to S3 of a batch or a final invocation that it gave up: the coordinates and, as `payload`, the whole
 * event. The local runtime writes the same.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface FailureRecord {
  readonly requestId: string;
  readonly functionArn: string;
  /** `RetryAttemptsExhausted` or `RecordAgeExceeded`. */
  readonly condition: string;
  /** Attempts made, at least 1. */
  readonly invokeCount: number;
  /** Null when the function was not run, or its last answer does not matter. */
  readonly response: { readonly functionError: string | null } | null;
  /** When it was given up, epoch milliseconds. */
  readonly timeMs: number;
  readonly shardId: string;
  readonly streamArn: string;
  /** Null for a final invocation, which has no records. */
  readonly batch: FailedBatch | null;
  /** Null without windows. */
  readonly window: { readonly window: Window; readonly final: boolean; readonly early: boolean } | null;
  /** The event, as JSON text. */
  readonly payload: string;
}

export interface FailedBatch {
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  /** Epoch milliseconds. */
  readonly firstArrivalMs: number;
  readonly lastArrivalMs: number;
  readonly recordCount: number;
}

/** An event has at most 6 MB, and as a JSON text within JSON at most twice that. */
export const MAX_FAILURE_CHARACTERS = 16 * 1024 * 1024;

/** The object's body, in AWS's own order. */
export function serializeFailure(failure: FailureRecord): string {
  const { batch, response, window } = failure;
  return JSON.stringify({
    requestContext: {
      requestId: failure.requestId,
      functionArn: failure.functionArn,
      condition: failure.condition,
      approximateInvokeCount: failure.invokeCount,
    },
    ...(response && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: response.functionError,
      },
    }),
    version: '1.0',
    timestamp: new Date(failure.timeMs).toISOString(),
    KinesisBatchInfo: {
      shardId: failure.shardId,
      ...(batch && {
        startSequenceNumber: batch.firstSequenceNumber,
        endSequenceNumber: batch.lastSequenceNumber,
        approximateArrivalOfFirstRecord: new Date(batch.firstArrivalMs).toISOString(),
        approximateArrivalOfLastRecord: new Date(batch.lastArrivalMs).toISOString(),
        batchSize: batch.recordCount,
      }),
      streamArn: failure.streamArn,
    },
    ...(window && {
      timeWindowInfo: {
        window: { start: windowTime(window.window.startMs), end: windowTime(window.window.endMs) },
        isFinalInvokeForWindow: window.final,
        isWindowTerminatedEarly: window.early,
      },
    }),
    payload: failure.payload,
  });
}

/** The inverse of `serializeFailure`. Unknown members are ignored. Throws FieldError. */
export function parseFailure(text: string): FailureRecord {
  if (text.length > MAX_FAILURE_CHARACTERS) {
    throw new FieldError('failure record', `of at most ${MAX_FAILURE_CHARACTERS} characters`, text.length);
  }
  const body = parseFields(text, 'failure record');
  const context = body.object('requestContext');
  const info = body.object('KinesisBatchInfo');
  const response = body.has('responseContext') ? body.object('responseContext').value : null;
  const window = body.has('timeWindowInfo') ? body.object('timeWindowInfo') : null;
  return {
    requestId: context.text('requestId'),
    functionArn: context.text('functionArn'),
    condition: context.text('condition'),
    invokeCount: context.whole('approximateInvokeCount', 0),
    response: response && {
      functionError: typeof response.functionError === 'string' ? response.functionError : null,
    },
    timeMs: body.time('timestamp'),
    shardId: info.text('shardId'),
    streamArn: info.text('streamArn'),
    batch: info.has('startSequenceNumber') ? batchOf(info) : null,
    window: window && {
      window: windowOf(window.object('window')),
      final: window.value.isFinalInvokeForWindow === true,
      early: window.value.isWindowTerminatedEarly === true,
    },
    payload: body.text('payload'),
  };
}

/** A record of the event that was given up. */
export interface FailedEntry {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Base64. */
  readonly data: string;
  /** Epoch milliseconds. */
  readonly arrivalMs: number;
}

/** The records of the event, and its window's state. Throws FieldError. */
export function parseFailedEvent({ payload }: Pick<FailureRecord, 'payload'>): {
  readonly records: readonly FailedEntry[];
  readonly state: unknown;
} {
  const event = parseFields(payload, 'payload');
  return {
    state: event.value.state ?? {},
    records: event.objects('Records').map((record) => {
      const kinesis = record.object('kinesis');
      return {
        sequenceNumber: sequenceNumberIn(kinesis, 'sequenceNumber'),
        partitionKey: kinesis.text('partitionKey'),
        data: kinesis.text('data'),
        arrivalMs: Math.round(kinesis.number('approximateArrivalTimestamp') * 1000),
      };
    }),
  };
}

/**
 * What is missing in the sums because of it: the state of a final invocation, the sales of a batch (whose state is still in
 * its window). Throws FieldError, or ForeignStateError for the state of another consumer.
 */
export function missingIn(failure: FailureRecord): Aggregate {
  const { records, state } = parseFailedEvent(failure);
  if (failure.window?.final) return parseState(state);
  const missing = emptyAggregate();
  for (const { sequenceNumber, data } of records) {
    const text = utf8Of(data);
    const parsed =
      text === null ? { ok: false as const, reason: 'expected UTF-8 text in base64' } : parseSale(text);
    fold(missing, sequenceNumber, parsed);
  }
  return missing;
}

function utf8Of(base64: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function batchOf(info: Fields): FailedBatch {
  return {
    firstSequenceNumber: sequenceNumberIn(info, 'startSequenceNumber'),
    lastSequenceNumber: sequenceNumberIn(info, 'endSequenceNumber'),
    firstArrivalMs: info.time('approximateArrivalOfFirstRecord'),
    lastArrivalMs: info.time('approximateArrivalOfLastRecord'),
    recordCount: info.whole('batchSize', 0),
  };
}

function sequenceNumberIn(fields: Fields, name: string): string {
  return fields.text(name, 'a sequence number', isSequenceNumber);
}

function windowOf(fields: Fields): Window {
  const [startMs, endMs] = [fields.time('start'), fields.time('end')];
  if (endMs <= startMs) throw new FieldError('end', 'after the start', fields.value.end);
  return { startMs, endMs };
}
