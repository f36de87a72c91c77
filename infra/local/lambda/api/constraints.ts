import { LambdaError, validationFailure } from '../lambda-error.ts';

/**
 * Reads members of a request by the API model's constraints, and collects what violates them: AWS names all at once.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export class Constraints {
  readonly #violations: string[] = [];

  constructor(private readonly body: Readonly<Record<string, unknown>>) {}

  /** @throws LambdaError ValidationException when anything was violated */
  check(): void {
    if (this.#violations.length > 0) throw validationFailure(this.#violations);
  }

  /** Says so when the member is absent; `value` is what was read of it. */
  required<Value>(name: string, value: Value | undefined): Value | undefined {
    if (this.#value(name) === undefined) this.#violated(name, undefined, 'Member must not be null');
    return value;
  }

  #violated(name: string, value: unknown, constraint: string): undefined {
    const shown =
      value === undefined ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
    this.#violations.push(
      `Value ${shown} at '${camelCase(name)}' failed to satisfy constraint: ${constraint}`,
    );
  }

  integer(name: string, least: number, most = Number.POSITIVE_INFINITY): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw unexpected(value, 'an Integer');
    if (value < least)
      return this.#violated(name, value, `Member must have value greater than or equal to ${least}`);
    if (value > most)
      return this.#violated(name, value, `Member must have value less than or equal to ${most}`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    // Clients that send timestamps as text are understood, as by AWS.
    const seconds = typeof value === 'string' ? Date.parse(value) / 1_000 : value;
    if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw unexpected(value, 'a Timestamp');
    return seconds;
  }

  boolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value !== undefined && typeof value !== 'boolean') throw unexpected(value, 'a Boolean');
    return value;
  }

  text(name: string, pattern?: { readonly expression: RegExp; readonly shown: string }): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw unexpected(value, 'a String');
    if (pattern !== undefined && !pattern.expression.test(value)) {
      return this.#violated(name, value, `Member must satisfy regular expression pattern: ${pattern.shown}`);
    }
    return value;
  }

  /** A text or a list of at most so many characters or members. `place`: as AWS writes it; `shown`: the value likewise. */
  atMost(most: number, value: { readonly length: number }, place: string, shown: string): void {
    if (value.length > most) {
      this.#violated(place, shown, `Member must have length less than or equal to ${most}`);
    }
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.text(name);
    const known = values.find((candidate) => candidate === value);
    if (value === undefined || known !== undefined) return known;
    return this.#violated(name, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  }

  someOf<Value extends string>(name: string, values: readonly Value[]): readonly Value[] | undefined {
    const given = this.list(name);
    if (given === undefined) return undefined;
    const known = values.filter((candidate) => given.includes(candidate));
    if (given.length > values.length) {
      return this.#violated(name, given, `Member must have length less than or equal to ${values.length}`);
    }
    if (known.length === given.length) return known;
    return this.#violated(
      name,
      `[${given.join(', ')}]`,
      `Member must satisfy constraint: [Member must satisfy enum value set: [${values.join(', ')}]]`,
    );
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.#value(name);
    if (value !== undefined && !Array.isArray(value)) throw unexpected(value, 'a List');
    return value;
  }

  structure(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#value(name);
    if (value !== undefined && !isStructure(value)) throw unexpected(value, 'a Structure');
    return value;
  }

  /** JSON null counts as absent. */
  #value(name: string): unknown {
    return this.body[name] ?? undefined;
  }
}

export const isStructure = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of another type than the model's does not even get to validation. */
export function unexpected(value: unknown, expected: string): LambdaError {
  const kinds: Readonly<Record<string, string>> = {
    string: 'STRING_VALUE',
    number: Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE',
    boolean: value === true ? 'TRUE_VALUE' : 'FALSE_VALUE',
  };
  const kind = kinds[typeof value] ?? (Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT');
  return new LambdaError('SerializationException', 400, `${kind} can not be converted to ${expected}`);
}

const camelCase = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
