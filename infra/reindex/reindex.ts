import { GetObjectCommand, NoSuchKey, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { type IndexedResult, parseDayIndex, serializeDayIndex } from '../../lib/core/day-index.ts';
import {
  dayIndexKey,
  parsePartitionPrefix,
  parseResultKey,
  partitionPrefix,
  RESULTS_PREFIX,
} from '../../lib/core/object-key.ts';
import { MAX_WINDOW_SECONDS } from '../../lib/core/window.ts';
import { parsePart } from '../../lib/core/window-part.ts';
import { MalformedResultError, parseResult } from '../../lib/core/window-result.ts';
import { DayIndexes } from '../functions/day-indexes.ts';

/** What became of the index of a shard's day. */
export interface Reindexed {
  readonly key: string;
  /** Results that it has now. */
  readonly results: number;
  /** Objects under keys of results that cannot be read as such. */
  readonly unreadable: number;
  /** same: it said all that already. too-large: nobody would read it, so it was left as it was. */
  readonly outcome: 'written' | 'same' | 'too-large';
}

export interface ReindexOptions {
  readonly bucket: string;
  /** `YYYY_MM_DD`; null for all there are. */
  readonly day: string | null;
}

const AT_ONCE = 32;
/** A consumer of windows of a second wins now and then; what was read is kept, so that trying again is quick. */
const TRIES = 100;
/** A shard's whole day of windows of some seconds is tens of thousands of objects. */
const LIMIT_MS = 15 * 60_000;

/**
 * Makes the day indexes anew from the results themselves. What is there is read first and the results are listed after it,
 * so that a consumer that goes on meanwhile loses no row: what it wrote before is listed, and what it writes later makes the
 * conditional put fail, and all is looked at again. Throws what S3 throws.
 */
export async function* reindex(s3: S3Client, options: ReindexOptions): AsyncIterable<Reindexed> {
  const { bucket, day } = options;
  for (const each of day === null ? await daysIn(s3, bucket) : [day]) {
    const objects = await objectsOf(s3, bucket, each);
    const shards = new Set(objects.flatMap(({ key }) => shardOf(key) ?? []));
    for (const shardId of [...shards].sort()) yield await reindexShard(s3, bucket, each, shardId);
  }
}

async function reindexShard(s3: S3Client, bucket: string, day: string, shardId: string): Promise<Reindexed> {
  const key = dayIndexKey(day, shardId);
  /** By key and ETag: null for an object that is no result. */
  const read = new Map<string, IndexedResult | null>();
  let results = 0;
  let unreadable = 0;
  let isSame = false;
  const isWritten = await new DayIndexes(s3, bucket, LIMIT_MS).change(
    key,
    async (text) => {
      const objects = (await objectsOf(s3, bucket, day)).filter((object) => shardOf(object.key) === shardId);
      const unread = objects.filter((object) => !read.has(nameOf(object))).values();
      const worker = async () => {
        for (const object of unread) read.set(nameOf(object), await rowOf(s3, bucket, object.key));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const found = objects.map((object) => read.get(nameOf(object)) ?? null);
      const rows = found.filter((row) => row !== null);
      results = rows.length;
      unreadable = found.length - rows.length;
      const made = serializeDayIndex({ day, shardId, rows });
      // A consumer adds rows in the order in which windows close: another order says the same.
      const there = text === null ? null : parseDayIndex(text, day, shardId);
      isSame = there !== null && serializeDayIndex({ ...there, rows: there.rows.toSorted(byKey) }) === made;
      return isSame && text !== null ? text : made;
    },
    AbortSignal.timeout(LIMIT_MS),
    TRIES,
  );
  return { key, results, unreadable, outcome: isWritten ? 'written' : isSame ? 'same' : 'too-large' };
}

interface Listed {
  readonly key: string;
  readonly etag: string;
}

const nameOf = ({ key, etag }: Listed) => `${key} ${etag}`;
const byKey = (a: IndexedResult, b: IndexedResult) => (a.key < b.key ? -1 : 1);

function shardOf(key: string): string | null {
  const parsed = parseResultKey(key);
  return parsed?.kind === 'result' ? parsed.shardId : null;
}

/** Null for an object that is no result, or gone meanwhile. */
async function rowOf(s3: S3Client, bucket: string, key: string): Promise<IndexedResult | null> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await object.Body?.transformToString()) ?? '';
    parsePart({ key, size: 0, lastModifiedMs: 0 }, text, MAX_WINDOW_SECONDS);
    const { requests: _, ...result } = parseResult(text);
    return { key, etag: object.ETag ?? '', result };
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof MalformedResultError) return null;
    throw error;
  }
}

/** The UTC days `YYYY_MM_DD` with results, oldest first. */
async function daysIn(s3: S3Client, bucket: string): Promise<string[]> {
  const days: string[] = [];
  const query = { Bucket: bucket, Prefix: RESULTS_PREFIX, Delimiter: '/' };
  for await (const page of paginateListObjectsV2({ client: s3 }, query)) {
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) days.push(parsePartitionPrefix(Prefix) ?? '');
  }
  return days.filter((day) => day !== '');
}

async function objectsOf(s3: S3Client, bucket: string, day: string): Promise<Listed[]> {
  const objects: Listed[] = [];
  const query = { Bucket: bucket, Prefix: partitionPrefix(day) };
  for await (const page of paginateListObjectsV2({ client: s3 }, query)) {
    for (const { Key = '', ETag = '' } of page.Contents ?? []) objects.push({ key: Key, etag: ETag });
  }
  return objects;
}
