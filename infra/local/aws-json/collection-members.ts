import type { Member } from './request-shape.ts';
import { text } from './scalar-members.ts';
import { type Bounds, checkLength, checkLengths, mustBeOneOf } from './violations.ts';

export function list<T>(
  member: Member<T>,
  constraints: Bounds & {
    /** How an element reads in a message. */
    readonly show?: (element: T) => string;
    /** Elements that need neither conversion nor checks: for lists that must be read fast. */
    readonly isPlain?: (element: unknown) => element is T;
  } = {},
): Member<readonly T[]> {
  const { show = String, isPlain } = constraints;
  return {
    convert(value, json) {
      const elements = json.list(value);
      if (isPlain !== undefined && elements.every(isPlain)) return elements;
      return elements.map((element) => member.convert(element, json));
    },
    check(value, path, violations) {
      checkLength(value.length, constraints, (constraint) =>
        violations.add(`'[${value.map(show).join(', ')}]'`, path, constraint),
      );
      if (isPlain !== undefined && value.every(isPlain)) return;
      for (const [index, element] of value.entries()) {
        if (!violations.isFull) member.check(element, `${path}.${index + 1}.member`, violations);
      }
    },
  };
}

/** A list of texts whose lengths are judged together. */
export function textList(
  constraints: Bounds & { readonly lengths: readonly [number, number] },
): Member<readonly string[]> {
  return {
    ...list(text()),
    check(value, path, violations) {
      const violate = (constraint: string) => violations.add(`'[${value.join(', ')}]'`, path, constraint);
      checkLength(value.length, constraints, violate);
      checkLengths(value, constraints.lengths, 'Member must satisfy constraint', violate);
    },
  };
}

/** A list of some of the values, which are judged together. */
export function enumList<Value extends string>(oneOf: readonly Value[]): Member<readonly Value[]> {
  const isKnown = (value: string) => oneOf.some((one) => one === value);
  return {
    ...list(text({ oneOf })),
    check(value, path, violations) {
      const violate = (constraint: string) => violations.add(`'[${value.join(', ')}]'`, path, constraint);
      checkLength(value.length, { max: oneOf.length }, violate);
      if (value.every(isKnown)) return;
      violate(`Member must satisfy constraint: [${mustBeOneOf(oneOf)}]`);
    },
  };
}

/** Texts by text. */
export function textMap(
  constraints: Bounds & {
    readonly keyLengths: readonly [number, number];
    readonly valueLengths: readonly [number, number];
  },
): Member<Readonly<Record<string, string>>> {
  return {
    convert: (value, json) =>
      Object.fromEntries(Object.entries(json.map(value)).map(([key, element]) => [key, json.text(element)])),
    check(value, path, violations) {
      const entries = Object.entries(value);
      const shown = `'{${entries.map(([key, element]) => `${key}=${element}`).join(', ')}}'`;
      const violate = (constraint: string) => violations.add(shown, path, constraint);
      checkLength(entries.length, constraints, violate);
      const { keyLengths, valueLengths } = constraints;
      checkLengths(Object.keys(value), keyLengths, 'Map keys must satisfy constraint', violate);
      checkLengths(Object.values(value), valueLengths, 'Map value must satisfy constraint', violate);
    },
  };
}
