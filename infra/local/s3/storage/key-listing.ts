import type { SortedKeys } from './sorted-keys.ts';

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

/** One page. Its cost depends on its length, not on the bucket's: groups are jumped over by binary search. */
export function listKeys(keys: SortedKeys, request: ListingRequest): Listing {
  const { prefix, delimiter, after, maxKeys } = request;
  const entries: ListingEntry[] = [];
  let index = keys.firstFrom(prefix);
  if (after !== '') {
    const group = after.startsWith(prefix) ? commonPrefix(after, prefix, delimiter) : null;
    index = Math.max(index, group === null ? keys.firstAfter(after) : keys.firstBeyond(group));
  }
  for (;;) {
    const key = keys.at(index);
    if (key === null || !key.startsWith(prefix) || maxKeys === 0) return { entries, isTruncated: false };
    if (entries.length === maxKeys) return { entries, isTruncated: true };
    const group = commonPrefix(key, prefix, delimiter);
    if (group === null) {
      entries.push({ kind: 'key', name: key });
      index += 1;
    } else {
      entries.push({ kind: 'prefix', name: group });
      index = keys.firstBeyond(group);
    }
  }
}

/** The common prefix that a key is rolled up into: up to and with the first delimiter after the prefix. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | null {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at === -1 ? null : key.slice(0, at + delimiter.length);
}
