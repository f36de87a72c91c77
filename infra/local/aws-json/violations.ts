import { counted } from '../../../lib/core/counted.ts';

/** AWS names so many violations and no more. */
const MOST = 10;

/** What a request violates of the API model's constraints, in the one sentence that AWS has for it. */
export class Violations {
  readonly #sentences: string[] = [];

  get isFull(): boolean {
    return this.#sentences.length >= MOST;
  }

  /** `1 validation error detected: …`; null when there was none. */
  get message(): string | null {
    const { length } = this.#sentences;
    if (length === 0) return null;
    return `${counted(length, 'validation error')} detected: ${this.#sentences.join('; ')}`;
  }

  /** `shown` is the value as the sentence has it; null where the sentence keeps it to itself. */
  add(shown: string | null, path: string, constraint: string): void {
    if (this.isFull) return;
    const value = shown === null ? 'Value' : `Value ${shown}`;
    this.#sentences.push(`${value} at '${path}' failed to satisfy constraint: ${constraint}`);
  }

  addMissing(path: string): void {
    this.add('null', path, 'Member must not be null');
  }
}

/** The bounds of a length or of a number; left out where the model has none. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export const mustMatch = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`;

export const mustBeOneOf = (values: readonly (string | number)[]) =>
  `Member must satisfy enum value set: [${values.join(', ')}]`;

export function checkLength(
  length: number,
  { min, max }: Bounds,
  violate: (constraint: string) => void,
): void {
  if (min !== undefined && length < min) violate(`Member must have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) violate(`Member must have length less than or equal to ${max}`);
}

export function checkValue(value: number, { min, max }: Bounds, violate: (constraint: string) => void): void {
  if (min !== undefined && value < min) violate(`Member must have value greater than or equal to ${min}`);
  if (max !== undefined && value > max) violate(`Member must have value less than or equal to ${max}`);
}

/** Lengths of texts that are judged together: `what` says which. */
export function checkLengths(
  texts: readonly string[],
  [min, max]: readonly [number, number],
  what: string,
  violate: (constraint: string) => void,
): void {
  if (texts.every((text) => characters(text) >= min && characters(text) <= max)) return;
  violate(
    `${what}: [Member must have length less than or equal to ${max}, Member must have length greater than or equal to ${min}]`,
  );
}

/** Characters as Unicode counts them, which a text's UTF-16 length is only an upper bound of. */
export function characters(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? [...text].length : text.length;
}

/** A member's name as the sentence has it. */
export function memberName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
