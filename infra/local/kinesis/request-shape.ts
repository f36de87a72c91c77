import {
  asBase64,
  asNumber,
  asText,
  listNotExpected,
  notSerializable,
  structureNotExpected,
} from './json-value.ts';
import { KinesisError } from './kinesis-error.ts';

/**
 * What a request may contain, as data. Kinesis judges a request in two passes: first that every member has its JSON type
 * (SerializationException for the first that has not), then the constraints (one ValidationException for up to ten).
 * The texts are those of the service.
 */
export interface Member<T> {
  /** To the inner value. Throws SerializationException. */
  convert(value: unknown): T;
  /** Adds what the value violates. */
  check(value: T, path: string, violations: string[]): void;
}

export interface RequiredMember<T> extends Member<T> {
  /** A member by whose presence this one may be missing; null: it must be there. */
  readonly requiredUnless: string | null;
}

export type Shape = Readonly<Record<string, Member<unknown>>>;

export type Input<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends RequiredMember<infer T>
    ? T
    : S[K] extends Member<infer T>
      ? T | undefined
      : never;
};

const MOST_VIOLATIONS = 10;

/** Throws SerializationException, ValidationException. */
export function readInput<S extends Shape>(shape: S, body: unknown): Input<S> {
  const input = convertMembers(shape, body);
  const violations: string[] = [];
  checkMembers(shape, input, '', violations);
  if (violations.length > 0) {
    const count = `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected`;
    throw new KinesisError('ValidationException', `${count}: ${violations.join('; ')}`);
  }
  return input;
}

function convertMembers<S extends Shape>(shape: S, value: unknown): Input<S> {
  const source = new Map(Object.entries(value ?? {}));
  const converted: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape)) {
    const given: unknown = source.get(name);
    if (given !== undefined && given !== null) converted[name] = member.convert(given);
  }
  return converted as Input<S>; // each member by its own convert, which is what Input says
}

function checkMembers(
  shape: Shape,
  input: Readonly<Record<string, unknown>>,
  parent: string,
  violations: string[],
): void {
  for (const [name, member] of Object.entries(shape)) {
    if (violations.length >= MOST_VIOLATIONS) return;
    const value = input[name];
    const path = parent + name.charAt(0).toLowerCase() + name.slice(1);
    if (value !== undefined) member.check(value, path, violations);
    else if (isMissing(member, input)) addViolation(violations, 'null', path, 'Member must not be null');
  }
}

function isMissing(member: Member<unknown>, input: Readonly<Record<string, unknown>>): boolean {
  if (!('requiredUnless' in member)) return false;
  return typeof member.requiredUnless !== 'string' || input[member.requiredUnless] === undefined;
}

export function required<T>(member: Member<T>): RequiredMember<T> {
  return { ...member, requiredUnless: null };
}

/** Reads as optional; its absence is a violation unless the other member is there. */
export function requiredUnless<T>(other: string, member: Member<T>): Member<T> {
  return Object.assign({ ...member }, { requiredUnless: other });
}

export function text(
  constraints: {
    readonly pattern?: string;
    readonly min?: number;
    readonly max?: number;
    readonly oneOf?: readonly string[];
  } = {},
): Member<string> {
  const { pattern, min, max, oneOf } = constraints;
  const regex = pattern === undefined ? null : new RegExp(`^(?:${pattern})$`);
  return {
    convert: asText,
    check(value, path, violations) {
      const violate = (constraint: string) => addViolation(violations, `'${value}'`, path, constraint);
      if (regex !== null && !regex.test(value)) {
        violate(`Member must satisfy regular expression pattern: ${pattern}`);
      }
      checkLength(characters(value), min, max, violate);
      if (oneOf !== undefined && !oneOf.includes(value)) {
        violate(`Member must satisfy enum value set: [${oneOf.join(', ')}]`);
      }
    },
  };
}

export function integer(constraints: { readonly min?: number; readonly max?: number } = {}): Member<number> {
  const { min, max } = constraints;
  return {
    convert: (value) => Math.min(Math.floor(asNumber(value, 'an Integer')), 2_147_483_647),
    check(value, path, violations) {
      const violate = (constraint: string) => addViolation(violations, `'${value}'`, path, constraint);
      if (min !== undefined && value < min) {
        violate(`Member must have value greater than or equal to ${min}`);
      }
      if (max !== undefined && value > max) violate(`Member must have value less than or equal to ${max}`);
    },
  };
}

/** Epoch seconds on the wire, milliseconds inside. */
export function timestamp(): Member<number> {
  return {
    convert: (value) => asNumber(value, 'milliseconds since epoch') * 1000,
    check() {},
  };
}

