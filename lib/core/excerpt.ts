/**
 * Whatever came from outside, as a person may read it: cut, and made without recursion, so that describing a value never
 * fails on it. No value is too deep, too large or too strange; what is made is at most one character longer than `most`.
 */

const MOST_CHARACTERS = 80;
const MOST_OF_ERROR = 500;
/** Beyond it a bigint's digits cost more than they tell. */
const LARGEST_BIGINT = 10n ** 40n;

/** The beginning of a text; a character is never cut in two. */
export function excerptOfText(text: string, most = MOST_CHARACTERS): string {
  if (text.length <= most) return text;
  const splitsPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(most - 1, most + 1));
  return `${text.slice(0, splitsPair ? most - 1 : most)}…`;
}

/** The beginning of a value's JSON, or of what comes nearest to it; `nothing` for undefined. */
export function excerptOf(value: unknown, most = MOST_CHARACTERS): string {
  if (value === undefined) return excerptOfText('nothing', most);
  let text = '';
  /** What is still to be written, the next one last. */
  const rest: (Value | string)[] = [new Value(value)];
  for (let next = rest.pop(); next !== undefined && text.length <= most; next = rest.pop()) {
    if (typeof next === 'string') text += next;
    else {
      const pieces = piecesOf(next.value, most - text.length);
      for (const piece of pieces.reverse()) rest.push(piece);
    }
  }
  return excerptOfText(text, most);
}

/** `name: message` of an error; an excerpt of anything else that was thrown. */
export function excerptOfError(error: unknown, most = MOST_OF_ERROR): string {
  if (typeof error === 'string') return excerptOfText(error, most);
  try {
    if (error instanceof Error) {
      // Of a connection that failed at all its addresses, the message is empty and the code tells why.
      const { name, message, code }: { name: unknown; message: unknown; code?: unknown } = error;
      const said = [name, message, code].filter(isSaid).slice(0, 2);
      return excerptOfText(said.map((each) => excerptOfText(each, most)).join(': '), most);
    }
  } catch {
    // A getter that throws: the error is shown as any other value.
  }
  return excerptOf(error, most);
}

/** A value among the texts that are to be written. */
class Value {
  constructor(readonly value: unknown) {}
}

/** A value's beginning, and those of its members that have a chance to be shown: each takes a character at least. */
function piecesOf(value: unknown, most: number): (Value | string)[] {
  try {
    if (typeof value === 'string') return [JSON.stringify(excerptOfText(value, most + 1))];
    if (typeof value === 'bigint')
      return [-LARGEST_BIGINT < value && value < LARGEST_BIGINT ? `${value}n` : 'a bigint'];
    if (typeof value === 'function' || typeof value === 'symbol') return [`a ${typeof value}`];
    if (typeof value !== 'object' || value === null) return [String(value)];
    if (ArrayBuffer.isView(value)) return [`${value.byteLength} bytes`];
    return Array.isArray(value) ? itemsOf(value, most) : membersOf(value, most);
  } catch {
    return ['something that cannot be read'];
  }
}

function itemsOf(list: readonly unknown[], most: number): (Value | string)[] {
  const pieces: (Value | string)[] = ['['];
  for (let index = 0; index < Math.min(list.length, most + 1); index += 1) {
    pieces.push(index === 0 ? '' : ',', new Value(list[index]));
  }
  return [...pieces, ']'];
}

function membersOf(object: object, most: number): (Value | string)[] {
  const pieces: (Value | string)[] = ['{'];
  for (const key in object) {
    if (pieces.length > 3 * most) break;
    const name = JSON.stringify(excerptOfText(key, most + 1));
    pieces.push(`${pieces.length === 1 ? '' : ','}${name}:`, new Value(Reflect.get(object, key)));
  }
  return [...pieces, '}'];
}

function isSaid(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
