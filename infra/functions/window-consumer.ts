import { isUtf8 } from 'node:buffer';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Aggregate, fold, isFolded, parseState, serializeState } from '../../lib/core/aggregate.ts';
import { excerptOf, excerptOfError } from '../../lib/core/excerpt.ts';
import {
  type InvocationLog,
  serializeInvocationLog,
  serializeWindowSales,
  type WindowSums,
} from '../../lib/core/invocation-log.ts';
import { resultKey } from '../../lib/core/object-key.ts';
import { type RejectedRecord, rejectedObjects } from '../../lib/core/rejected-records.ts';
import { type ParsedSale, parseSale } from '../../lib/core/sale.ts';
import { parseWindowTime, type Window } from '../../lib/core/window.ts';
import { resultOf, serializeResult } from '../../lib/core/window-result.ts';
import { BucketWriter, type WriteLimits } from './bucket-writer.ts';
import { DayIndexes } from './day-indexes.ts';
import { OpenSnapshots } from './open-snapshots.ts';
import type { InvocationContext, KinesisRecord, TumblingWindowEvent } from './tumbling-window-event.ts';

export interface ConsumerLimits extends WriteLimits {
  /** Of the open snapshot's write: whoever waits for a total must not wait for a gauge. */
  readonly snapshotMs: number;
  /** Of the day index's row, read and written: the result is stored by then, and must not be told late. */
  readonly indexMs: number;
}

export const CONSUMER_LIMITS: ConsumerLimits = {
  callMs: 5000,
  tries: 3,
  reserveMs: 2000,
  snapshotMs: 1000,
  indexMs: 2000,
};

/**
 * The consumer. Nothing outlives an invocation but the window's result and its row in the day index, the open snapshot and
 * the rejected records, and each can be repeated: whatever fails is tried again with the same state. S3's errors propagate, so that the mapping does so.
 */
export class WindowConsumer {
  readonly #bucket: BucketWriter;
  readonly #snapshots: OpenSnapshots;
  readonly #indexes: DayIndexes;
  readonly #reserveMs: number;

  constructor(s3: S3Client, bucketName: string, limits: ConsumerLimits) {
    this.#bucket = new BucketWriter(s3, bucketName, limits);
    this.#snapshots = new OpenSnapshots(this.#bucket, limits.snapshotMs);
    this.#indexes = new DayIndexes(s3, bucketName, limits.indexMs);
    this.#reserveMs = limits.reserveMs;
  }

  async handle(event: TumblingWindowEvent, context: InvocationContext): Promise<{ state: object }> {
    const startedMs = Date.now();
    const window = windowOf(event);
    const aggregate = parseState(event.state);
    const before = sums(aggregate);
    const progress = { skipped: 0, rejected: 0, stateBytes: 2, writtenKey: null as string | null };
    const log = (error: string | null) => {
      const nowMs = Date.now();
      const line: InvocationLog = {
        timeMs: nowMs,
        requestId: context.awsRequestId,
        shardId: event.shardId,
        windowStartMs: window.startMs,
        windowEndMs: window.endMs,
        records: event.Records.length,
        final: event.isFinalInvokeForWindow,
        terminatedEarly: event.isWindowTerminatedEarly,
        durationMs: nowMs - startedMs,
        before,
        after: sums(aggregate),
        error,
        ...progress,
      };
      // Not console.log: Lambda's JSON log format would wrap the line, and CloudWatch would not find the metrics in it.
      const { functionName } = context;
      process.stdout.write(`${serializeInvocationLog(line, functionName)}\n`);
      const sales = serializeWindowSales(line, functionName);
      if (sales !== null) process.stdout.write(`${sales}\n`);
    };

    try {
      const rejected = foldRecords(aggregate, event.Records, window, progress);
      for (const { key, body } of rejectedObjects(event.shardId, rejected)) {
        await this.#bucket.put(key, body, () => context.getRemainingTimeInMillis());
      }
      if (event.isFinalInvokeForWindow) {
        progress.writtenKey = await this.#putResult(aggregate, window, event, context);
        log(null);
        return { state: {} };
      }
      const state = serializeState(aggregate);
      progress.stateBytes = Buffer.byteLength(JSON.stringify(state));
      await this.#snapshots.put(resultOf(aggregate, window, event.shardId, false));
      log(null);
      return { state };
    } catch (error) {
      log(excerptOfError(error));
      throw error;
    }
  }

  /** Returns the key, or null when nothing was folded in (a dropped first batch): then there is no result. */
  async #putResult(
    aggregate: Aggregate,
    window: Window,
    event: TumblingWindowEvent,
    context: InvocationContext,
  ): Promise<string | null> {
    const result = resultOf(aggregate, window, event.shardId, event.isWindowTerminatedEarly);
    if (result === null) return null;
    const key = resultKey(result);
    const leftMs = () => context.getRemainingTimeInMillis();
    const etag = await this.#bucket.put(key, serializeResult(result), leftMs);
    await this.#indexes.add(result, etag, leftMs() - this.#reserveMs);
    return key;
  }
}

function windowOf(event: TumblingWindowEvent): Window {
  const startMs = parseWindowTime(event.window?.start);
  const endMs = parseWindowTime(event.window?.end);
  if (startMs === null || endMs === null) {
    throw new Error(
      `Expected an event with a window, got ${excerptOf(event.window)}. Set a tumbling window on the event source mapping.`,
    );
  }
  return { startMs, endMs };
}

function foldRecords(
  aggregate: Aggregate,
  records: readonly KinesisRecord[],
  window: Window,
  progress: { skipped: number; rejected: number },
): RejectedRecord[] {
  const rejected: RejectedRecord[] = [];
  for (const { kinesis } of records) {
    const { sequenceNumber, partitionKey, data } = kinesis;
    if (isFolded(aggregate, sequenceNumber)) {
      progress.skipped += 1;
      continue;
    }
    const reason = fold(aggregate, sequenceNumber, parseData(data));
    if (reason === null) continue;
    const arrivalMs = arrivalOf(kinesis, window);
    rejected.push({ reason, arrivalMs, sequenceNumber, partitionKey, data });
  }
  progress.rejected = rejected.length;
  return rejected;
}

/** Whatever stands there, a date can be made of it. */
function arrivalOf({ approximateArrivalTimestamp }: KinesisRecord['kinesis'], window: Window): number {
  const arrivalMs = Math.round(approximateArrivalTimestamp * 1000);
  return arrivalMs >= 0 && arrivalMs < MAX_ARRIVAL_MS ? arrivalMs : window.startMs;
}

/** The year 10000: from there on dates are spelled otherwise. */
const MAX_ARRIVAL_MS = Date.UTC(10_000, 0);

/** Where one record after the other is decoded: a buffer for each would cost a tenth of all. */
const scratch = Buffer.allocUnsafe(65_536);

function parseData(data: string): ParsedSale {
  const bytes =
    data.length > scratch.length
      ? Buffer.from(data, 'base64')
      : scratch.subarray(0, scratch.write(data, 'base64'));
  const text = bytes.toString('utf8');
  // Only bytes that are not UTF-8 decode to the replacement character, or text that holds one itself.
  if (text.includes('\uFFFD') && !isUtf8(bytes)) return { ok: false, reason: 'expected UTF-8 text' };
  return parseSale(text);
}

function sums(aggregate: Aggregate): WindowSums {
  return { recordCount: aggregate.recordCount, salesCents: aggregate.salesCents };
}
