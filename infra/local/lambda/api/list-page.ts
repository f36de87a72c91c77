import { wrongType } from '../../aws-json/json-reader.ts';
import type { HttpRequest } from '../../http/http.ts';
import { invalidParameterValue } from '../lambda-error.ts';

/** Lambda never lists more than this at once, whatever MaxItems says. */
const MOST_ITEMS = 50;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Spread into the answer: absent on the last page. */
  readonly marker: { readonly NextMarker?: string };
}

/** A page of a list: what follows the item that the marker names by its key, in base64. */
export function paged<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
  marker: string | null,
  maxItems = MOST_ITEMS,
): Page<Item> {
  let start = 0;
  if (marker !== null && marker !== '') {
    const last = Buffer.from(marker, 'base64url').toString();
    start = all.findIndex((item) => key(item) === last) + 1;
    if (start === 0) throw invalidParameterValue(`Invalid Marker: ${marker}`);
  }
  const items = all.slice(start, start + Math.min(maxItems, MOST_ITEMS));
  const last = items.at(-1);
  const isLastPage = last === undefined || start + items.length >= all.length;
  return { items, marker: isLastPage ? {} : { NextMarker: Buffer.from(key(last)).toString('base64url') } };
}

/** A number in the query; absent when it is not given. Throws LambdaError SerializationException. */
export function numberIn(request: HttpRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d+$/.test(text)) throw wrongType(text, 'an Integer');
  return Number(text);
}
