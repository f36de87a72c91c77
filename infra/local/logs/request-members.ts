import { invalidParameter, LogsError } from './logs-error.ts';

/** Reads members of a request by the API model's types and constraints. */
export class RequestMembers {
  constructor(private readonly body: Readonly<Record<string, unknown>>) {}

  text(name: string, most = 512): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    if (value === '') throw violated(name, value, 'Member must have length greater than or equal to 1');
    if (value.length > most) {
      throw violated(name, value, `Member must have length less than or equal to ${most}`);
    }
    return value;
  }

  name(member: string, pattern: RegExp, shownPattern: string): string | undefined {
    const value = this.text(member);
    if (value !== undefined && !pattern.test(value)) {
      throw violated(member, value, `Member must satisfy regular expression pattern: ${shownPattern}`);
    }
    return value;
  }

  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'a Long');
    if (value < least)
      throw violated(name, value, `Member must have value greater than or equal to ${least}`);
    if (value > most) throw violated(name, value, `Member must have value less than or equal to ${most}`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#value(name);
    if (value !== undefined && typeof value !== 'boolean') throw wrongType(value, 'a Boolean');
    return value ?? false;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.#value(name);
    if (value !== undefined && typeof value !== 'string') throw wrongType(value, 'a String');
    const known = values.find((candidate) => candidate === value);
    if (value !== undefined && known === undefined) {
      throw violated(name, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
    }
    return known;
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.#value(name);
    if (value !== undefined && !Array.isArray(value)) throw wrongType(value, 'a List');
    return value;
  }

  required<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) {
      throw invalidParameter(
        `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
      );
    }
    return value;
  }

  #value(name: string): unknown {
    return this.body[name] ?? undefined;
  }
}

export const violated = (name: string, value: unknown, constraint: string) =>
  invalidParameter(
    `1 validation error detected: Value '${String(value)}' at '${name}' failed to satisfy constraint: ${constraint}`,
  );

export const wrongType = (value: unknown, expected: string) =>
  new LogsError(
    'SerializationException',
    `${Array.isArray(value) ? 'START_ARRAY' : `${typeof value}_VALUE`.toUpperCase()} can not be converted to ${expected}`,
  );
