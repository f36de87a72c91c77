import { COMPARISON, invalidPattern, type MessageFilter, OPERAND, scalarTest } from './comparison.ts';

type Condition = (event: unknown) => boolean;

/**
 * `{ $.level = "ERROR" && ($.n >= 3 || $.user.name != w*) }`, with `IS NULL`, `IS TRUE`, `IS FALSE`, `EXISTS` and
 * `NOT EXISTS`. A message that is no JSON object never matches.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 * Throws LogsError InvalidParameterException.
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
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Condition {
    this.#expect(/\{/y, '{');
    const condition = this.#alternatives();
    this.#expect(/\}/y, '}');
    if (this.#take(/\S/y) !== null) throw this.#invalid('nothing after the closing brace');
    return condition;
  }

  #alternatives(): Condition {
    const conditions = [this.#conjunction()];
    while (this.#take(/\|\|/y) !== null) conditions.push(this.#conjunction());
    return (event) => conditions.some((condition) => condition(event));
  }

  #conjunction(): Condition {
    const conditions = [this.#condition()];
    while (this.#take(/&&/y) !== null) conditions.push(this.#condition());
    return (event) => conditions.every((condition) => condition(event));
  }

  #condition(): Condition {
    if (this.#take(/\(/y) !== null) {
      const inner = this.#alternatives();
      this.#expect(/\)/y, ')');
      return inner;
    }
    const select = this.#selector();
    const state = this.#take(/(IS\s+(NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)\b/iy);
    if (state !== null) return stateCondition(select, state.toUpperCase().replace(/\s+/g, ' '));
    const comparison = this.#expect(COMPARISON, 'a comparison');
    const test = scalarTest(comparison, this.#expect(OPERAND, 'a value'));
    return (event) => select(event).some(test);
  }

  #selector(): (event: unknown) => readonly unknown[] {
    this.#expect(/\$/y, '$.field');
    const steps: (string | number | '*')[] = [];
    for (;;) {
      const step = this.#step();
      if (step === null) break;
      steps.push(step);
    }
    if (steps.length === 0) throw this.#invalid('$.field');
    return (event) =>
      steps.reduce<readonly unknown[]>(
        (values, step) => values.flatMap((value) => child(value, step)),
        [event],
      );
  }

  #step(): string | number | null {
    const name = this.#take(/\.([A-Za-z0-9_@-]+)/y, false);
    if (name !== null) return name.slice(1);
    const quoted = this.#take(/\.?\[\s*(?:'[^']*'|"[^"]*")\s*\]/y, false);
    if (quoted !== null) return quoted.replace(/^\.?\[\s*['"]|['"]\s*\]$/g, '');
    const index = this.#take(/\[\s*(?:\d+|\*)\s*\]/y, false)?.replace(/[[\]\s]/g, '') ?? null;
    if (index === null) return null;
    return index === '*' ? '*' : Number(index);
  }

  #take(pattern: RegExp, skipSpace = true): string | null {
    if (skipSpace) this.#at += /^\s*/.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #expect(pattern: RegExp, expected: string): string {
    const found = this.#take(pattern);
    if (found === null) throw this.#invalid(expected);
    return found;
  }

  #invalid(expected: string) {
    const rest = this.#text.slice(this.#at).trim();
    return invalidPattern(expected, rest === '' ? 'its end' : rest);
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
