import { emptyAggregate, fold } from '../../lib/core/aggregate.ts';
import { DUMMY_CUSTOMERS } from '../../lib/core/dummy-customers.ts';
import { partitionPrefix, resultKey } from '../../lib/core/object-key.ts';
import { shardIdOf } from '../../lib/core/shard-index.ts';
import { DAY_MS, HOUR_MS, parseUtcDay, utcDay, windowStartMs } from '../../lib/core/window.ts';
import { resultOf, serializeResult, type WindowResult } from '../../lib/core/window-result.ts';
import type { Bucket } from './s3/storage/bucket.ts';

const DAYS = 30;
const WRITE_LAG_MS = 1200;

/** The day that has made-up results, and whether they were there already. */
export interface DemoDay {
  readonly day: string;
  readonly isNew: boolean;
}

/**
 * Writes a day of made-up window results into the newest UTC day of the last 30 that has none, so that totals of real
 * sales are never touched; once there, a demo day stays the only one. Null when there is no such day.
 */
export function putDemoDay(bucket: Bucket, windowSeconds: number, nowMs: number): DemoDay | null {
  const days = Array.from({ length: DAYS }, (_, ago) => utcDay(nowMs - (ago + 1) * DAY_MS));
  const firstKeys = new Map(days.map((day) => [day, bucket.firstKey(partitionPrefix(day))]));
  const there = days.find((day) => DEMO_KEY.test(firstKeys.get(day) ?? ''));
  if (there !== undefined) return { day: there, isNew: false };
  const day = days.find((each) => firstKeys.get(each) === null);
  if (day === undefined) return null;

  const dayMs = parseUtcDay(day) ?? 0;
  // Windows of a few seconds would make tens of thousands of files of one day.
  const lengthSeconds = Math.max(windowSeconds, 120);
  for (
    let startMs = windowStartMs(dayMs, lengthSeconds);
    startMs < dayMs + DAY_MS;
    startMs += lengthSeconds * 1000
  ) {
    const endMs = startMs + lengthSeconds * 1000;
    const result = startMs < dayMs ? null : demoResult(startMs, endMs);
    if (result !== null) {
      // As if it had been written on that day: the page takes a result's age for the pipeline's lag.
      bucket.put(resultKey(result), Buffer.from(serializeResult(result)), JSON_TYPE, endMs + WRITE_LAG_MS);
    }
  }
  return { day, isNew: true };
}

/** A made-up result is told by its sequence number, which is its window's start: the stream never gives such a one. */
const DEMO_KEY = /\/(\d+)_shardId-000000000000_\1(?:000000)\.json$/;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Quiet nights, busy noons and evenings, a gap now and then; the same for the same window. Null: nobody bought anything. */
function demoResult(startMs: number, endMs: number): WindowResult | null {
  const random = mulberry32(startMs / 1000);
  const hour = (startMs % DAY_MS) / HOUR_MS;
  const bustle = Math.exp(-((hour - 12) ** 2) / 10) + 0.8 * Math.exp(-((hour - 19) ** 2) / 5);
  const recordCount = Math.floor((bustle + 0.02) * 200 * (0.5 + random()));
  if (recordCount < 5 || random() < 0.015) return null;
  const sequence = BigInt(startMs) * 1_000_000n;
  const aggregate = emptyAggregate();
  for (let index = 0; index < recordCount; index += 1) {
    const amount = Math.ceil(random() * 500);
    const custName = DUMMY_CUSTOMERS[amount % DUMMY_CUSTOMERS.length] ?? DUMMY_CUSTOMERS[0];
    const sale = { custName, custId: 1, salesCents: amount * 100, requestId: null, requestNumber: null };
    fold(aggregate, String(sequence + BigInt(index)), { ok: true, sale });
  }
  return resultOf(aggregate, { startMs, endMs }, shardIdOf(0), false);
}

/** A small seeded generator: the demo day looks the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
