import { isUtf8 } from 'node:buffer';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Aggregate, fold, isFolded, parseState, serializeState } from '../../lib/core/aggregate.ts';
import { excerptOf, excerptOfError } from '../../lib/core/excerpt.ts';
import {
  type InvocationLog,
  serializeInvocationLog,
  type WindowSums,
} from '../../lib/core/invocation-log.ts';
import { liveKey, rejectedKey, resultKey } from '../../lib/core/object-key.ts';
import { type ParsedSale, parseSale } from '../../lib/core/sale.ts';
import { parseWindowTime, type Window } from '../../lib/core/window.ts';
import { resultOf, serializeResult } from '../../lib/core/window-result.ts';
import { requireEnv } from './environment.ts';
import type { InvocationContext, KinesisRecord, TumblingWindowEvent } from './tumbling-window-event.ts';

const bucketName = requireEnv('BUCKET_NAME');
const s3 = new S3Client({});

/** When each shard's snapshot was last written. Lost with a cold start, which costs one write more. */
const snapshotMs = new Map<string, number>();
const SNAPSHOT_INTERVAL_MS = 1000;
const MAX_WRITES_AT_ONCE = 16;

/**
 * Folds the records of one window of one shard into the state; the final invocation writes the window's result.
 * Nothing else outlives an invocation but the open snapshot and the rejected records, and both can be repeated: whatever
 * fails is tried again with the same state. S3's errors propagate, so that the mapping does so.
 */
export async function handler(
  event: TumblingWindowEvent,
  context: InvocationContext,
): Promise<{ state: object }> {
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
    process.stdout.write(`${serializeInvocationLog(line, context.functionName)}\n`);
  };

  try {
    const rejected = foldRecords(aggregate, event.Records, progress);
    await writeAll(rejected, (record) => putRejected(event.shardId, record));
    if (event.isFinalInvokeForWindow) {
      progress.writtenKey = await putResult(aggregate, window, event);
      log(null);
      return { state: {} };
    }
    const state = serializeState(aggregate);
    progress.stateBytes = Buffer.byteLength(JSON.stringify(state));
    await putSnapshot(aggregate, window, event.shardId);
    log(null);
    return { state };
  } catch (error) {
    log(excerptOfError(error));
    throw error;
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

interface Rejected {
  readonly record: KinesisRecord;
  readonly reason: string;
}

function foldRecords(
  aggregate: Aggregate,
  records: readonly KinesisRecord[],
  progress: { skipped: number; rejected: number },
): Rejected[] {
  const rejected: Rejected[] = [];
  for (const record of records) {
    const { sequenceNumber, data } = record.kinesis;
    if (isFolded(aggregate, sequenceNumber)) {
      progress.skipped += 1;
      continue;
    }
    const reason = fold(aggregate, sequenceNumber, parseData(data));
    if (reason !== null) rejected.push({ record, reason });
  }
  progress.rejected = rejected.length;
  return rejected;
}

function parseData(data: string): ParsedSale {
  const bytes = Buffer.from(data, 'base64');
  const text = bytes.toString('utf8');
  // Only bytes that are not UTF-8 decode to the replacement character, or text that holds one itself.
  if (text.includes('\uFFFD') && !isUtf8(bytes)) return { ok: false, reason: 'expected UTF-8 text' };
  return parseSale(text);
}

async function putRejected(shardId: string, { record, reason }: Rejected): Promise<void> {
  const { sequenceNumber, partitionKey, data, approximateArrivalTimestamp } = record.kinesis;
  const arrivalMs = Math.round(approximateArrivalTimestamp * 1000);
  await putJson(
    rejectedKey(arrivalMs, shardId, sequenceNumber),
    JSON.stringify({
      reason,
      arrival_time: new Date(arrivalMs).toISOString(),
      shard_id: shardId,
      sequence_number: sequenceNumber,
      partition_key: partitionKey,
      data,
    }),
  );
}

/** Returns the key, or null when nothing was folded in (a dropped first batch): then there is no result. */
async function putResult(
  aggregate: Aggregate,
  window: Window,
  event: TumblingWindowEvent,
): Promise<string | null> {
  const result = resultOf(aggregate, window, event.shardId, event.isWindowTerminatedEarly);
  if (result === null) return null;
  const key = resultKey(result);
  await putJson(key, serializeResult(result));
  return key;
}

/** A gauge for those who watch: its loss must not hold up the window. */
async function putSnapshot(aggregate: Aggregate, window: Window, shardId: string): Promise<void> {
  const nowMs = Date.now();
  if (nowMs - (snapshotMs.get(shardId) ?? 0) < SNAPSHOT_INTERVAL_MS) return;
  const result = resultOf(aggregate, window, shardId, false);
  if (result === null) return;
  snapshotMs.set(shardId, nowMs);
  try {
    await putJson(liveKey(shardId), serializeResult(result));
  } catch (error) {
    console.warn(`The open snapshot of ${shardId} was not written: ${excerptOfError(error)}`);
  }
}

async function putJson(key: string, body: string): Promise<void> {
  await s3.send(
    new PutObjectCommand({ Bucket: bucketName, Key: key, Body: body, ContentType: 'application/json' }),
  );
}

async function writeAll<T>(items: readonly T[], write: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await write(item);
  };
  await Promise.all(Array.from({ length: Math.min(MAX_WRITES_AT_ONCE, items.length) }, worker));
}

function sums(aggregate: Aggregate): WindowSums {
  return { recordCount: aggregate.recordCount, salesCents: aggregate.salesCents };
}
