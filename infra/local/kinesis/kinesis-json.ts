import type { JsonReader } from '../aws-json/json-reader.ts';
import type { Dialect } from '../aws-json/request-shape.ts';
import { KinesisError } from './kinesis-error.ts';

/** As Kinesis reads JSON, in the words of the Java that it is made of. */
const KINESIS_JSON: JsonReader = {
  text(value) {
    if (typeof value === 'string') return value;
    throw cannotConvert(value, 'an String');
  },
  integer: (value) => Math.min(Math.floor(asNumber(value, 'an Integer')), 2_147_483_647),
  timestampMs: (value) => Math.round(asNumber(value, 'milliseconds since epoch') * 1000),
  boolean(value) {
    if (typeof value === 'boolean') return value;
    throw cannotConvert(value, 'a Boolean');
  },
  list(value) {
    if (Array.isArray(value)) return value;
    throw typeof value === 'object' ? structureNotExpected() : notSerializable('Expected list or null');
  },
  structure: (value) => asObject(value, 'Expected null'),
  map: (value) => asObject(value, 'Expected map or null'),
};

export const KINESIS: Dialect = {
  json: KINESIS_JSON,
  violated: (message) => new KinesisError('ValidationException', message),
};

function asNumber(value: unknown, target: string): number {
  if (typeof value === 'number') return value;
  throw cannotConvert(value, target);
}

function asObject(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) throw listNotExpected();
  if (typeof value !== 'object' || value === null) throw notSerializable(expected);
  return { ...value };
}

export function cannotConvert(value: unknown, target: string): KinesisError {
  if (Array.isArray(value)) return listNotExpected();
  if (typeof value === 'object') return structureNotExpected();
  const javaClass =
    typeof value === 'boolean'
      ? 'java.lang.Boolean'
      : typeof value === 'string'
        ? 'java.lang.String'
        : 'com.amazon.coral.value.json.numbers.TruncatingBigNumber';
  return notSerializable(`class ${javaClass} can not be converted to ${target}`);
}

function listNotExpected(): KinesisError {
  return notSerializable('Start of list found where not expected');
}

function structureNotExpected(): KinesisError {
  return notSerializable('Start of structure or map found where not expected.');
}

export function notSerializable(message: string): KinesisError {
  return new KinesisError('SerializationException', message);
}
