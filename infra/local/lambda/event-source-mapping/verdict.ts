import type { InvocationOutcome } from '../function-invoker.ts';
import { EMPTY_STATE } from '../window-tracker.ts';

/** What an invocation's outcome means for the mapping. */
export type Verdict =
  /** The first `count` records are processed. `state`: what the function returned, as compact JSON. */
  | { readonly kind: 'accepted'; readonly count: number; readonly state: string }
  /** `functionError` null: the function answered, but not what the mapping needs. */
  | {
      readonly kind: 'failed';
      readonly functionError: 'Handled' | 'Unhandled' | null;
      readonly message: string;
    }
  | { readonly kind: 'not-invoked'; readonly message: string };

export interface Expectation {
  /** The batch, in order; empty for a final invocation. */
  readonly records: readonly { readonly sequenceNumber: string }[];
  readonly windowed: boolean;
  readonly final: boolean;
  /** FunctionResponseTypes has ReportBatchItemFailures. */
  readonly reportsItemFailures: boolean;
  /** A final invocation has to return a `state`, too. */
  readonly strictFinal: boolean;
}

/**
 * With windows, the answer must be an object with an object `state`. With ReportBatchItemFailures it may name records:
 * what lies before the first of them is processed, the rest is sent again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function judge(outcome: InvocationOutcome, expected: Expectation): Verdict {
  if (outcome.kind === 'not-invoked') {
    return { kind: 'not-invoked', message: `${outcome.errorType}: ${outcome.message}` };
  }
  if (outcome.kind === 'function-error') {
    return { kind: 'failed', functionError: outcome.functionError, message: errorText(outcome.payload) };
  }
  const count = expected.records.length;
  const needsState = expected.windowed && (!expected.final || expected.strictFinal);
  const readsItems = expected.reportsItemFailures && !expected.final;
  if (!needsState && !readsItems) return { kind: 'accepted', count, state: EMPTY_STATE };

  const response = parse(outcome.payload);
  if (response === undefined) return failed(`Expected a response in JSON, got ${quote(outcome.payload)}`);
  let state = EMPTY_STATE;
  if (needsState) {
    const returned = isObject(response) ? response.state : undefined;
    if (!isObject(returned)) {
      return failed(
        `Expected a response with an object \`state\`, got ${quote(outcome.payload)}. With a tumbling window every invocation must return its state, as in {"state": {}}.`,
      );
    }
    const text = written(returned);
    if (text === null) return failed('Expected a `state` that is less deeply nested');
    state = text;
  }
  if (!readsItems) return { kind: 'accepted', count, state };

  const first = firstFailure(response, expected.records);
  if (typeof first === 'string') return failed(first);
  if (first === 0) return failed('The function reported the first record of the batch as failed');
  return { kind: 'accepted', count: first, state };
}

/** The index of the first record that was reported as failed, the batch's length when none was; or what is wrong. */
function firstFailure(response: unknown, records: Expectation['records']): number | string {
  if (response === null || response === '') return records.length;
  if (Array.isArray(response) && response.length === 0) return records.length;
  if (!isObject(response)) {
    return `Expected a response with \`batchItemFailures\`, got ${quote(written(response))}`;
  }
  const failures = response.batchItemFailures ?? [];
  if (!Array.isArray(failures)) {
    return `Expected \`batchItemFailures\` to be a list, got ${quote(written(failures))}`;
  }
  if (failures.length === 0) return records.length;
  const indexes = new Map<unknown, number>(records.map((record, index) => [record.sequenceNumber, index]));
  let first = records.length;
  for (const failure of failures) {
    const index = indexes.get(isObject(failure) ? failure.itemIdentifier : undefined);
    if (index === undefined) {
      return `Expected each of \`batchItemFailures\` to be {"itemIdentifier": <a sequence number of the batch>}, got ${quote(written(failure))}`;
    }
    first = Math.min(first, index);
  }
  return first;
}

function failed(message: string): Verdict {
  return { kind: 'failed', functionError: null, message };
}

/** `errorType: errorMessage` of a function error's payload. */
function errorText(payload: string): string {
  const error = parse(payload);
  if (!isObject(error)) return quote(payload);
  return [error.errorType, error.errorMessage].filter((part) => typeof part === 'string').join(': ');
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null for what is too deep to be written, although it could be read: that must not end the shard's worker. */
function written(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

function quote(text: string | null): string {
  const shown = text === null ? 'something deeply nested' : text === '' ? 'nothing' : text;
  return shown.length <= 120 ? shown : `${shown.slice(0, 120)}…`;
}
