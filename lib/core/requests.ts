import { isCents, isCount } from './cents.ts';
import { NumberSet } from './number-set.ts';

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

/** What all producer invocations have in one window, while it is folded. */
export interface RequestFold {
  /** By producer invocation, oldest first, so that a click can be followed. */
  readonly requests: Map<string, RequestSums>;
  /** How much room the requests' numbers take, in the units of `NumberSet.size`. */
  seenSize: number;
}

/** Adds one sale; `known` is what its request has so far, if anything. */
export function addToRequests(
  fold: RequestFold,
  requestId: string,
  known: RequestSums | undefined,
  salesCents: number,
  requestNumber: number | null,
): void {
  if (known === undefined) {
    addRequest(fold, requestId, salesCents, requestNumber);
    return;
  }
  known.recordCount += 1;
  known.salesCents += salesCents;
  if (requestNumber !== null && known.seen !== null) see(fold, known.seen, requestNumber);
}

function addRequest(
  fold: RequestFold,
  requestId: string,
  salesCents: number,
  requestNumber: number | null,
): void {
  const { requests } = fold;
  // Whoever calls itself so is one of many: its numbers say nothing.
  const isNumbered = requestNumber !== null && requestId !== OTHER_REQUESTS;
  const seen = isNumbered ? new NumberSet() : null;
  requests.set(requestId, { recordCount: 1, salesCents, seen });
  if (seen !== null && requestNumber !== null) see(fold, seen, requestNumber);
  const isFull = requests.size > MAX_REQUESTS + (requests.has(OTHER_REQUESTS) ? 1 : 0);
  if (!isFull) return;
  for (const [oldest, share] of requests) {
    if (oldest === OTHER_REQUESTS) continue;
    requests.delete(oldest);
    forget(fold, share);
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
function see(fold: RequestFold, seen: NumberSet, requestNumber: number): void {
  const before = seen.size;
  seen.add(requestNumber);
  fold.seenSize += seen.size - before;
  if (fold.seenSize <= MAX_SEEN_SIZE) return;
  for (const share of fold.requests.values()) {
    if (share.seen === seen) continue;
    forget(fold, share);
    if (fold.seenSize <= MAX_SEEN_SIZE) return;
  }
}

function forget(fold: RequestFold, share: RequestSums): void {
  fold.seenSize -= share.seen?.size ?? 0;
  share.seen = null;
}

/** In a window's state: a list, since a JSON object would not keep the order of numeric ids. */
export type RequestsState = readonly (readonly [
  requestId: string,
  recordCount: number,
  salesCents: number,
  seen?: string,
])[];

export function serializeRequests(requests: RequestFold['requests']): RequestsState {
  return Array.from(requests, ([id, { recordCount, salesCents, seen }]) =>
    seen === null ? [id, recordCount, salesCents] : [id, recordCount, salesCents, seen.serialize()],
  );
}

/** The inverse of `serializeRequests`; null for anything else. */
export function parseRequests(value: unknown): RequestFold | null {
  const shares = parseShares(value);
  if (shares === null || !Array.isArray(value)) return null;
  const requests = new Map<string, RequestSums>();
  let seenSize = 0;
  for (const [index, [id, share]] of [...shares].entries()) {
    const text: unknown = value[index]?.[3];
    const seen = text === undefined ? null : NumberSet.parse(text);
    if (seen === null && text !== undefined) return null;
    requests.set(id, { seen, ...share });
    seenSize += seen?.size ?? 0;
  }
  return { requests, seenSize };
}

/** Lists of a name, a count and an amount, by name; null for anything else. */
export function parseShares(value: unknown): Map<string, RequestShare> | null {
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
