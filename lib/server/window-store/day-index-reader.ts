import 'server-only';
import { MAX_DAY_INDEX_BYTES, parseDayIndex } from '../../core/day-index.ts';
import { dayIndexKey, parseResultKey } from '../../core/object-key.ts';
import type { WindowPart } from '../../core/window-part.ts';
import type { ListedObject, ObjectReader } from './object-reader.ts';

/** Fewer results of a shard are read one by one. */
const WORTH_AN_INDEX = 4;

/** A result as an index says it. */
export interface IndexedPart {
  readonly etag: string;
  readonly part: WindowPart;
}

/** The text of a shard's index; null when it cannot be had. Never throws. */
export async function indexText(reader: ObjectReader, day: string, shardId: string): Promise<string | null> {
  const read = await reader
    .get(dayIndexKey(day, shardId), { maxBytes: MAX_DAY_INDEX_BYTES })
    .catch(() => 'gone' as const);
  return typeof read === 'string' ? null : read.text;
}

/**
 * What the indexes of a day's shards say of results that are listed and not read yet: exactly the rows whose key and ETag
 * the listing shows. So an index that is missing, stale or broken, or that may not be read, costs requests and no numbers.
 * Never throws. `texts`: of shards whose index is being read already.
 */
export async function indexedParts(
  reader: ObjectReader,
  day: string,
  unread: readonly ListedObject[],
  texts: ReadonlyMap<string, Promise<string | null>>,
): Promise<readonly IndexedPart[]> {
  const byKey = new Map<string, ListedObject>();
  const sizes = new Map<string, number>();
  for (const object of unread) {
    const parsed = parseResultKey(object.key);
    if (parsed?.kind !== 'result') continue;
    byKey.set(object.key, object);
    sizes.set(parsed.shardId, (sizes.get(parsed.shardId) ?? 0) + 1);
  }
  const found: IndexedPart[] = [];
  const readIndex = async (shardId: string) => {
    const text = await (texts.get(shardId) ?? indexText(reader, day, shardId));
    const index = text === null ? null : parseDayIndex(text, day, shardId);
    for (const { key: row, etag, result } of index?.rows ?? []) {
      const object = byKey.get(row);
      if (object?.etag !== etag) continue;
      const { size, lastModifiedMs } = object;
      found.push({
        etag,
        part: { key: row, size, lastModifiedMs, ...result, requests: [], inferred: false },
      });
    }
  };
  const worth = [...sizes].filter(([, size]) => size >= WORTH_AN_INDEX);
  await Promise.all(worth.map(([shardId]) => readIndex(shardId)));
  return found;
}
