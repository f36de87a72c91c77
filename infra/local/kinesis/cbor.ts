import { cbor, tag } from '@smithy/core/cbor';

/**
 * The bodies of `application/x-amz-cbor-1.1`, which the Java SDK and the KCL speak: JSON's but for data, which are bytes, and
 * times, which are tagged epoch milliseconds. What the operations see is JSON all the same.
 */
const DATA = new Set(['Data']);
const TIMES = new Set([
  'ApproximateArrivalTimestamp',
  'ConsumerCreationTimestamp',
  'StreamCreationTimestamp',
]);
/** RFC 8949, 3.4.2 */
const TIME_TAG = 1;
/** Epoch seconds reach it in the year 5138, milliseconds did in 1973. */
const LEAST_MILLISECONDS = 1e11;

/** `json` is JSON's text. */
export function cborFromJson(json: string): Buffer {
  return Buffer.from(cbor.serialize(cborValue(JSON.parse(json), '')));
}

function cborValue(value: unknown, name: string): unknown {
  if (typeof value === 'string' && DATA.has(name)) return Buffer.from(value, 'base64');
  if (typeof value === 'number' && TIMES.has(name)) {
    return tag({ tag: TIME_TAG, value: Math.round(value * 1000) });
  }
  if (Array.isArray(value)) return value.map((element) => cborValue(element, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cborValue(member, key)]));
}

/** The map or list of a body, as JSON has it; null when it is none. */
export function jsonFromCbor(bytes: Buffer): object | null {
  try {
    const value = jsonValue(cbor.deserialize(bytes));
    return typeof value === 'object' ? value : null;
  } catch {
    return null; // cut off, no CBOR at all, or nested without end
  }
}

function jsonValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('tag' in value && 'value' in value && Object.getOwnPropertySymbols(value).length > 0) {
    return value.tag === TIME_TAG ? epochSeconds(jsonValue(value.value)) : jsonValue(value.value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, jsonValue(member)]));
}

function epochSeconds(value: unknown): unknown {
  return typeof value === 'number' && value >= LEAST_MILLISECONDS ? value / 1000 : value;
}
