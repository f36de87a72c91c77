import { centsOf } from './cents.ts';
import { excerptOf } from './excerpt.ts';
import { parseWindowTime } from './window.ts';

/** Thrown for a field that is not what it should be. */
export class FieldError extends Error {
  override name = 'FieldError' as const;

  constructor(
    readonly field: string,
    readonly expected: string,
    got: unknown,
  ) {
    super(`Expected \`${field}\` to be ${expected}, got ${excerptOf(got)}`);
  }
}

/** The fields of a JSON object that came from outside, each checked as it is read. Throws FieldError. */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>;

  /** `name` says in an error what should have been an object. */
  constructor(value: unknown, name: string) {
    if (!isRecord(value)) throw new FieldError(name, 'a JSON object', value);
    this.value = value;
  }

  has(name: string): boolean {
    return this.value[name] !== undefined;
  }

  text(name: string, expected = 'a text', isRight: (text: string) => boolean = () => true): string {
    const value = this.value[name];
    if (typeof value !== 'string' || !isRight(value)) throw new FieldError(name, expected, value);
    return value;
  }

  textOrNull(name: string): string | null {
    return this.value[name] === null ? null : this.text(name, 'a text or null');
  }

  whole(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.value[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      throw new FieldError(name, `a whole number from ${least} to ${most}`, value);
    }
    return value;
  }

  cents(name: string): number {
    const value = centsOf(this.value[name]);
    if (value === null) throw new FieldError(name, 'an amount with at most two decimals', this.value[name]);
    return value;
  }

  number(name: string): number {
    const value = this.value[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new FieldError(name, 'a number', value);
    return value;
  }

  flag(name: string): boolean {
    const value = this.value[name];
    if (typeof value !== 'boolean') throw new FieldError(name, 'true or false', value);
    return value;
  }

  /** In epoch milliseconds. */
  time(name: string): number {
    const timeMs = parseWindowTime(this.value[name]);
    if (timeMs === null) throw new FieldError(name, 'a time such as 2021-01-24T15:56:00Z', this.value[name]);
    return timeMs;
  }

  object(name: string): Fields {
    return new Fields(this.value[name], name);
  }

  objects(name: string): Fields[] {
    return this.#list(name).map((each) => new Fields(each, name));
  }

  texts(name: string): string[] {
    return this.#list(name).map((each) => {
      if (typeof each !== 'string') throw new FieldError(name, 'a list of texts', each);
      return each;
    });
  }

  #list(name: string): readonly unknown[] {
    const value = this.value[name];
    if (!Array.isArray(value)) throw new FieldError(name, 'a list', value);
    return value;
  }
}

/** Throws FieldError, which calls the text `name`. */
export function parseFields(text: string, name: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FieldError(name, 'JSON', text);
  }
  return new Fields(value, name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The inverse of `Fields.time`: to the millisecond, UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
