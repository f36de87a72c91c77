import { parseUtcDay, utcDay } from './window.ts';
import type { WindowResult } from './window-result.ts';

/**
 * The keys of the pipeline's objects. Every part comes from the event and none from the clock, so that whatever is
 * repeated writes to the same key.
 */
export const RESULTS_PREFIX = 'revenue_sum/';
export const LIVE_PREFIX = 'revenue_live/';
export const REJECTED_PREFIX = 'rejected/';
export const DAY_INDEX_PREFIX = 'revenue_day/';

/** S3's own limit, in bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1024;

/** The letters and the length that every name of a bucket has. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The partition of a UTC day `YYYY_MM_DD`: `revenue_sum/dt=2021_01_24/`. */
export function partitionPrefix(day: string): string {
  return `${RESULTS_PREFIX}dt=${day}/`;
}

/** The UTC day of a partition prefix; null when it is not one. */
export function parsePartitionPrefix(prefix: string): string | null {
  const day = /^revenue_sum\/dt=(\d{4}_\d\d_\d\d)\/$/.exec(prefix)?.[1];
  return day !== undefined && parseUtcDay(day) !== null ? day : null;
}

/** `revenue_sum/dt=YYYY_MM_DD/<window start, epoch ms>_<shardId>_<first sequence number>.json` */
export function resultKey(result: Pick<WindowResult, 'window' | 'shardId' | 'firstSequenceNumber'>): string {
  const { startMs } = result.window;
  return `${partitionPrefix(utcDay(startMs))}${startMs}_${result.shardId}_${result.firstSequenceNumber}.json`;
}

export type ParsedResultKey =
  | {
      readonly kind: 'result';
      readonly day: string;
      readonly startMs: number;
      readonly shardId: string;
      readonly firstSequenceNumber: string;
    }
  /** As the original demo wrote it: `revenue_sum/dt=YYYY_MM_DD/<epoch ms of the write>.json` */
  | { readonly kind: 'original'; readonly day: string; readonly writtenMs: number };

/** The inverse of `resultKey`, for results of this project and of the original demo; null for any other key. */
export function parseResultKey(key: string): ParsedResultKey | null {
  const match = /^revenue_sum\/dt=(\d{4}_\d\d_\d\d)\/(\d{1,15})(?:_([^_/]+)_(\d+))?\.json$/.exec(key);
  const [, day, time, shardId, firstSequenceNumber] = match ?? [];
  if (day === undefined || time === undefined || parseUtcDay(day) === null) return null;
  if (shardId === undefined || firstSequenceNumber === undefined) {
    return { kind: 'original', day, writtenMs: Number(time) };
  }
  return { kind: 'result', day, startMs: Number(time), shardId, firstSequenceNumber };
}

/** The open snapshot of a shard: a gauge, overwritten while its window is open. */
export function liveKey(shardId: string): string {
  return `${LIVE_PREFIX}${shardId}.json`;
}

/** The index of a shard's results of a UTC day `YYYY_MM_DD` (`DayIndex`). */
export function dayIndexKey(day: string, shardId: string): string {
  return `${DAY_INDEX_PREFIX}dt=${day}/${shardId}.json`;
}

/** A rejected record, by its arrival (epoch ms) and its place in the stream. */
export function rejectedKey(arrivalMs: number, shardId: string, sequenceNumber: string): string {
  return `${REJECTED_PREFIX}dt=${utcDay(arrivalMs)}/${shardId}_${sequenceNumber}.json`;
}
