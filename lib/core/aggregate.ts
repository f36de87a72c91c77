import { AmountSketch, isAmountSketch } from './amount-sketch.ts';
import { amountOf, isCents, isCount, MAX_CENTS } from './cents.ts';
import { addToCustomers, type CustomerSums } from './customers.ts';
import { excerptOf } from './excerpt.ts';
import {
  addToRequests,
  parseRequests,
  parseShares,
  type RequestFold,
  type RequestsState,
  serializeRequests,
} from './requests.ts';
import type { ParsedSale } from './sale.ts';
import { isSequenceAfter, isSequenceNumber } from './sequence-order.ts';

/**
 * What is known of one window of one shard: counts and sums, and nothing per record, so that it can travel as Lambda's
 * window state from invocation to invocation.
 */
export interface Aggregate extends RequestFold {
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
  /** Null when a version before this one began the window, and did not count by customer; so is `amounts`. */
  customers: CustomerSums | null;
  /** How the single sales are spread. */
  amounts: AmountSketch | null;
}

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
  if (requestId !== null) addToRequests(aggregate, requestId, request, salesCents, requestNumber);
  if (aggregate.customers !== null) addToCustomers(aggregate.customers, custName, salesCents);
  aggregate.amounts?.add(salesCents);
  return null;
}

/** Lambda's `state`: compact JSON. */
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
  readonly requests: RequestsState;
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
    requests: serializeRequests(aggregate.requests),
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
    ...requests,
    customers: s.customers == null ? null : customers,
    amounts: s.amounts == null ? null : sketch,
  };
}
