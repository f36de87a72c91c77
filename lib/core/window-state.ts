import { type Aggregate, emptyAggregate, type RequestShare, type RequestSums } from './aggregate.ts';
import { AmountSketch, isAmountSketch } from './amount-sketch.ts';
import { excerptOf } from './excerpt.ts';
import { NumberSet } from './number-set.ts';
import { isSequenceNumber } from './sequence-order.ts';

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
