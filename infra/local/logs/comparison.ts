import { NUMBER_COMPARISONS } from '../number-comparison.ts';
import { invalidParameter, type LogsError } from './logs-error.ts';

/** Does this message match? */
export type MessageFilter = (message: string) => boolean;

/** To be matched where a pattern goes on. */
export const COMPARISON = /!=|<=|>=|=|<|>/y;
/** `%expression%`, `"quoted"` or a word. */
export const OPERAND = /%(?:[^%\\]|\\.)+%|"(?:[^"\\]|\\.)*"|[^\s"(){}[\],&|=<>]+/y;

/**
 * What a comparison says of one value. Words that are numbers compare with numbers only; other words, where `*` stands for
 * any characters, and expressions compare with the text of any scalar. Throws LogsError InvalidParameterException.
 */
export function scalarTest(comparison: string, operand: string): (value: unknown) => boolean {
  if (isNumber(operand)) {
    const wanted = Number(operand);
    const compare = NUMBER_COMPARISONS.get(comparison) ?? ((value, bound) => value !== bound);
    return (value) => typeof value === 'number' && compare(value, wanted);
  }
  if (comparison !== '=' && comparison !== '!=') {
    throw invalidPattern(`a number after ${comparison}`, operand);
  }
  const inner = operand.slice(1, -1);
  const matches = operand.startsWith('%')
    ? regularExpression(inner)
    : wildcard(operand.startsWith('"') ? inner.replace(/\\(.)/g, '$1') : operand);
  return (value) => isScalar(value) && matches.test(String(value)) === (comparison === '=');
}

export function isNumber(word: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word);
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** `*` stands for any characters; everything else for itself. */
function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

export function invalidPattern(expected: string, got: string): LogsError {
  return invalidParameter(`Invalid filter pattern: expected ${expected}, got '${got}'`);
}

/** Throws LogsError InvalidParameterException. */
export function regularExpression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw invalidParameter(`Invalid filter pattern: %${source}% is not a regular expression`);
  }
}
