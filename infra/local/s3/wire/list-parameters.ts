import type { Xml } from '../../http/xml-text.ts';
import { invalidArgument } from './s3-error.ts';

/** S3 answers with at most this many of anything. */
const MAX_PAGE = 1000;
const MAX_INTEGER = 2_147_483_647;

export interface Encoder {
  readonly encode: (text: string) => string;
  /** The element that says so in the answer. */
  readonly encodingXml: readonly Xml[];
}

/** What is asked for and what is given of a listing. */
export interface ListParameters extends Encoder {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
}

/** Throws S3Error InvalidArgument. */
export function readListParameters(query: URLSearchParams): ListParameters {
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: parseCount(query, 'max-keys'),
    ...encoderOf(query),
  };
}

/** A count that is left out or empty is the largest there is, or `absent`. Throws S3Error InvalidArgument. */
export function parseCount(query: URLSearchParams, name: string, absent = MAX_PAGE): number {
  const text = query.get(name) ?? '';
  if (text === '') return absent;
  if (!/^-?\d+$/.test(text) || Number(text) > MAX_INTEGER) {
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  }
  if (Number(text) < 0) {
    const said = name === 'max-keys' ? 'maxKeys' : name;
    throw invalidArgument(name, text, `Argument ${said} must be an integer between 0 and ${MAX_INTEGER}`);
  }
  return name.startsWith('max-') ? Math.min(Number(text), MAX_PAGE) : Number(text);
}

/** `encoding-type=url`, for keys that XML cannot hold. Throws S3Error InvalidArgument. */
export function encoderOf(query: URLSearchParams): Encoder {
  const type = query.get('encoding-type');
  if (type === null) return { encode: (text) => text, encodingXml: [] };
  if (type !== 'url')
    throw invalidArgument('encoding-type', type, 'Invalid Encoding Method specified in Request');
  return { encode: urlEncode, encodingXml: [['EncodingType', type]] };
}

/** All but unreserved characters and the slash. A space is `%20`, which clients that decode a form understand as well. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}
