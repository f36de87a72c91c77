import { AmountSketch, isAmountSketch } from './amount-sketch.ts';
import { amountOf, MAX_CENTS } from './cents.ts';
import { addToCustomers, type CustomerSums } from './customers.ts';
import { excerptOf } from './excerpt.ts';
import { NumberSet } from './number-set.ts';
import type { ParsedSale } from './sale.ts';
import { isSequenceAfter, isSequenceNumber } from './sequence-order.ts';

/**
 * What is known of one window of one shard: counts and sums, and nothing per record, so that it can travel as Lambda's
 * window state from invocation to invocation.
 */
export interface Aggregate {
  /** Sales that were added. */
  recordCount: number;
  salesCents: number;
  /** Sales and refunds without their sign. No sum of some of them is larger: as long as it is in bounds, all are. */
  turnoverCents: number;
  /** Smallest and largest single sale; null while there is none. */
  minCents: number | null;
  maxCents: number | null;
  /** Records that were not sales. */
  rejected: number;
  /** Sales that a producer sent again though the stream had them, and that were dropped. */
  repeated: number;
  /** Of all records folded in, rejected ones included; null while there is none. */
  firstSequenceNumber: string | null;
  lastSequenceNumber: string | null;
  /** By producer invocation, oldest first, so that a click can be followed. */
  requests: Map<string, RequestSums>;
  /** How much room the requests' numbers take, in the units of `NumberSet.size`. */
  seenSize: number;
  /** Null when a version before this one began the window, and did not count by customer; so is `amounts`. */
  customers: CustomerSums | null;
  /** How the single sales are spread. */
  amounts: AmountSketch | null;
}

/** What one producer invocation has in one window. */
export interface RequestShare {
  recordCount: number;
  salesCents: number;
}

/** The same while its window is folded. */
interface RequestSums extends RequestShare {
  /** The numbers of its sales that are in; null when it does not number them, or they have been forgotten. */
  seen: NumberSet | null;
}

/**
 * The room for the numbers of all requests together: 600,000 sales of one shard in one window, five times of what a shard
 * takes in two minutes. Beyond it those of the oldest request are forgotten, and what is sent again of it counts twice.
 */
const MAX_SEEN_SIZE = 100_000;

/** The newest request ids are kept apart, the rest is added up under `OTHER_REQUESTS`: the state stays below 1 MB. */
export const MAX_REQUESTS = 500;
export const OTHER_REQUESTS = 'other';

export function emptyAggregate(): Aggregate {
  return {
    recordCount: 0,
    salesCents: 0,
    turnoverCents: 0,
    minCents: null,
    maxCents: null,
    rejected: 0,
    repeated: 0,
    firstSequenceNumber: null,
    lastSequenceNumber: null,
    requests: new Map(),
    seenSize: 0,
    customers: new Map(),
    amounts: new AmountSketch(),
  };
}

/** True for a record that is already in: Lambda delivers at least once, and in order within a shard. */
export function isFolded(aggregate: Aggregate, sequenceNumber: string): boolean {
  return (
    aggregate.lastSequenceNumber !== null && !isSequenceAfter(sequenceNumber, aggregate.lastSequenceNumber)
  );
}

/**
 * Folds one record into the aggregate, in place. Returns the reason when the record was rejected, null when it was added.
 * The caller skips records that are already in (`isFolded`).
 */
