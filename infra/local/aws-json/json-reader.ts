import { AwsError } from './aws-error.ts';

/** Values of a request as what a member wants. Each throws AwsError SerializationException, in the words of its service. */
export interface JsonReader {
  text(value: unknown): string;
  integer(value: unknown, kind: 'Integer' | 'Long'): number;
  /** Epoch milliseconds. */
  timestampMs(value: unknown): number;
  boolean(value: unknown): boolean;
  list(value: unknown): readonly unknown[];
  structure(value: unknown): Readonly<Record<string, unknown>>;
  map(value: unknown): Readonly<Record<string, unknown>>;
}

/** As Lambda and CloudWatch Logs read, and most services do; Kinesis is older. */
export const STRICT_JSON: JsonReader = {
  text(value) {
    if (typeof value === 'string') return value;
    throw wrongType(value, 'a String');
  },
  integer(value, kind) {
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw wrongType(value, kind === 'Integer' ? 'an Integer' : 'a Long');
  },
  timestampMs(value) {
    // Clients that send timestamps as text are understood, as by AWS.
    const ms = typeof value === 'string' ? Date.parse(value) : Number(value) * 1000;
    if (Number.isFinite(ms) && typeof value !== 'boolean') return ms;
    throw wrongType(value, 'a Timestamp');
  },
  boolean(value) {
    if (typeof value === 'boolean') return value;
    throw wrongType(value, 'a Boolean');
  },
  list(value) {
    if (Array.isArray(value)) return value;
    throw wrongType(value, 'a List');
  },
  structure(value) {
    if (isStructure(value)) return value;
    throw wrongType(value, 'a Structure');
  },
  map(value) {
    if (isStructure(value)) return value;
    throw wrongType(value, 'a Map');
  },
};

export function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of another type than the model's does not even get to validation. */
export function wrongType(value: unknown, wanted: string): AwsError {
  const kinds: Readonly<Record<string, string>> = {
    string: 'STRING_VALUE',
    number: Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE',
    boolean: value === true ? 'TRUE_VALUE' : 'FALSE_VALUE',
  };
  const kind = kinds[typeof value] ?? (Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT');
  return new AwsError('SerializationException', 400, `${kind} can not be converted to ${wanted}`);
}
