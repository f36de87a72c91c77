import { invalidParameter } from './logs-error.ts';

export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=';

/** To be matched where a pattern goes on. */
export const COMPARISON = /!=|<=|>=|=|<|>/y;
/** `%expression%`, `"quoted"` or a word. */
export const OPERAND = /%(?:[^%\\]|\\.)+%|"(?:[^"\\]|\\.)*"|[^\s"(){}[\],&|=<>]+/y;

/**
 * What a comparison says of one value. Words that are numbers compare with numbers only; other words, where `*` stands for
 * any characters, and expressions compare with the text of any scalar. @throws LogsError InvalidParameterException
 */
export function scalarTest(comparison: Comparison, operand: string): (value: unknown) => boolean {
  if (isNumber(operand)) {
    const wanted = Number(operand);
    return (value) => typeof value === 'number' && compare(value, comparison, wanted);
  }
  if (comparison !== '=' && comparison !== '!=') {
    throw invalidParameter(`Invalid filter pattern: expected a number after ${comparison}, got '${operand}'`);
  }
  const inner = operand.slice(1, -1);
  const matches = operand.startsWith('%')
    ? regularExpression(inner)
    : wildcard(operand.startsWith('"') ? inner.replace(/\\(.)/g, '$1') : operand);
  return (value) => isScalar(value) && matches.test(String(value)) === (comparison === '=');
}

function compare(value: number, comparison: Comparison, wanted: number): boolean {
  switch (comparison) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '>':
      return value > wanted;
    case '<=':
      return value <= wanted;
    case '>=':
      return value >= wanted;
  }
}

export const isNumber = (word: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word);

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** `*` stands for any characters; everything else for itself. */
const wildcard = (text: string) =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );

/** @throws LogsError InvalidParameterException */
export function regularExpression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw invalidParameter(`Invalid filter pattern: %${source}% is not a regular expression`);
  }
}
