import { isUtf8 } from 'node:buffer';
import { isStructure, wrongType } from '../../aws-json/json-reader.ts';
import type { HttpRequest } from '../../http/http.ts';
import { LambdaError } from '../lambda-error.ts';

/**
 * The JSON in a body.
 * Throws LambdaError InvalidRequestContentException, in the words of AWS's parser.
 */
export function parsedJson(body: Buffer, prefix = ''): unknown {
  const text = body.toString();
  try {
    if (!isUtf8(body)) throw new SyntaxError('not UTF-8');
    return JSON.parse(text);
  } catch {
    throw new LambdaError(
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${prefix}${complaint(body, text)}`,
      { Type: 'User' },
    );
  }
}

/** The JSON object in a request; no body is an empty one. Throws LambdaError InvalidRequestContentException. */
export function bodyOf(request: HttpRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  const body = parsedJson(request.body);
  if (!isStructure(body)) throw wrongType(body, 'a Structure');
  return body;
}

const EXPECTED_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

function complaint(body: Buffer, text: string): string {
  if (!isUtf8(body)) {
    const offset = invalidByte(body);
    const byte = body[offset]?.toString(16).padStart(2, '0');
    return `Invalid UTF-8 start byte 0x${byte}${source(body.toString('latin1'), offset + 1)}`;
  }
  const offset = syntaxErrorOffset(text);
  const character = text.slice(offset, offset + 1);
  if (character === '') return `Unexpected end-of-input${source(text, text.length)}`;
  const word = /^[A-Za-z_$][\w$]*/.exec(text.slice(wordStart(text, offset)))?.[0];
  if (word !== undefined && !/["\w]\s*$/.test(text.slice(0, wordStart(text, offset)))) {
    return `Unrecognized token '${word}': was expecting ${EXPECTED_VALUES}${source(text, wordStart(text, offset) + word.length)}`;
  }
  const code = character.charCodeAt(0);
  const shown =
    code < 32 || (code > 126 && code < 160) ? `(CTRL-CHAR, code ${code})` : `'${character}' (code ${code})`;
  return `Unexpected character (${shown}): expected a valid value ${EXPECTED_VALUES}${source(text, offset)}`;
}

const source = (text: string, offset: number) => {
  const lines = text.slice(0, offset).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${lines.length}, column: ${column}]`;
};

/** Where the built-in parser gave up: the longest prefix that could still become JSON ends there. */
function syntaxErrorOffset(text: string): number {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position !== undefined) return Number(position);
    // Short inputs are quoted without a position: Unexpected token 'o', "foo" is not valid JSON.
    const token = /^Unexpected token '?(.+?)'?, /s.exec(message)?.[1];
    if (token !== undefined) {
      for (let end = 1; end <= text.length; end += 1) {
        if (text[end - 1] === token && failsAtEnd(text.slice(0, end))) return end - 1;
      }
    }
  }
  return text.length;
}

/** The prefix is wrong because of its last character, not because it is unfinished. */
function failsAtEnd(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return false;
  } catch (error) {
    return error instanceof Error && !/end of JSON|Unterminated|Expected/.test(error.message);
  }
}

function wordStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && /[\w$]/.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

function invalidByte(body: Buffer): number {
  for (let end = 1; end <= body.length; end += 1) {
    const head = body.subarray(0, end);
    // A sequence that is only cut off becomes valid with the bytes that follow.
    if (!isUtf8(head) && ![1, 2, 3].some((more) => isUtf8(body.subarray(0, end + more)))) return end - 1;
  }
  return 0;
}
