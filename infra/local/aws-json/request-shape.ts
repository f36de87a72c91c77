import type { AwsError } from './aws-error.ts';
import type { JsonReader } from './json-reader.ts';
import { memberName, Violations } from './violations.ts';

/**
 * What a request may contain, as data. AWS judges a request in two passes: first that every member has its JSON type
 * (SerializationException for the first that has not), then the constraints of the API model (one error for up to ten).
 */
export interface Member<T> {
  /** To the inner value. Throws AwsError SerializationException. */
  convert(value: unknown, json: JsonReader): T;
  /** Adds what the value violates. */
  check(value: T, path: string, violations: Violations): void;
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

/** How a service words what it refuses. */
export interface Dialect {
  readonly json: JsonReader;
  /** The error for violations of the model, whose sentence is everywhere the same. */
  violated(message: string): AwsError;
}

/** Throws AwsError: SerializationException, or what the dialect has for violations. */
export function readInput<S extends Shape>(shape: S, body: unknown, dialect: Dialect): Input<S> {
  const input = convertMembers(shape, body, dialect.json);
  const violations = new Violations();
  checkMembers(shape, input, '', violations);
  const { message } = violations;
  if (message !== null) throw dialect.violated(message);
  return input;
}

function convertMembers<S extends Shape>(shape: S, value: unknown, json: JsonReader): Input<S> {
  const source = new Map(Object.entries(value ?? {}));
  const converted: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape)) {
    const given: unknown = source.get(name);
    if (given !== undefined && given !== null) converted[name] = member.convert(given, json);
  }
  return converted as Input<S>; // each member by its own convert, which is what Input says
}

function checkMembers(
  shape: Shape,
  input: Readonly<Record<string, unknown>>,
  parent: string,
  violations: Violations,
): void {
  for (const [name, member] of Object.entries(shape)) {
    if (violations.isFull) return;
    const value = input[name];
    const path = parent + memberName(name);
    if (value !== undefined) member.check(value, path, violations);
    else if (isMissing(member, input)) violations.addMissing(path);
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

export function structure<S extends Shape>(shape: S): Member<Input<S>> {
  return {
    convert: (value, json) => convertMembers(shape, json.structure(value), json),
    check: (value, path, violations) => checkMembers(shape, value, `${path}.`, violations),
  };
}
