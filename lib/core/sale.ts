import { amountOf, centsOf } from './cents.ts';
import { excerptOf, excerptOfText } from './excerpt.ts';
import { MAX_NUMBER } from './number-set.ts';

/**
 * A sale: the data of one Kinesis record, UTF-8 JSON such as
 * `{"cust_name": "Lizardfolk", "cust_id": 20087128, "sales": 246, "request_id": "…", "request_number": 1}`.
 */
export interface Sale {
  readonly custName: string;
  readonly custId: number;
  /** Negative for a refund. */
  readonly salesCents: number;
  /** The producer invocation that sent it; null when the producer was somebody else's. */
  readonly requestId: string | null;
  /** Its number among that invocation's sales, from 1 on: of two with the same one, one was sent again. Null when not told. */
  readonly requestNumber: number | null;
}

export type ParsedSale =
  | { readonly ok: true; readonly sale: Sale }
  | { readonly ok: false; readonly reason: string };

/** A sale takes about 100 bytes; what is far larger is not a sale, and must not fill a window's memory. */
export const MAX_SALE_BYTES = 65_536;
/** Keeps the 500 request ids that a window remembers far below the 1 MB that AWS allows its state. */
const MAX_REQUEST_ID_LENGTH = 128;

/** 50 trillion either way: what is larger is no sale, and must leave room for the others in its window's sums. */
export const MAX_SALE_CENTS = 5_000_000_000_000_000;

/** Parses a record's data. A record that is not a sale has a reason, in words for the person who sent it. */
export function parseSale(text: string): ParsedSale {
  if (text.length > MAX_SALE_BYTES) {
    return rejected(`expected at most ${MAX_SALE_BYTES} bytes of JSON, got ${text.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rejected(`expected a JSON object, got ${excerptOfText(text) || 'nothing'}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected(`expected a JSON object, got ${excerptOfText(text) || 'nothing'}`);
  }
  const record: {
    cust_name?: unknown;
    cust_id?: unknown;
    sales?: unknown;
    request_id?: unknown;
    request_number?: unknown;
  } = value;

  const salesCents = centsOf(record.sales);
  if (salesCents === null) {
    return rejected(
      record.sales === undefined
        ? 'expected a field `sales`, got none'
        : `expected \`sales\` to be a number with at most two decimals, got ${excerptOf(record.sales)}`,
    );
  }
  if (Math.abs(salesCents) > MAX_SALE_CENTS) {
    return rejected(
      `expected \`sales\` to be at most ${amountOf(MAX_SALE_CENTS)} either way, got ${excerptOf(record.sales)}`,
    );
  }
  if (typeof record.cust_name !== 'string') {
    return rejected(`expected \`cust_name\` to be a text, got ${gotOf(record.cust_name)}`);
  }
  if (typeof record.cust_id !== 'number' || !Number.isInteger(record.cust_id)) {
    return rejected(`expected \`cust_id\` to be a whole number, got ${gotOf(record.cust_id)}`);
  }
  const requestId = record.request_id ?? null;
  if (requestId !== null && !isRequestId(requestId)) {
    return rejected(
      `expected \`request_id\` to be a text of 1 to ${MAX_REQUEST_ID_LENGTH} characters, got ${excerptOf(requestId)}`,
    );
  }
  const requestNumber = record.request_number ?? null;
  if (requestNumber !== null && !isRequestNumber(requestNumber)) {
    return rejected(
      `expected \`request_number\` to be a whole number from 1 to ${MAX_NUMBER}, got ${excerptOf(requestNumber)}`,
    );
  }
  return {
    ok: true,
    sale: { custName: record.cust_name, custId: record.cust_id, salesCents, requestId, requestNumber },
  };
}

/** The record data of a sale. `parseSale` is its inverse. */
export function serializeSale(sale: Sale): string {
  return JSON.stringify({
    cust_name: sale.custName,
    cust_id: sale.custId,
    sales: amountOf(sale.salesCents),
    ...(sale.requestId === null ? {} : { request_id: sale.requestId }),
    ...(sale.requestNumber === null ? {} : { request_number: sale.requestNumber }),
  });
}

function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_REQUEST_ID_LENGTH;
}

function isRequestNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_NUMBER;
}

function rejected(reason: string): ParsedSale {
  return { ok: false, reason };
}

function gotOf(field: unknown): string {
  return field === undefined ? 'none' : excerptOf(field);
}
