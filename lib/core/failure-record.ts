import { type Aggregate, emptyAggregate, fold, parseState } from './aggregate.ts';
import { parseSale } from './sale.ts';
import { isSequenceNumber } from './sequence-order.ts';
import { parseWindowTime, type Window, windowTime } from './window.ts';

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

/** Thrown for an object under a failure record's key that holds something else. */
export class MalformedFailureError extends Error {
  override name = 'MalformedFailureError' as const;

  constructor(
    readonly expected: string,
    readonly got: unknown,
  ) {
    super(`Expected ${expected}, got ${shown(got)}`);
  }
}

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

/** The inverse of `serializeFailure`. Unknown members are ignored. Throws MalformedFailureError. */
export function parseFailure(text: string): FailureRecord {
  if (text.length > MAX_FAILURE_CHARACTERS) {
    throw new MalformedFailureError(
      `a failure record of at most ${MAX_FAILURE_CHARACTERS} characters`,
      text.length,
    );
  }
  const body = parseObject(text, 'a failure record');
  const context = object(body, 'requestContext');
  const info = object(body, 'KinesisBatchInfo');
  const response = body.responseContext === undefined ? null : object(body, 'responseContext');
  const window = body.timeWindowInfo === undefined ? null : object(body, 'timeWindowInfo');
  return {
    requestId: string(context, 'requestId'),
    functionArn: string(context, 'functionArn'),
    condition: string(context, 'condition'),
    invokeCount: count(context, 'approximateInvokeCount'),
    response: response && {
      functionError: typeof response.functionError === 'string' ? response.functionError : null,
    },
    timeMs: time(body, 'timestamp'),
    shardId: string(info, 'shardId'),
    streamArn: string(info, 'streamArn'),
    batch: info.startSequenceNumber === undefined ? null : batchOf(info),
    window: window && {
      window: windowOf(object(window, 'window')),
      final: window.isFinalInvokeForWindow === true,
      early: window.isWindowTerminatedEarly === true,
    },
    payload: string(body, 'payload'),
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

/** The records of the event, and its window's state. Throws MalformedFailureError. */
export function parseFailedEvent({ payload }: Pick<FailureRecord, 'payload'>): {
  readonly records: readonly FailedEntry[];
  readonly state: unknown;
} {
  const event = parseObject(payload, 'an event in the payload');
  const { Records: records } = event;
  if (!Array.isArray(records)) throw new MalformedFailureError('`Records` to be a list', records);
  return {
    state: event.state ?? {},
    records: records.map((record: unknown) => {
      if (!isObject(record)) throw new MalformedFailureError('a record', record);
      const kinesis = object(record, 'kinesis');
      const { sequenceNumber, approximateArrivalTimestamp: seconds } = kinesis;
      if (!isSequenceNumber(sequenceNumber)) {
        throw new MalformedFailureError('`sequenceNumber` to be a sequence number', sequenceNumber);
      }
      if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
        throw new MalformedFailureError('`approximateArrivalTimestamp` to be a number', seconds);
      }
      return {
        sequenceNumber,
        partitionKey: string(kinesis, 'partitionKey'),
        data: string(kinesis, 'data'),
        arrivalMs: Math.round(seconds * 1000),
      };
    }),
  };
}

/**
 * What is missing in the sums because of it: the state of a final invocation, the sales of a batch (whose state is still in
 * its window). Throws MalformedFailureError, or ForeignStateError for the state of another consumer.
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

type Fields = Readonly<Record<string, unknown>>;

function batchOf(info: Fields): FailedBatch {
  const number = (name: string) => {
    const value = info[name];
    if (isSequenceNumber(value)) return value;
    throw new MalformedFailureError(`\`${name}\` to be a sequence number`, value);
  };
  return {
    firstSequenceNumber: number('startSequenceNumber'),
    lastSequenceNumber: number('endSequenceNumber'),
    firstArrivalMs: time(info, 'approximateArrivalOfFirstRecord'),
    lastArrivalMs: time(info, 'approximateArrivalOfLastRecord'),
    recordCount: count(info, 'batchSize'),
  };
}

function windowOf(fields: Fields): Window {
  const startMs = parseWindowTime(fields.start);
  const endMs = parseWindowTime(fields.end);
  if (startMs === null || endMs === null || endMs <= startMs) {
    throw new MalformedFailureError('a window with a start and an end', fields);
  }
  return { startMs, endMs };
}

function parseObject(text: string, expected: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedFailureError(expected, text);
  }
  if (!isObject(value)) throw new MalformedFailureError(expected, value);
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (!isObject(value)) throw new MalformedFailureError(`\`${name}\` to be an object`, value);
  return value;
}

function string(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new MalformedFailureError(`\`${name}\` to be a text`, value);
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedFailureError(`\`${name}\` to be a count`, value);
}

function time(fields: Fields, name: string): number {
  const timeMs = parseWindowTime(fields[name]);
  if (timeMs === null) throw new MalformedFailureError(`\`${name}\` to be a time`, fields[name]);
  return timeMs;
}

/** Foreign data is cut before it is rendered: a value of any depth or length has a short description. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.length <= 100 ? `"${value}"` : `"${value.slice(0, 100)}…"`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}