/** Base64, kept as it came; the length is that of the bytes. */
export function blob(constraints: { readonly max: number }): Member<string> {
  return {
    convert: asBase64,
    check(value, path, violations) {
      const bytes = Buffer.byteLength(value, 'base64');
      const shown = `'java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]'`;
      checkLength(bytes, 0, constraints.max, (c) => addViolation(violations, shown, path, c));
    },
  };
}

export function structure<S extends Shape>(shape: S): Member<Input<S>> {
  return {
    convert(value) {
      if (Array.isArray(value)) throw listNotExpected();
      if (typeof value !== 'object') throw notSerializable('Expected null');
      return convertMembers(shape, value);
    },
    check: (value, path, violations) => checkMembers(shape, value, `${path}.`, violations),
  };
}

export function list<T>(
  member: Member<T>,
  constraints: {
    readonly min: number;
    readonly max: number;
    /** How an element reads in a message. */
    readonly show?: (element: T) => string;
    /** Elements that need neither conversion nor checks: for lists that must be read fast. */
    readonly isPlain?: (element: unknown) => element is T;
  },
): Member<T[]> {
  const { min, max, show = String, isPlain } = constraints;
  return {
    convert(value) {
      if (Array.isArray(value)) {
        if (isPlain !== undefined && value.every(isPlain)) return value;
        return value.map((element) => member.convert(element));
      }
      throw typeof value === 'object' ? structureNotExpected() : notSerializable('Expected list or null');
    },
    check(value, path, violations) {
      checkLength(value.length, min, max, (constraint) =>
        addViolation(violations, `'[${value.map(show).join(', ')}]'`, path, constraint),
      );
      if (isPlain !== undefined && value.every(isPlain)) return;
      for (const [index, element] of value.entries()) {
        if (violations.length < MOST_VIOLATIONS) {
          member.check(element, `${path}.${index + 1}.member`, violations);
        }
      }
    },
  };
}

/** A list of texts whose lengths are judged together. */
export function textList(constraints: {
  readonly min: number;
  readonly max: number;
  readonly lengths: readonly [number, number];
}): Member<string[]> {
  const plain = list(text(), constraints);
  return {
    ...plain,
    check(value, path, violations) {
      plain.check(value, path, violations);
      checkLengths(value, constraints.lengths, 'Member must satisfy constraint', (constraint) =>
        addViolation(violations, `'[${value.join(', ')}]'`, path, constraint),
      );
    },
  };
}

/** Texts by text. */
export function textMap(constraints: {
  readonly min: number;
  readonly max: number;
  readonly keyLengths: readonly [number, number];
  readonly valueLengths: readonly [number, number];
}): Member<Record<string, string>> {
  return {
    convert(value) {
      if (Array.isArray(value)) throw listNotExpected();
      if (typeof value !== 'object' || value === null) throw notSerializable('Expected map or null');
      return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, asText(element)]));
    },
    check(value, path, violations) {
      const entries = Object.entries(value);
      const shown = `'{${entries.map(([key, element]) => `${key}=${element}`).join(', ')}}'`;
      const violate = (constraint: string) => addViolation(violations, shown, path, constraint);
      checkLength(entries.length, constraints.min, constraints.max, violate);
      const { keyLengths, valueLengths } = constraints;
      checkLengths(Object.keys(value), keyLengths, 'Map keys must satisfy constraint', violate);
      checkLengths(Object.values(value), valueLengths, 'Map value must satisfy constraint', violate);
    },
  };
}

function checkLength(
  length: number,
  min: number | undefined,
  max: number | undefined,
  violate: (constraint: string) => void,
): void {
  if (min !== undefined && length < min) violate(`Member must have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) violate(`Member must have length less than or equal to ${max}`);
}

function checkLengths(
  texts: readonly string[],
  [min, max]: readonly [number, number],
  what: string,
  violate: (constraint: string) => void,
): void {
  if (texts.every((one) => characters(one) >= min && characters(one) <= max)) return;
  violate(
    `${what}: [Member must have length less than or equal to ${max}, Member must have length greater than or equal to ${min}]`,
  );
}

/** Characters as Unicode counts them, which a text's UTF-16 length is only an upper bound of. */
function characters(value: string): number {
  return /[\ud800-\udbff]/.test(value) ? [...value].length : value.length;
}

function addViolation(violations: string[], shown: string, path: string, constraint: string): void {
  if (violations.length >= MOST_VIOLATIONS) return;
  violations.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
}
