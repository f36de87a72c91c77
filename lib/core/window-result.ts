import type { Aggregate } from './aggregate.ts';
import { isAmountSketch } from './amount-sketch.ts';
import { amountOf, centsOf } from './cents.ts';
import type { CustomerShare } from './customers.ts';
import { excerptOf, excerptOfText } from './excerpt.ts';
import { isSequenceNumber } from './sequence-order.ts';
import { parseWindowTime, type Window, windowTime } from './window.ts';

/**
 * The result of one part of a window of one shard. A (window, shard) may have several parts, after an early termination
 * or a late record: readers sum them. An open snapshot has the same body, so far.
 */
export interface WindowResult {
  readonly window: Window;
  readonly shardId: string;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  readonly recordCount: number;
  readonly salesCents: number;
  /** Null when no sale was added (all records were rejected). */
  readonly minCents: number | null;
  readonly maxCents: number | null;
  readonly rejected: number;
  /** Sales that were sent again and dropped: a producer that hears nothing of the stream cannot know what it took. */
  readonly repeated: number;
  readonly requests: readonly RequestResult[];
  /** Null when the result does not tell: a version before this one wrote it, or an original demo. So is `amounts`. */
  readonly customers: readonly CustomerShare[] | null;
  /** An `AmountSketch`, serialized. */
  readonly amounts: string | null;
  readonly terminatedEarly: boolean;
}

/** What is said of sales where nobody tells more than their sum and their count. */
export const UNSAID = {
  minCents: null,
  maxCents: null,
  rejected: 0,
  repeated: 0,
  requests: [],
  customers: null,
  amounts: null,
  terminatedEarly: false,
} as const satisfies Partial<WindowResult>;

export interface RequestResult {
  readonly requestId: string;
  readonly recordCount: number;
  readonly salesCents: number;
}

/** Null when nothing was folded in: such a part has no result. */
export function resultOf(
  aggregate: Aggregate,
  window: Window,
  shardId: string,
  terminatedEarly: boolean,
): WindowResult | null {
  const { firstSequenceNumber, lastSequenceNumber } = aggregate;
  if (firstSequenceNumber === null || lastSequenceNumber === null) return null;
  return {
    window,
    shardId,
    firstSequenceNumber,
    lastSequenceNumber,
    recordCount: aggregate.recordCount,
    salesCents: aggregate.salesCents,
    minCents: aggregate.minCents,
    maxCents: aggregate.maxCents,
    rejected: aggregate.rejected,
    repeated: aggregate.repeated,
    requests: Array.from(aggregate.requests, ([requestId, { recordCount, salesCents }]) => ({
      requestId,
      recordCount,
      salesCents,
    })),
    customers: aggregate.customers && Array.from(aggregate.customers, ([name, sums]) => ({ name, ...sums })),
    amounts: aggregate.amounts?.serialize() ?? null,
    terminatedEarly,
  };
}

/** The fields of the body, and what each is: the columns of the results as a table. */
export const RESULT_FIELDS = {
  sales: 'money',
  tot_record_count: 'count',
  window: 'window',
  shard_id: 'text',
  first_sequence_number: 'text',
  last_sequence_number: 'text',
  min: 'money',
  max: 'money',
  rejected: 'count',
  repeated: 'count',
  requests: 'shares',
  customers: 'shares',
  amounts: 'text',
  terminated_early: 'truth',
} as const;

type Body = Partial<Readonly<Record<keyof typeof RESULT_FIELDS, unknown>>>;

/** The object's body. Same result, same bytes: a repeated final invocation rewrites what is there. */
export function serializeResult(result: WindowResult): string {
  const body: Body = {
    sales: amountOf(result.salesCents),
    tot_record_count: result.recordCount,
    window: { start: windowTime(result.window.startMs), end: windowTime(result.window.endMs) },
    shard_id: result.shardId,
    first_sequence_number: result.firstSequenceNumber,
    last_sequence_number: result.lastSequenceNumber,
    min: result.minCents === null ? null : amountOf(result.minCents),
    max: result.maxCents === null ? null : amountOf(result.maxCents),
    rejected: result.rejected,
    repeated: result.repeated,
    requests: Object.fromEntries(
      result.requests.map((request) => [
        request.requestId,
        { record_count: request.recordCount, sales: amountOf(request.salesCents) },
      ]),
    ),
    ...(result.customers === null ? {} : { customers: customersOf(result.customers) }),
    ...(result.amounts === null ? {} : { amounts: result.amounts }),
    terminated_early: result.terminatedEarly,
  };
  return JSON.stringify(body);
}

