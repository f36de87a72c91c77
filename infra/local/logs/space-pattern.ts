import {
  COMPARISON,
  invalidPattern,
  isNumber,
  type MessageFilter,
  OPERAND,
  scalarTest,
} from './comparison.ts';

/** What one field must be; null for the ellipsis, which stands for any number of fields. */
type FieldTest = ((field: string) => boolean) | null;

/**
 * `[ip, user, ..., status = 4* || status = 500, size > 1000]`: a condition or just a name for each field of a message, whose
 * fields are separated by spaces unless they are in quotes or brackets. Without an ellipsis their number must be the same.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 * Throws LogsError InvalidParameterException.
 */
export function parseSpacePattern(text: string): MessageFilter {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1];
  if (inner === undefined) throw invalidPattern('a closing bracket', text);
  const tests = split(inner, ',').map(parseField);
  const at = tests.indexOf(null);
  if (at !== tests.lastIndexOf(null)) throw invalidPattern('one ellipsis', text);
  const first = at === -1 ? tests : tests.slice(0, at);
  const last = at === -1 ? [] : tests.slice(at + 1);
  return (message) => {
    const fields = fieldsOf(message);
    const given = first.length + last.length;
    if (at === -1 ? fields.length !== given : fields.length < given) return false;
    const holds = (some: readonly FieldTest[], from: number) =>
      some.every((test, index) => test === null || test(fields[from + index] ?? ''));
    return holds(first, 0) && holds(last, fields.length - last.length);
  };
}

function fieldsOf(message: string): readonly string[] {
  const fields = message.trim().match(/\[[^\]]*\]|"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return fields.map((field) => field.replace(/^\[(.*)\]$|^"(.*)"$/s, '$1$2'));
}

function parseField(text: string): FieldTest {
  if (text === '...') return null;
  const alternatives = split(text, '||').map((each) => split(each, '&&').map(parseCondition));
  return (field) => alternatives.some((conditions) => conditions.every((condition) => condition(field)));
}

function parseCondition(text: string): (field: string) => boolean {
  const [name] = /^\w+/.exec(text) ?? [];
  if (name === undefined) throw invalidPattern('the name of a field', text);
  const rest = text.slice(name.length).trim();
  if (rest === '') return () => true;
  COMPARISON.lastIndex = 0;
  const comparison = COMPARISON.exec(rest)?.[0];
  if (comparison === undefined) throw invalidPattern('a comparison', rest);
  const operand = rest.slice(comparison.length).trim();
  OPERAND.lastIndex = 0;
  if (OPERAND.exec(operand)?.[0] !== operand) throw invalidPattern('a value', operand);
  const test = scalarTest(comparison, operand);
  // A field that is no number is another than any number.
  if (isNumber(operand)) return (field) => (isNumber(field) ? test(Number(field)) : comparison === '!=');
  return test;
}

/** At separators that are in no quotes and no expression. */
function split(text: string, separator: ',' | '||' | '&&'): readonly string[] {
  const parts: string[] = [''];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)+%|\|\||&&|./gs)) {
    if (token === separator) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim());
}
