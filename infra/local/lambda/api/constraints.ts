import { enumList } from '../../aws-json/collection-members.ts';
import { STRICT_JSON } from '../../aws-json/json-reader.ts';
import type { Member } from '../../aws-json/request-shape.ts';
import { boolean, integer, type TextConstraints, text, timestamp } from '../../aws-json/scalar-members.ts';
import { memberName, Violations } from '../../aws-json/violations.ts';
import { validationFailure } from '../lambda-error.ts';

/**
 * Reads members of a request one by one, from its body, its headers and its query, and collects what violates the API
 * model: AWS names all at once. Each read throws AwsError SerializationException.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export class Constraints {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #violations = new Violations();

  constructor(body: Readonly<Record<string, unknown>>) {
    this.#body = body;
  }

  /** Throws LambdaError ValidationException when anything was violated. */
  check(): void {
    const { message } = this.#violations;
    if (message !== null) throw validationFailure(message);
  }

  /** Says so when the member is absent; `value` is what was read of it. */
  required<Value>(name: string, value: Value | undefined): Value | undefined {
    if (this.#value(name) === undefined) this.#violations.addMissing(memberName(name));
    return value;
  }

  integer(name: string, min: number, max?: number): number | undefined {
    return this.read(name, integer(max === undefined ? { min } : { min, max }));
  }

  /** In seconds. */
  timestamp(name: string): number | undefined {
    const ms = this.read(name, timestamp());
    return ms === undefined ? undefined : ms / 1000;
  }

  boolean(name: string): boolean | undefined {
    return this.read(name, boolean());
  }

  text(name: string, constraints: TextConstraints = {}): string | undefined {
    return this.read(name, text(constraints));
  }

  oneOf<Value extends string>(name: string, oneOf: readonly Value[]): Value | undefined {
    return this.read(name, text({ oneOf }));
  }

  someOf<Value extends string>(name: string, oneOf: readonly Value[]): readonly Value[] | undefined {
    return this.read(name, enumList(oneOf));
  }

  read<T>(name: string, member: Member<T>): T | undefined {
    const given = this.#value(name);
    if (given === undefined) return undefined;
    const value = member.convert(given, STRICT_JSON);
    member.check(value, memberName(name), this.#violations);
    return value;
  }

  /** JSON null counts as absent. */
  #value(name: string): unknown {
    return this.#body[name] ?? undefined;
  }
}
