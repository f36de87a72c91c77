import { AmountSketch } from './amount-sketch.ts';
import { amountOf, MAX_CENTS } from './cents.ts';
import { addToCustomers, type CustomerSums } from './customers.ts';
import { NumberSet } from './number-set.ts';
import type { ParsedSale } from './sale.ts';
import { isSequenceAfter } from './sequence-order.ts';

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
export interface RequestSums extends RequestShare {
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
