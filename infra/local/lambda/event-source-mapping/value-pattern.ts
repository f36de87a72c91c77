import { BlockList, isIP } from 'node:net';
import { NUMBER_COMPARISONS } from '../../number-comparison.ts';

/**
 * The entries of a filter's lists: a value, or an operator such as `{"prefix": "re"}`, each against one leaf of an event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export type LeafTest = (leaf: unknown) => boolean;

/** Null for what is no entry of a pattern. `{"exists": false}` is not about a leaf: whoever has the whole event knows. */
export function leafTest(expected: unknown): LeafTest | null {
  if (!isObject(expected)) return isScalar(expected) ? (leaf) => leaf === expected : null;
  const [[operator = '', operand] = [], ...more] = Object.entries(expected);
  return more.length > 0 ? null : (OPERATORS.get(operator)?.(operand) ?? null);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const OPERATORS: ReadonlyMap<string, (operand: unknown) => LeafTest | null> = new Map([
  ['exactly', (operand) => textTest(operand, (text, other) => text === other)],
  ['prefix', (operand) => cased(operand, (text, start) => text.startsWith(start))],
  ['suffix', (operand) => cased(operand, (text, end) => text.endsWith(end))],
  ['equals-ignore-case', (operand) => ignoringCase(operand, (text, other) => text === other)],
  ['wildcard', wildcardTest],
  ['numeric', numericTest],
  ['cidr', cidrTest],
  ['anything-but', otherTest],
  ['exists', (operand) => (operand === true ? () => true : null)],
]);

type TextRule = (text: string, operand: string) => boolean;

function textTest(operand: unknown, holds: TextRule): LeafTest | null {
  return typeof operand === 'string' ? (leaf) => typeof leaf === 'string' && holds(leaf, operand) : null;
}

function ignoringCase(operand: unknown, holds: TextRule): LeafTest | null {
  const lower = typeof operand === 'string' ? operand.toLowerCase() : operand;
  return textTest(lower, (text, other) => holds(text.toLowerCase(), other));
}

/** `{"prefix": "a"}`, or `{"prefix": {"equals-ignore-case": "a"}}`. */
function cased(operand: unknown, holds: TextRule): LeafTest | null {
  if (!isObject(operand)) return textTest(operand, holds);
  return Object.keys(operand).length === 1 ? ignoringCase(operand['equals-ignore-case'], holds) : null;
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function wildcardTest(operand: unknown): LeafTest | null {
  if (typeof operand !== 'string') return null;
  const parts = ['']; // the texts between the stars
  for (const [token] of operand.matchAll(/\\[\s\S]?|\*|[\s\S]/g)) {
    if (token === '*') {
      if (parts.length > 1 && parts.at(-1) === '') return null; // consecutive
      parts.push('');
    } else if (token.startsWith('\\') && token !== '\\*' && token !== '\\\\') {
      return null;
    } else parts[parts.length - 1] += token.at(-1) ?? '';
  }
  return (leaf) => typeof leaf === 'string' && matchesWildcard(leaf, parts);
}

/** Each text at its first place behind the one before: no pattern takes more than linear time. */
function matchesWildcard(text: string, [head = '', ...rest]: readonly string[]): boolean {
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - tail.length;
}

/** A leaf that is there, and is another one. */
function otherTest(operand: unknown): LeafTest | null {
  const unwanted = isObject(operand) ? otherTextTests(operand) : otherValueTests(operand);
  return unwanted && ((leaf) => !unwanted.some((test) => test(leaf)));
}

/** Texts or numbers, not both. */
function otherValueTests(operand: unknown): LeafTest[] | null {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const kind = typeof values[0];
  if (kind !== 'string' && kind !== 'number') return null;
  if (values.some((value) => typeof value !== kind)) return null;
  return values.map((value) => (leaf) => leaf === value);
}

/** `{"prefix": "a"}` or `{"prefix": ["a", "b"]}`, of the operators that are about a whole text. */
function otherTextTests(operator: Readonly<Record<string, unknown>>): LeafTest[] | null {
  const [[name = '', operand] = [], ...more] = Object.entries(operator);
  const texts: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const isOfText = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name);
  const isPart = name === 'prefix' || name === 'suffix';
  if (!isOfText || more.length > 0 || texts.length === 0) return null;
  const tests: LeafTest[] = [];
  for (const text of texts) {
    const test = typeof text === 'string' && !(isPart && text === '') ? OPERATORS.get(name)?.(text) : null;
    if (!test) return null;
    tests.push(test);
  }
  return tests;
}

/** `["=", 1]`, `["<", 5]`, `[">", 0]`, or a range from below: `[">", 0, "<=", 5]`. */
function numericTest(operand: unknown): LeafTest | null {
  if (!Array.isArray(operand)) return null;
  const [operator, bound, upper, top, ...more]: unknown[] = operand;
  const low = comparison(operator, bound);
  if (low === null || more.length > 0) return null;
  if (operand.length === 2) return low;
  const high = comparison(upper, top);
  const isRange =
    (operator === '>' || operator === '>=') &&
    (upper === '<' || upper === '<=') &&
    Number(bound) < Number(top);
  return isRange && high !== null ? (leaf) => low(leaf) && high(leaf) : null;
}

function comparison(operator: unknown, bound: unknown): LeafTest | null {
  const compare = NUMBER_COMPARISONS.get(operator);
  if (compare === undefined || typeof bound !== 'number') return null;
  return (leaf) => typeof leaf === 'number' && compare(leaf, bound);
}

/** `10.0.0.0/24`, and the same of IPv6. */
function cidrTest(operand: unknown): LeafTest | null {
  if (typeof operand !== 'string') return null;
  const [network = '', prefix = '', ...more] = operand.split('/');
  const bits = isIP(network) === 4 ? 32 : 128;
  if (isIP(network) === 0 || more.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    return null;
  const family = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(prefix), family(network));
  return (leaf) =>
    typeof leaf === 'string' && isIP(leaf) === isIP(network) && subnet.check(leaf, family(leaf));
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
