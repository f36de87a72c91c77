import 'server-only';
import { MAX_DAY_INDEX_BYTES, parseDayIndex } from '../../core/day-index.ts';
import { dayIndexKey, parseResultKey } from '../../core/object-key.ts';
import type { WindowPart } from '../../core/window-part.ts';
import type { ListedObject, ObjectReader } from './object-reader.ts';

/** Fewer results of a shard are read one by one. */
const WORTH_AN_INDEX = 4;

/**
 * What the indexes of a day's shards say of results that are listed: exactly the rows whose key and ETag the listing shows.
 * So an index that is missing, stale or broken, or that may not be read, costs requests and no numbers. Never throws.
 */
export async function indexedParts(
  reader: ObjectReader,
  day: string,
  listed: readonly ListedObject[],
): Promise<readonly { readonly etag: string; readonly part: WindowPart }[]> {
  const byShard = new Map<string, Map<string, ListedObject>>();
  for (const object of listed) {
    const parsed = parseResultKey(object.key);
    if (parsed?.kind !== 'result') continue;
    const own = byShard.get(parsed.shardId) ?? new Map<string, ListedObject>();
    byShard.set(parsed.shardId, own.set(object.key, object));
  }
  const worth = [...byShard].filter(([, own]) => own.size >= WORTH_AN_INDEX);
  const found = await Promise.all(
    worth.map(async ([shardId, own]) => {
      const key = dayIndexKey(day, shardId);
      const read = await reader.get(key, { maxBytes: MAX_DAY_INDEX_BYTES }).catch(() => 'gone' as const);
      const index = typeof read === 'string' ? null : parseDayIndex(read.text, day, shardId);
      return (index?.rows ?? []).flatMap(({ key: row, etag, result }) => {
        const object = own.get(row);
        if (object === undefined || object.etag !== etag) return [];
        const { size, lastModifiedMs } = object;
        return [{ etag, part: { key: row, size, lastModifiedMs, ...result, requests: [], inferred: false } }];
      });
    }),
  );
  return found.flat();
}