function customersOf(customers: readonly CustomerShare[]): object {
  return Object.fromEntries(
    customers.map(({ name, recordCount, salesCents }) => [
      name,
      { record_count: recordCount, sales: amountOf(salesCents) },
    ]),
  );
}

/** Thrown for an object under a result's or a snapshot's key that holds something else. */
export class MalformedResultError extends Error {
  override name = 'MalformedResultError' as const;

  constructor(field: string, got: unknown) {
    super(
      `Expected a window result, got ${field === '' ? 'a body' : `\`${excerptOfText(field)}\``} ${excerptOf(got, 200)}`,
    );
  }
}

/** The inverse of `serializeResult`. Throws MalformedResultError. */
export function parseResult(text: string): WindowResult {
  const body = parseObject(text);
  const window = object(body, 'window');
  return {
    window: { startMs: time(window, 'start'), endMs: time(window, 'end') },
    shardId: check(body, 'shard_id', (v) => typeof v === 'string' && v !== ''),
    firstSequenceNumber: check(body, 'first_sequence_number', isSequenceNumber),
    lastSequenceNumber: check(body, 'last_sequence_number', isSequenceNumber),
    recordCount: count(body, 'tot_record_count'),
    salesCents: cents(body, 'sales'),
    minCents: body.min === null ? null : cents(body, 'min'),
    maxCents: body.max === null ? null : cents(body, 'max'),
    rejected: count(body, 'rejected'),
    repeated: body.repeated === undefined ? 0 : count(body, 'repeated'),
    requests: shares(body, 'requests').map(({ name, ...share }) => ({ requestId: name, ...share })),
    customers: body.customers === undefined ? null : shares(body, 'customers'),
    amounts: body.amounts === undefined ? null : check(body, 'amounts', isAmountSketch),
    terminatedEarly: body.terminated_early === true,
  };
}

/** What the original demo wrote: a total, perhaps a count, and no window. */
export interface OriginalResult {
  readonly salesCents: number;
  /** Null when the object does not say. */
  readonly recordCount: number | null;
}

/** Parses `{"sales": n}` or `{"sales": n, "tot_record_count": m}`. Throws MalformedResultError. */
export function parseOriginalResult(text: string): OriginalResult {
  const body = parseObject(text);
  return {
    salesCents: cents(body, 'sales'),
    recordCount: body.tot_record_count === undefined ? null : count(body, 'tot_record_count'),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedResultError('', text);
  }
  if (!isRecord(value)) throw new MalformedResultError('', value);
  return value;
}

function object(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (!isRecord(value)) throw new MalformedResultError(name, value);
  return value;
}

function shares(fields: Fields, name: string): CustomerShare[] {
  return Object.entries(object(fields, name)).map(([key, share]) => {
    if (!isRecord(share)) throw new MalformedResultError(`${name}.${key}`, share);
    return { name: key, recordCount: count(share, 'record_count'), salesCents: cents(share, 'sales') };
  });
}

function check(fields: Fields, name: string, isRight: (value: unknown) => boolean): string {
  const value = fields[name];
  if (typeof value !== 'string' || !isRight(value)) throw new MalformedResultError(name, value);
  return value;
}

function time(fields: Fields, name: string): number {
  const timeMs = parseWindowTime(fields[name]);
  if (timeMs === null) throw new MalformedResultError(name, fields[name]);
  return timeMs;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new MalformedResultError(name, value);
  }
  return value;
}

function cents(fields: Fields, name: string): number {
  const value = centsOf(fields[name]);
  if (value === null) throw new MalformedResultError(name, fields[name]);
  return value;
}