export function fold(aggregate: Aggregate, sequenceNumber: string, parsed: ParsedSale): string | null {
  aggregate.firstSequenceNumber ??= sequenceNumber;
  aggregate.lastSequenceNumber = sequenceNumber;
  if (!parsed.ok) {
    aggregate.rejected += 1;
    return parsed.reason;
  }
  const { custName, salesCents, requestId, requestNumber } = parsed.sale;
  const request = requestId === null ? undefined : aggregate.requests.get(requestId);
  if (requestNumber !== null && request?.seen?.has(requestNumber)) {
    aggregate.repeated += 1;
    return null;
  }
  const turnoverCents = aggregate.turnoverCents + Math.abs(salesCents);
  if (turnoverCents > MAX_CENTS) {
    aggregate.rejected += 1;
    return `expected the sales and refunds of a window to stay within ${amountOf(MAX_CENTS)} in all, got one more of ${amountOf(salesCents)}`;
  }
  aggregate.recordCount += 1;
  aggregate.salesCents += salesCents;
  aggregate.turnoverCents = turnoverCents;
  if (aggregate.minCents === null || salesCents < aggregate.minCents) aggregate.minCents = salesCents;
  if (aggregate.maxCents === null || salesCents > aggregate.maxCents) aggregate.maxCents = salesCents;
  if (request !== undefined) {
    request.recordCount += 1;
    request.salesCents += salesCents;
    if (requestNumber !== null && request.seen !== null) see(aggregate, request.seen, requestNumber);
  } else if (requestId !== null) addRequest(aggregate, requestId, salesCents, requestNumber);
  if (aggregate.customers !== null) addToCustomers(aggregate.customers, custName, salesCents);
  aggregate.amounts?.add(salesCents);
  return null;
}

function addRequest(
  aggregate: Aggregate,
  requestId: string,
  salesCents: number,
  requestNumber: number | null,
): void {
  const { requests } = aggregate;
  // Whoever calls itself so is one of many: its numbers say nothing.
  const isNumbered = requestNumber !== null && requestId !== OTHER_REQUESTS;
  const seen = isNumbered ? new NumberSet() : null;
  requests.set(requestId, { recordCount: 1, salesCents, seen });
  if (seen !== null && requestNumber !== null) see(aggregate, seen, requestNumber);
  const isFull = requests.size > MAX_REQUESTS + (requests.has(OTHER_REQUESTS) ? 1 : 0);
  if (!isFull) return;
  for (const [oldest, share] of requests) {
    if (oldest === OTHER_REQUESTS) continue;
    requests.delete(oldest);
    forget(aggregate, share);
    const others = requests.get(OTHER_REQUESTS);
    if (others === undefined) requests.set(OTHER_REQUESTS, share);
    else {
      others.recordCount += share.recordCount;
      others.salesCents += share.salesCents;
    }
    return;
  }
}

/** Notes that a sale is in, and forgets the oldest requests' where that takes too much room. */
function see(aggregate: Aggregate, seen: NumberSet, requestNumber: number): void {
  const before = seen.size;
  seen.add(requestNumber);
  aggregate.seenSize += seen.size - before;
  if (aggregate.seenSize <= MAX_SEEN_SIZE) return;
  for (const share of aggregate.requests.values()) {
    if (share.seen === seen) continue;
    forget(aggregate, share);
    if (aggregate.seenSize <= MAX_SEEN_SIZE) return;
  }
}

function forget(aggregate: Aggregate, share: RequestSums): void {
  aggregate.seenSize -= share.seen?.size ?? 0;
  share.seen = null;
}

/** Lambda's `state`: compact JSON. `requests` is a list, since a JSON object would not keep the order of numeric ids. */
export interface AggregateState {
  readonly tot_record_count: number;
  readonly sales_cents: number;
  readonly turnover_cents: number;
  readonly min_cents: number | null;
  readonly max_cents: number | null;
  readonly rejected: number;
  readonly repeated: number;
  readonly first_sequence_number: string | null;
  readonly last_sequence_number: string | null;
  readonly requests: readonly (readonly [
    requestId: string,
    recordCount: number,
    salesCents: number,
    seen?: string,
  ])[];
  readonly customers: readonly (readonly [name: string, recordCount: number, salesCents: number])[] | null;
  readonly amounts: string | null;
}

