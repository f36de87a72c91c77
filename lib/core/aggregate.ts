import { AmountSketch, isAmountSketch } from './amount-sketch.ts';
import { amountOf, MAX_CENTS } from './cents.ts';
import { addToCustomers, type CustomerSums } from './customers.ts';
import { excerptOf } from './excerpt.ts';
import type { ParsedSale } from './sale.ts';
import { compareSequenceNumbers, isSequenceNumber } from './sequence-number.ts';

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
  requests: Map<string, RequestShare>;
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
    customers: new Map(),
    amounts: new AmountSketch(),
  };
}

/** True for a record that is already in: Lambda delivers at least once, and in order within a shard. */
export function isFolded(aggregate: Aggregate, sequenceNumber: string): boolean {
  return (
    aggregate.lastSequenceNumber !== null &&
    compareSequenceNumbers(sequenceNumber, aggregate.lastSequenceNumber) <= 0
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
  const { custName, salesCents, requestId } = parsed.sale;
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
  if (requestId !== null) addToRequest(aggregate.requests, requestId, 1, salesCents);
  if (aggregate.customers !== null) addToCustomers(aggregate.customers, custName, salesCents);
  aggregate.amounts?.add(salesCents);
  return null;
}

function addToRequest(
  requests: Map<string, RequestShare>,
  requestId: string,
  recordCount: number,
  salesCents: number,
): void {
  const share = requests.get(requestId);
  if (share !== undefined) {
    share.recordCount += recordCount;
    share.salesCents += salesCents;
    return;
  }
  requests.set(requestId, { recordCount, salesCents });
  if (
    requestId === OTHER_REQUESTS ||
    requests.size <= MAX_REQUESTS + (requests.has(OTHER_REQUESTS) ? 1 : 0)
  ) {
    return;
  }
  for (const [oldest, oldestShare] of requests) {
    if (oldest === OTHER_REQUESTS) continue;
    requests.delete(oldest);
    addToRequest(requests, OTHER_REQUESTS, oldestShare.recordCount, oldestShare.salesCents);
    return;
  }
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
  readonly requests: readonly (readonly [requestId: string, recordCount: number, salesCents: number])[];
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
    requests: sharesOf(aggregate.requests),
    customers: aggregate.customers && sharesOf(aggregate.customers),
    amounts: aggregate.amounts?.serialize() ?? null,
  };
}

function sharesOf(shares: ReadonlyMap<string, RequestShare>): [string, number, number][] {
  return Array.from(shares, ([name, { recordCount, salesCents }]) => [name, recordCount, salesCents]);
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
  const requests = parseShares(s.requests);
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
    customers: s.customers == null ? null : customers,
    amounts: s.amounts == null ? null : sketch,
  };
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
