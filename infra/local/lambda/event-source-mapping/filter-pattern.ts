import type { StreamRecord } from '../../kinesis/stream-reader.ts';

/**
 * The patterns of FilterCriteria: which records a mapping sends to its function at all.
 *
 *     {"data": {"type": ["sale", {"prefix": "re"}], "sales": [{"numeric": [">", 100]}]}}
 *
 * An object of a pattern asks for all of its fields, a list for one of its entries, `$or` for one of its patterns.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export type RecordFilter = (record: StreamRecord) => boolean;

/** Thrown for a pattern that Lambda does not take. */
export class FilterPatternError extends Error {
  override name = 'FilterPatternError' as const;

  constructor(readonly pattern: string) {
    super(`Expected a filter pattern such as {"data": {"type": ["sale"]}}, got ${pattern}`);
  }
}

/** A record passes when one of the patterns matches it; without patterns every record does. Throws FilterPatternError. */
export function recordFilter(patterns: readonly string[]): RecordFilter {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((pattern) => {
    const test = parsePattern(pattern);
    if (test === null) throw new FilterPatternError(pattern);
    return test;
  });
  return ({ partitionKey, sequenceNumber, arrivalMs, data }) => {
    const fields = {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      approximateArrivalTimestamp: arrivalMs / 1000,
      // Data that is not JSON matches no pattern that asks for it.
      data: parse(Buffer.from(data, 'base64').toString()),
    };
    return tests.some((test) => test(fields));
  };
}

/** Of a value, undefined when it is absent. */
type Test = (value: unknown) => boolean;

function parsePattern(text: string): Test | null {
  const pattern = parse(text);
  return isObject(pattern) && Object.keys(pattern).length > 0 ? objectTest(pattern) : null;
}

function objectTest(pattern: Readonly<Record<string, unknown>>): Test | null {
  const tests: Test[] = [];
  for (const [name, expected] of Object.entries(pattern)) {
    const test =
      name === '$or'
        ? alternatives(expected, (one) => (isObject(one) ? objectTest(one) : null))
        : isObject(expected)
          ? objectTest(expected)
          : alternatives(expected, valueTest);
    if (test === null) return null;
    tests.push(name === '$or' ? test : (value) => test(isObject(value) ? value[name] : undefined));
  }
  return (value) => tests.every((test) => test(value));
}

function alternatives(expected: unknown, testOf: (one: unknown) => Test | null): Test | null {
  if (!Array.isArray(expected) || expected.length === 0) return null;
  const tests: Test[] = [];
  for (const one of expected) {
    const test = testOf(one);
    if (test === null) return null;
    tests.push(test);
  }
  return (value) => tests.some((test) => test(value));
}

/** One entry of a list: a value, or an operator. A list in the record passes when one of its elements does. */
function valueTest(expected: unknown): Test | null {
  if (!isObject(expected)) return isScalar(expected) ? anyElement((value) => value === expected) : null;
  const [[operator, operand] = [], ...more] = Object.entries(expected);
  if (more.length > 0) return null;
  if (operator === 'exists') {
    return typeof operand === 'boolean' ? (value) => (value !== undefined) === operand : null;
  }
  const test = operatorTest(operator, operand);
  return test && anyElement(test);
}

function operatorTest(operator: string | undefined, operand: unknown): Test | null {
  switch (operator) {
    case 'prefix':
      return textTest(operand, (text, start) => text.startsWith(start));
    case 'suffix':
      return textTest(operand, (text, end) => text.endsWith(end));
    case 'equals-ignore-case':
      return typeof operand === 'string' ? ignoringCase(operand, (text, other) => text === other) : null;
    case 'anything-but':
      return otherTest(operand);
    case 'numeric':
      return numericTest(operand);
    default:
      return null;
  }
}

function textTest(operand: unknown, holds: (text: string, operand: string) => boolean): Test | null {
  if (typeof operand === 'string') return (value) => typeof value === 'string' && holds(value, operand);
  const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  return typeof folded === 'string' ? ignoringCase(folded, holds) : null;
}

function ignoringCase(operand: string, holds: (text: string, operand: string) => boolean): Test {
  const lower = operand.toLowerCase();
  return (value) => typeof value === 'string' && holds(value.toLowerCase(), lower);
}

/** `anything-but` asks for a value that is there, and is another one. */
function otherTest(operand: unknown): Test | null {
  const unwanted = isObject(operand)
    ? textOperatorTest(operand)
    : alternatives(Array.isArray(operand) ? operand : [operand], (one) =>
        isScalar(one) ? (value) => value === one : null,
      );
  return unwanted && ((value) => value !== undefined && !unwanted(value));
}

function textOperatorTest(operator: Readonly<Record<string, unknown>>): Test | null {
  const [[name = '', operand] = [], ...more] = Object.entries(operator);
  const isOfText = ['prefix', 'suffix', 'equals-ignore-case'].includes(name);
  return isOfText && more.length === 0 ? operatorTest(name, operand) : null;
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]`: one comparison, or two. */
function numericTest(operand: unknown): Test | null {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return null;
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < operand.length; i += 2) {
    const compare = COMPARISONS[operand[i]];
    const bound: unknown = operand[i + 1];
    if (compare === undefined || typeof bound !== 'number') return null;
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function anyElement(test: Test): Test {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
