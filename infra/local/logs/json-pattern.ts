import { COMPARISON, type Comparison, OPERAND, scalarTest } from './comparison.ts';
import type { MessageFilter } from './filter-pattern.ts';
import { invalidParameter } from './logs-error.ts';

type Condition = (event: unknown) => boolean;

/**
 * `{ $.level = "ERROR" && ($.n >= 3 || $.user.name != w*) }`, with `IS NULL`, `IS TRUE`, `IS FALSE`, `EXISTS` and
 * `NOT EXISTS`. A message that is no JSON object never matches.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 * @throws LogsError InvalidParameterException
 */
export function parseJsonPattern(text: string): MessageFilter {
  const condition = new JsonPatternParser(text).parse();
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return condition(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

class JsonPatternParser {
  #at = 0;

  constructor(private readonly text: string) {}

  parse(): Condition {
    this.#expect(/\{/y, '{');
    const condition = this.#alternatives();
    this.#expect(/\}/y, '}');
    if (this.#take(/\S/y) !== undefined) throw this.#invalid('nothing after the closing brace');
    return condition;
  }

  #alternatives(): Condition {
    const conditions = [this.#conjunction()];
    while (this.#take(/\|\|/y) !== undefined) conditions.push(this.#conjunction());
    return (event) => conditions.some((condition) => condition(event));
  }

  #conjunction(): Condition {
    const conditions = [this.#condition()];
    while (this.#take(/&&/y) !== undefined) conditions.push(this.#condition());
    return (event) => conditions.every((condition) => condition(event));
  }

  #condition(): Condition {
    if (this.#take(/\(/y) !== undefined) {
      const inner = this.#alternatives();
      this.#expect(/\)/y, ')');
      return inner;
    }
    const select = this.#selector();
    const state = this.#take(/(IS\s+(NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)\b/iy);
    if (state !== undefined) return stateCondition(select, state.toUpperCase().replace(/\s+/g, ' '));
    const comparison = this.#expect(COMPARISON, 'a comparison');
    const test = scalarTest(comparison as Comparison, this.#expect(OPERAND, 'a value'));
    return (event) => select(event).some(test);
  }

  #selector(): (event: unknown) => readonly unknown[] {
    this.#expect(/\$/y, '$.field');
    const steps: (string | number | '*')[] = [];
    for (;;) {
      const step = this.#step();
      if (step === undefined) break;
      steps.push(step);
    }
    if (steps.length === 0) throw this.#invalid('$.field');
    return (event) =>
      steps.reduce<readonly unknown[]>(
        (values, step) => values.flatMap((value) => child(value, step)),
        [event],
      );
  }

  #step(): string | number | undefined {
    const name = this.#take(/\.([A-Za-z0-9_@-]+)/y, false);
    if (name !== undefined) return name.slice(1);
    const quoted = this.#take(/\.?\[\s*(?:'[^']*'|"[^"]*")\s*\]/y, false);
    if (quoted !== undefined) return quoted.replace(/^\.?\[\s*['"]|['"]\s*\]$/g, '');
    const index = this.#take(/\[\s*(?:\d+|\*)\s*\]/y, false)?.replace(/[[\]\s]/g, '');
    if (index === undefined) return undefined;
    return index === '*' ? '*' : Number(index);
  }

  #take(pattern: RegExp, skipSpace = true): string | undefined {
    if (skipSpace) this.#at += /^\s*/.exec(this.text.slice(this.#at))?.[0].length ?? 0;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #expect(pattern: RegExp, expected: string): string {
    const found = this.#take(pattern);
    if (found === undefined) throw this.#invalid(expected);
    return found;
  }

  #invalid(expected: string) {
    const rest = this.text.slice(this.#at).trim();
    return invalidParameter(
      `Invalid filter pattern: expected ${expected}, got '${rest === '' ? 'its end' : rest}'`,
    );
  }
}

function child(value: unknown, step: string | number): readonly unknown[] {
  if (Array.isArray(value)) {
    if (step === '*') return value;
    return typeof step === 'number' && step < value.length ? [value[step]] : [];
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, String(step))) return [];
  return [Reflect.get(value, String(step))];
}

function stateCondition(select: (event: unknown) => readonly unknown[], state: string): Condition {
  switch (state) {
    case 'EXISTS':
      return (event) => select(event).length > 0;
    case 'NOT EXISTS':
      return (event) => select(event).length === 0;
    case 'IS NULL':
      return (event) => select(event).some((value) => value === null);
    default:
      return (event) => select(event).some((value) => value === (state === 'IS TRUE'));
  }
}
