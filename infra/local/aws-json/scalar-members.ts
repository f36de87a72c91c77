import type { Member } from './request-shape.ts';
import { type Bounds, characters, checkLength, checkValue, mustBeOneOf, mustMatch } from './violations.ts';

/** https://smithy.io/2.0/spec/constraint-traits.html */
export interface TextConstraints extends Bounds {
  /** As the model has it; the whole text must match. */
  readonly pattern?: string;
  /** In the order in which the service writes them. */
  readonly oneOf?: readonly string[];
  /** The service keeps the value out of what it says of it. */
  readonly isHidden?: boolean;
}

export function text<Value extends string = string>(
  constraints: TextConstraints & { readonly oneOf?: readonly Value[] } = {},
): Member<Value> {
  const { pattern, oneOf, isHidden = false } = constraints;
  const regex = pattern === undefined ? null : new RegExp(`^(?:${pattern})$`);
  const isKnown = (value: string): value is Value =>
    oneOf === undefined || oneOf.some((one) => one === value);
  return {
    convert: (value, json) => json.text(value) as Value, // what is none of the values, check refuses
    check(value: string, path, violations) {
      const violate = (constraint: string) =>
        violations.add(isHidden ? null : `'${value}'`, path, constraint);
      if (pattern !== undefined && regex?.test(value) === false) violate(mustMatch(pattern));
      checkLength(characters(value), constraints, violate);
      if (oneOf !== undefined && !isKnown(value)) violate(mustBeOneOf(oneOf));
    },
  };
}

export function integer(bounds: Bounds = {}, kind: 'Integer' | 'Long' = 'Integer'): Member<number> {
  return {
    convert: (value, json) => json.integer(value, kind),
    check: (value, path, violations) =>
      checkValue(value, bounds, (constraint) => violations.add(`'${value}'`, path, constraint)),
  };
}

/** Of 64 bits; JSON's numbers have 53. */
export function long(bounds: Bounds = {}): Member<number> {
  return integer(bounds, 'Long');
}

/** Epoch milliseconds inside, whatever it is on the wire. */
export function timestamp(): Member<number> {
  return { convert: (value, json) => json.timestampMs(value), check() {} };
}

export function boolean(): Member<boolean> {
  return { convert: (value, json) => json.boolean(value), check() {} };
}

/** What the service has and this one has not: refused, for it would be dropped in silence. */
export function unsupported(): Member<unknown> {
  return {
    convert: (value) => value,
    check: (_value, path, violations) =>
      violations.add(null, path, 'Member is not supported by the local runtime'),
  };
}