export function serializeState(aggregate: Aggregate): AggregateState {
  return {
    tot_record_count: aggregate.recordCount,
    sales_cents: aggregate.salesCents,
    turnover_cents: aggregate.turnoverCents,
    min_cents: aggregate.minCents,
    max_cents: aggregate.maxCents,
    rejected: aggregate.rejected,
    repeated: aggregate.repeated,
    first_sequence_number: aggregate.firstSequenceNumber,
    last_sequence_number: aggregate.lastSequenceNumber,
    requests: Array.from(aggregate.requests, ([id, { recordCount, salesCents, seen }]) =>
      seen === null ? [id, recordCount, salesCents] : [id, recordCount, salesCents, seen.serialize()],
    ),
    customers:
      aggregate.customers &&
      Array.from(aggregate.customers, ([name, sums]) => [name, sums.recordCount, sums.salesCents]),
    amounts: aggregate.amounts?.serialize() ?? null,
  };
}

/** Thrown for a window state that this consumer did not write: counting on from it would give a wrong total. */
export class ForeignStateError extends Error {
  override name = 'ForeignStateError' as const;

  constructor(state: unknown) {
    super(`Expected the window state of this consumer or {}, got ${excerptOf(state, 200)}`);
  }
}

/** The inverse of `serializeState`. Lambda's first state of a window, `{}`, is the empty aggregate. */
export function parseState(state: unknown): Aggregate {
  if (typeof state !== 'object' || state === null) throw new ForeignStateError(state);
  if (Object.keys(state).length === 0) return emptyAggregate();
  const s: { readonly [K in keyof AggregateState]?: unknown } = state;
  const requests = parseRequests(s.requests);
  // What a version before this one, whose window was open when it was replaced, did not say.
  const customers = parseShares(s.customers ?? []);
  const amounts = s.amounts ?? '';
  const repeated = s.repeated ?? 0;
  const turnoverCents = s.turnover_cents ?? Math.abs(Number(s.sales_cents));
  if (
    !isCount(s.tot_record_count) ||
    !isCount(s.rejected) ||
    !isCount(repeated) ||
    !isCents(s.sales_cents) ||
    !isCount(turnoverCents) ||
    !(s.min_cents === null || isCents(s.min_cents)) ||
    !(s.max_cents === null || isCents(s.max_cents)) ||
    !(s.first_sequence_number === null || isSequenceNumber(s.first_sequence_number)) ||
    !(s.last_sequence_number === null || isSequenceNumber(s.last_sequence_number)) ||
    requests === null ||
    customers === null ||
    !isAmountSketch(amounts)
  ) {
    throw new ForeignStateError(state);
  }
  const sketch = new AmountSketch();
  sketch.merge(amounts);
  return {
    recordCount: s.tot_record_count,
    salesCents: s.sales_cents,
    turnoverCents,
    minCents: s.min_cents,
    maxCents: s.max_cents,
    rejected: s.rejected,
    repeated,
    firstSequenceNumber: s.first_sequence_number,
    lastSequenceNumber: s.last_sequence_number,
    requests,
    seenSize: [...requests.values()].reduce((sum, { seen }) => sum + (seen?.size ?? 0), 0),
    customers: s.customers == null ? null : customers,
    amounts: s.amounts == null ? null : sketch,
  };
}

function parseRequests(value: unknown): Map<string, RequestSums> | null {
  const shares = parseShares(value);
  if (shares === null || !Array.isArray(value)) return null;
  const requests = new Map<string, RequestSums>();
  for (const [index, [id, share]] of [...shares].entries()) {
    const text: unknown = value[index]?.[3];
    const seen = text === undefined ? null : NumberSet.parse(text);
    if (seen === null && text !== undefined) return null;
    requests.set(id, { ...share, seen });
  }
  return requests;
}

function parseShares(value: unknown): Map<string, RequestShare> | null {
  if (!Array.isArray(value)) return null;
  const shares = new Map<string, RequestShare>();
  for (const entry of value) {
    if (!Array.isArray(entry)) return null;
    const [name, recordCount, salesCents]: unknown[] = entry;
    if (typeof name !== 'string' || !isCount(recordCount) || !isCents(salesCents)) return null;
    shares.set(name, { recordCount, salesCents });
  }
  return shares;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCents(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
