import { type MessageFilter, regularExpression } from './comparison.ts';
import { parseJsonPattern } from './json-pattern.ts';
import { invalidParameter } from './logs-error.ts';
import { parseSpacePattern } from './space-pattern.ts';

interface Term {
  readonly sign: '' | '?' | '-';
  readonly matches: MessageFilter;
}

/**
 * Terms, quoted phrases, `?optional` and `-excluded` ones, `%regular expressions%`; conditions on JSON messages in braces, on
 * the fields of space-delimited messages in brackets.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Throws LogsError InvalidParameterException.
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) return parseSpacePattern(text);
  const terms = termsOf(text);
  const required = terms.filter(({ sign }) => sign === '');
  const excluded = terms.filter(({ sign }) => sign === '-');
  const optional = terms.filter(({ sign }) => sign === '?');
  // Optional terms count among themselves only; beside others AWS ignores them.
  if (required.length + excluded.length === 0) {
    return (message) => optional.some(({ matches }) => matches(message));
  }
  return (message) =>
    required.every(({ matches }) => matches(message)) && !excluded.some(({ matches }) => matches(message));
}

function termsOf(text: string): readonly Term[] {
  const terms: Term[] = [];
  const token = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"]+))/y;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw invalidParameter(`Invalid filter pattern: ${text.slice(start).trim()}`);
    const [, sign = '', phrase, expression, word] = match;
    terms.push({
      sign: sign === '?' || sign === '-' ? sign : '',
      matches: termFilter(phrase, expression, word),
    });
  }
  return terms;
}

function termFilter(phrase?: string, expression?: string, word?: string): MessageFilter {
  if (expression !== undefined) {
    const compiled = regularExpression(expression);
    return (message) => compiled.test(message);
  }
  if (word !== undefined && !/^[\p{L}\p{N}_]+$/u.test(word)) {
    throw invalidParameter(`Invalid character(s) in term '${word}'`);
  }
  const wanted = word ?? phrase?.replace(/\\(.)/g, '$1') ?? '';
  return (message) => message.includes(wanted);
}
