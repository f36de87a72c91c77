import { type Bound, firstKey, type KeyLevels } from './key-tree.ts';
import { compareKeys } from './sorted-keys.ts';

/** What both versions of ListObjects ask for. */
export interface ListingRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys up to and including this one are passed over, and the common prefix that it lies in. Empty: from the start. */
  readonly after: string;
  readonly maxKeys: number;
}

export interface Listing {
  /** Keys and common prefixes, in the order in which S3 merges them. */
  readonly entries: readonly ListingEntry[];
  readonly isTruncated: boolean;
}

export interface ListingEntry {
  readonly kind: 'key' | 'prefix';
  readonly name: string;
}

/** One page. Its cost depends on its length, not on the bucket's: groups and folders are jumped over. */
export function listKeys(levels: KeyLevels, request: ListingRequest): Listing {
  const { prefix, delimiter, after, maxKeys } = request;
  const entries: ListingEntry[] = [];
  const grouped = delimiter === '/' ? prefix : null;
  const first = (kind: Bound, text: string) => firstKey(levels, kind, text, grouped);
  let key = first('from', prefix);
  if (after !== '' && key !== null) {
    const group = after.startsWith(prefix) ? commonPrefix(after, prefix, delimiter) : null;
    const next = group === null ? first('after', after) : first('beyond', group);
    key = next === null || compareKeys(next, key) > 0 ? next : key;
  }
  for (;;) {
    if (key === null || !key.startsWith(prefix) || maxKeys === 0) return { entries, isTruncated: false };
    if (entries.length === maxKeys) return { entries, isTruncated: true };
    const group = commonPrefix(key, prefix, delimiter);
    if (group === null) {
      entries.push({ kind: 'key', name: key });
      key = first('after', key);
    } else {
      entries.push({ kind: 'prefix', name: group });
      key = first('beyond', group);
    }
  }
}

/** The common prefix that a key is rolled up into: up to and with the first delimiter after the prefix. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | null {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at === -1 ? null : key.slice(0, at + delimiter.length);
}
