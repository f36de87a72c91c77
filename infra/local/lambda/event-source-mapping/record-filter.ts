import type { StreamRecord } from '../../kinesis/stream-reader.ts';
import { isObject, leafTest } from './value-pattern.ts';

/**
 * The patterns of FilterCriteria: which records a mapping sends to its function at all.
 *
 *     {"data": {"type": ["sale", {"prefix": "re"}], "sales": [{"numeric": [">", 100]}]}}
 *
 * An object of a pattern asks for all of its fields, a list for one of its entries, `$or` for one of its patterns. As in
 * EventBridge it is the leaves of an event that are matched: a path goes through lists of objects, in which one element
 * has to match all that is asked below it, and `exists` knows leaves alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html, https://github.com/aws/event-ruler
 */
export type RecordFilter = (record: StreamRecord) => boolean;

/** Thrown for a pattern that Lambda does not take. */
export class FilterPatternError extends Error {
  override name = 'FilterPatternError' as const;

  constructor(readonly pattern: string) {
    super(`Expected a filter pattern such as {"data": {"type": ["sale"]}}, got ${pattern.slice(0, 200)}`);
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
    const event = {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      approximateArrivalTimestamp: arrivalMs / 1000,
      data: parse(Buffer.from(data, 'base64').toString()),
    };
    return tests.some((test) => test(event));
  };
}

/** Data that is not JSON: it matches no pattern that asks for anything of it, and be it that something is absent. */
const NOT_JSON = Symbol('not JSON');

type Fields = Readonly<Record<string, unknown>>;
/** `fields`: one object of the event at the pattern's place. `event`: all of it. */
type FieldsTest = (fields: Fields, event: Fields) => boolean;

function parsePattern(text: string): ((event: Fields) => boolean) | null {
  const pattern = parse(text);
  const test = isObject(pattern) ? fieldsTest(pattern, []) : null;
  if (test === null) return null;
  const asksForData = mentions(pattern, 'data');
  return (event) => !(asksForData && event.data === NOT_JSON) && test(event, event);
}

/** Null for what is no pattern. `path`: the names from the event's root to here. */
function fieldsTest(pattern: unknown, path: readonly string[], isAlternative = false): FieldsTest | null {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) return null;
  const tests: FieldsTest[] = [];
  for (const [name, expected] of Object.entries(pattern)) {
    if (isAlternative && RESERVED.has(name)) return null;
    const test =
      name === '$or' ? orTest(expected, path) : fieldTest(name, expected, [...path, name], isAlternative);
    if (test === null) return null;
    tests.push(test);
  }
  return (fields, event) => tests.every((test) => test(fields, event));
}

function orTest(expected: unknown, path: readonly string[]): FieldsTest | null {
  if (!Array.isArray(expected) || expected.length < 2) return null;
  const tests = expected.map((one) => fieldsTest(one, path, true));
  const valid = tests.filter((test) => test !== null);
  return valid.length < tests.length ? null : (fields, event) => valid.some((test) => test(fields, event));
}

function fieldTest(
  name: string,
  expected: unknown,
  path: readonly string[],
  isAlternative: boolean,
): FieldsTest | null {
  if (Array.isArray(expected)) return listTest(name, expected, path);
  const below = fieldsTest(expected, path, isAlternative);
  return (
    below &&
    ((fields, event) => {
      const objects = flat(own(fields, name)).filter(isObject);
      return objects.length === 0 ? below({}, event) : objects.some((object) => below(object, event));
    })
  );
}

function listTest(name: string, expected: readonly unknown[], path: readonly string[]): FieldsTest | null {
  const isAbsence = (one: unknown) => isObject(one) && Object.keys(one).length === 1 && one.exists === false;
  const tests = expected.filter((one) => !isAbsence(one)).map(leafTest);
  const valid = tests.filter((test) => test !== null);
  if (expected.length === 0 || valid.length < tests.length) return null;
  // Absent is what is nowhere in the event, in no element of any list.
  const matchesAbsence = expected.some(isAbsence);
  return (fields, event) =>
    leaves(own(fields, name)).some((leaf) => valid.some((test) => test(leaf))) ||
    (matchesAbsence && !hasLeaf(event, path));
}

/** Names of operators: no alternative of `$or` may have a field of such a name. */
const RESERVED = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric'],
  ...['cidr', '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case', 'date-after'],
  ...['date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range', 'ip-address-in-range'],
  'ip-address-not-in-range',
]);

/** A field at the pattern's root, or in one of its alternatives. */
function mentions(pattern: unknown, name: string): boolean {
  if (!isObject(pattern)) return false;
  const { $or } = pattern;
  return Object.hasOwn(pattern, name) || (Array.isArray($or) && $or.some((one) => mentions(one, name)));
}

function hasLeaf(event: Fields, path: readonly string[]): boolean {
  let values: readonly unknown[] = [event];
  for (const name of path) {
    values = values.flatMap((value) => flat(value).flatMap((one) => (isObject(one) ? [own(one, name)] : [])));
  }
  return values.some((value) => leaves(value).length > 0);
}

/** The scalars at a place: a value, or those in a list. */
function leaves(value: unknown): unknown[] {
  return flat(value).filter((one) => one !== undefined && !isObject(one));
}

/** A value, or the elements of a list and of the lists in it. Without recursion: foreign data may be of any depth. */
function flat(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  const found: unknown[] = [];
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!Array.isArray(next)) found.push(next);
    else for (const element of next) waiting.push(element);
  }
  return found;
}

/** Undefined where there is no such field: what every object inherits is none. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}
