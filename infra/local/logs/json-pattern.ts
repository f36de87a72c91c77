import { type MessageFilter, regularExpression } from './filter-pattern.ts';
import { invalidParameter } from './logs-error.ts';

type Condition = (event: unknown) => boolean;
type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=';

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
    const comparison = this.#expect(/!=|<=|>=|=|<|>/y, 'a comparison');
    return this.#comparison(select, comparison as Comparison);
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

  #comparison(select: (event: unknown) => readonly unknown[], comparison: Comparison): Condition {
    const expression = this.#take(/%((?:[^%\\]|\\.)+)%/y);
    const quoted = expression === undefined ? this.#take(/"((?:[^"\\]|\\.)*)"/y) : undefined;
    const word =
      expression === undefined && quoted === undefined
        ? this.#expect(/[^\s"(){}&|=<>]+/y, 'a value')
        : undefined;
    if (expression === undefined && word !== undefined && isNumber(word)) {
      const wanted = Number(word);
      return (event) =>
        select(event).some((value) => typeof value === 'number' && compare(value, comparison, wanted));
    }
    if (comparison !== '=' && comparison !== '!=') throw this.#invalid(`a number after ${comparison}`);
    const matches =
      expression === undefined
        ? wildcard(quoted === undefined ? (word ?? '') : quoted.slice(1, -1).replace(/\\(.)/g, '$1'))
        : regularExpression(expression.slice(1, -1));
    return (event) =>
      select(event).some((value) => isScalar(value) && matches.test(String(value)) === (comparison === '='));
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

const isNumber = (word: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word);

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
