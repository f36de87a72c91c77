import { isAmountSketch } from './amount-sketch.ts';
import { isCents, isCount } from './cents.ts';
import type { CustomerShare } from './customers.ts';
import { resultKey } from './object-key.ts';
import { isSequenceNumber } from './sequence-order.ts';
import { MAX_WINDOW_SECONDS, utcDay } from './window.ts';
import type { WindowResult } from './window-result.ts';

/**
 * The day index of a shard, `revenue_day/dt=YYYY_MM_DD/<shardId>.json`: its results of a UTC day in one object, so that
 * whoever reads the day need not get them one by one. A cache and never a source of truth: a row counts only while a
 * listing of the results shows its key with its ETag. Whatever is missing, stale or broken costs requests, never numbers.
 */
export interface DayIndex {
  /** `YYYY_MM_DD`, of the windows' starts. */
  readonly day: string;
  readonly shardId: string;
  readonly rows: readonly IndexedResult[];
}

/** All that a result says but its `requests`; who needs those reads the result itself. */
export interface IndexedResult {
  /** The result's own (`resultKey`). */
  readonly key: string;
  /** As PutObject and listings say it, with its quotes. */
  readonly etag: string;
  readonly result: Omit<WindowResult, 'requests'>;
}

/** Nobody reads or writes a larger one: it would hold up more than it spares. Some 6,000 results, or a day of 720 in 0.5 MB. */
export const MAX_DAY_INDEX_BYTES = 4 * 1024 * 1024;
const VERSION = 1;

/**
 * The text of an index with one row more, or with another one of the same key; the same text when it has that very row.
 * Without one (null), or with what is no index of the result's day and shard, a new one. The rows that are there are taken
 * over unread: whoever reads them checks them.
 */
export function addToDayIndex(text: string | null, row: IndexedResult): string {
  const { window, shardId, firstSequenceNumber } = row.result;
  const day = utcDay(window.startMs);
  const { names, rows } = (text === null ? null : openIndex(text, day, shardId)) ?? { names: [], rows: [] };
  const isSame = (other: unknown) =>
    Array.isArray(other) && other[0] === window.startMs && other[2] === firstSequenceNumber;
  const same = rows.find(isSame);
  if (text !== null && Array.isArray(same) && same[4] === row.etag) return text;
  const others = rows.filter((other) => !isSame(other));
  return textOf(day, shardId, [...names], others, [row]);
}

/**
 * JSON: `{"version", "day", "shard_id", "names", "rows"}`; a row is a list in the order of `rowOf`, money is in cents, and
 * of a customer stand the place in `names`, the count and the cents, one after the other.
 */
export function serializeDayIndex({ day, shardId, rows }: DayIndex): string {
  return textOf(day, shardId, [], [], rows);
}

function textOf(
  day: string,
  shardId: string,
  names: unknown[],
  written: readonly unknown[],
  rows: readonly IndexedResult[],
): string {
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = (name: string) => {
    const place = places.get(name) ?? names.push(name) - 1;
    places.set(name, place);
    return place;
  };
  const all = [...written, ...rows.map((row) => rowOf(row, placeOf))];
  return JSON.stringify({ version: VERSION, day, shard_id: shardId, names, rows: all });
}

function rowOf({ etag, result }: IndexedResult, placeOf: (name: string) => number): readonly unknown[] {
  return [
    result.window.startMs,
    result.window.endMs - result.window.startMs,
    result.firstSequenceNumber,
    result.lastSequenceNumber,
    etag,
    result.recordCount,
    result.salesCents,
    result.minCents,
    result.maxCents,
    result.rejected,
    result.repeated,
    Number(result.terminatedEarly),
    result.amounts,
    result.customers?.flatMap(({ name, recordCount, salesCents }) => [
      placeOf(name),
      recordCount,
      salesCents,
    ]) ?? null,
  ];
}

/**
 * The inverse of `serializeDayIndex`; of what somebody else wrote, the rows that can be read, the last of each key. Null
 * when there is no index in it, or one of another day or shard than its key says.
 */
export function parseDayIndex(text: string, day: string, shardId: string): DayIndex | null {
  const index = openIndex(text, day, shardId);
  if (index === null) return null;
  const read = new Map<string, IndexedResult>();
  for (const each of index.rows) {
    const row = Array.isArray(each) ? parseRow(each, index.names, shardId) : null;
    if (row !== null && utcDay(row.result.window.startMs) === day) read.set(row.key, row);
  }
  return { day, shardId, rows: [...read.values()] };
}

/** What is in an index, unread; null as `parseDayIndex`. */
function openIndex(
  text: string,
  day: string,
  shardId: string,
): { readonly names: readonly unknown[]; readonly rows: readonly unknown[] } | null {
  if (text.length > MAX_DAY_INDEX_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields: { version?: unknown; day?: unknown; shard_id?: unknown; names?: unknown; rows?: unknown } =
    value;
  if (fields.version !== VERSION || fields.day !== day || fields.shard_id !== shardId) return null;
  const { names, rows } = fields;
  return Array.isArray(names) && Array.isArray(rows) ? { names, rows } : null;
}

function parseRow(
  [
    startMs,
    lengthMs,
    first,
    last,
    etag,
    count,
    cents,
    min,
    max,
    rejected,
    repeated,
    early,
    amounts,
    customers,
  ]: readonly unknown[],
  names: readonly unknown[],
  shardId: string,
): IndexedResult | null {
  const shares = customers === null ? null : parseCustomers(customers, names);
  if (
    !isCount(startMs) ||
    startMs > MAX_TIME_MS ||
    !isCount(lengthMs) ||
    lengthMs === 0 ||
    lengthMs > MAX_WINDOW_SECONDS * 1000 ||
    !isSequenceNumber(first) ||
    !isSequenceNumber(last) ||
    typeof etag !== 'string' ||
    !isCount(count) ||
    !isCents(cents) ||
    !(min === null || isCents(min)) ||
    !(max === null || isCents(max)) ||
    !isCount(rejected) ||
    !isCount(repeated) ||
    !(early === 0 || early === 1) ||
    !(amounts === null || isAmountSketch(amounts)) ||
    (shares === null && customers !== null)
  ) {
    return null;
  }
  const result: IndexedResult['result'] = {
    window: { startMs, endMs: startMs + lengthMs },
    shardId,
    firstSequenceNumber: first,
    lastSequenceNumber: last,
    recordCount: count,
    salesCents: cents,
    minCents: min,
    maxCents: max,
    rejected,
    repeated,
    customers: shares,
    amounts,
    terminatedEarly: early === 1,
  };
  return { key: resultKey(result), etag, result };
}

/** Null for anything else than customers. */
function parseCustomers(value: unknown, names: readonly unknown[]): readonly CustomerShare[] | null {
  if (!Array.isArray(value) || value.length % 3 !== 0) return null;
  const shares: CustomerShare[] = [];
  for (let at = 0; at < value.length; at += 3) {
    const [place, recordCount, salesCents]: readonly unknown[] = [value[at], value[at + 1], value[at + 2]];
    const name = typeof place === 'number' ? names[place] : undefined;
    if (typeof name !== 'string' || !isCount(recordCount) || !isCents(salesCents)) return null;
    shares.push({ name, recordCount, salesCents });
  }
  return shares;
}

/** The last millisecond that has a date. */
const MAX_TIME_MS = 8.64e15;
