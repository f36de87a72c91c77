import type { Played } from '../testing/play.ts';
import type { Sample } from './schedule.ts';

export interface Comparison {
  /** The member of objects and states that is added up; null: nothing is. */
  readonly sum: string | null;
  /** Of keys that are no results, such as gauges. */
  readonly ignore: readonly string[];
}

/** What a run left. */
export interface Results {
  /** Bodies by key. */
  readonly objects: ReadonlyMap<string, string>;
  /** What final invocations got, by shard and window. */
  readonly states: ReadonlyMap<string, string>;
  /** Over the objects where any has the member, else over the final invocations' states; null when none has. */
  readonly sum: number | null;
}

export function resultsOf({ run }: Played, { ignore, sum }: Comparison): Results {
  const objects = run.objects.filter(({ key }) => !ignore.some((prefix) => key.startsWith(prefix)));
  const inObjects = objects.flatMap(({ body }) => numberIn(parse(body), sum));
  const inStates = run.finals.flatMap(({ state }) => numberIn(state, sum));
  const numbers = inObjects.length > 0 ? inObjects : inStates;
  const states = new Map<string, string>();
  for (const { shardId, state, window } of run.finals) {
    const name = `${shardId}'s window of ${window.start}`;
    states.set(name, `${states.get(name) ?? ''}${JSON.stringify(state)}`);
  }
  return {
    objects: new Map(objects.map(({ bucket, key, body }) => [`${bucket}/${key}`, body])),
    states,
    sum: numbers.length === 0 ? null : total(numbers),
  };
}

/** Of the records themselves; null unless each of them is an object with that number. */
export function sumOfRecords({ records }: Sample, member: string | null): number | null {
  const numbers = records.flatMap(({ data }) =>
    numberIn(typeof data === 'string' ? parse(data) : data, member),
  );
  return numbers.length === records.length ? total(numbers) : null;
}

/** In sentences, what differs; none when the two are the same. `sumOnly`: where parts may differ. */
export function differences(expected: Results, got: Results, sumOnly: boolean): string[] {
  const found: string[] = [];
  if (!isSame(expected.sum, got.sum)) {
    found.push(`the sum is ${got.sum ?? 'nothing'}, and ${expected.sum ?? 'nothing'} undisturbed`);
  }
  if (sumOnly) return found;
  for (const [key, body] of got.objects) {
    const before = expected.objects.get(key);
    if (before === undefined) found.push(`there is an object ${key} more: ${excerpt(body)}`);
    else if (before !== body) found.push(`${key} is ${excerpt(body)}, and ${excerpt(before)} undisturbed`);
  }
  for (const [key, body] of expected.objects) {
    if (!got.objects.has(key)) found.push(`there is no object ${key}, undisturbed ${excerpt(body)}`);
  }
  for (const name of new Set([...expected.states.keys(), ...got.states.keys()])) {
    const [before, after] = [expected.states.get(name), got.states.get(name)];
    if (before !== after) {
      found.push(
        `${name} ends with ${excerpt(after ?? 'nothing')}, and ${excerpt(before ?? 'nothing')} undisturbed`,
      );
    }
  }
  return found;
}

/** Whether two results differ, and that in no more than the last digits of their numbers. */
export function differInDigits(expected: Results, got: Results): boolean {
  const pairs = [...pairsOf(expected.objects, got.objects), ...pairsOf(expected.states, got.states)].filter(
    ([before, after]) => before !== after,
  );
  return pairs.length > 0 && pairs.every(([before, after]) => isClose(parse(before), parse(after)));
}

/** Texts by name; empty where there is none. */
function pairsOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  return [...new Set([...before.keys(), ...after.keys()])].map(
    (name) => [before.get(name) ?? '', after.get(name) ?? ''] as const,
  );
}

function isClose(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return isSame(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b && a !== null;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => isClose(Reflect.get(a, name), Reflect.get(b, name)))
  );
}

/** Sums of decimals differ in their last digits by the order of adding. */
export function isSame(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function numberIn(value: unknown, member: string | null): number[] {
  if (member === null || typeof value !== 'object' || value === null) return [];
  const found: unknown = Reflect.get(value, member);
  return typeof found === 'number' ? [found] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function excerpt(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
