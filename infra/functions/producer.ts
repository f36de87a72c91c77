import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  KinesisClient,
  KinesisServiceException,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { excerptOfError, excerptOfText } from '../../lib/core/excerpt.ts';
import { MAX_RECORD_COUNT, recordCountWords } from '../../lib/core/record-count.ts';
import { type Sale, serializeSale } from '../../lib/core/sale.ts';
import { requireEnv } from './environment.ts';
import type { InvocationContext } from './tumbling-window-event.ts';

const streamName = requireEnv('STREAM_NAME');
// HTTP/1.1 works against every endpoint there is; the client's own default, HTTP/2, does not.
const kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });

/** As many as PutRecords takes in one call. */
const MAX_CALL_RECORDS = 500;
/** Some 10 s in all: who clicked is waiting. */
const MAX_ATTEMPTS = 8;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;
/** What is left of the timeout when the producer stops trying and says how far it came. */
const ANSWER_RESERVE_MS = 3_000;

const CUSTOMERS = [
  'Aarakocra',
  'Centaur',
  'Dragonborn',
  'Dwarf',
  'Firbolg',
  'Genasi',
  'Gnome',
  'Goblin',
  'Halfling',
  'Kenku',
  'Kobold',
  'Lizardfolk',
  'Minotaur',
  'Tabaxi',
  'Tiefling',
  'Triton',
] as const;

export interface ProducerAnswer {
  readonly statusCode: 200 | 400;
  /** JSON: `{"message": {"status", "record_count", "tot_sales", "request_id", "error_message"?}}` */
  readonly body: string;
}

/** Puts dummy sales on the stream: 1 to 300 of them, or `record_count`. The counts it answers are what the stream took. */
export async function handler(event: unknown, context: InvocationContext): Promise<ProducerAnswer> {
  const startedMs = Date.now();
  const recordCount = recordCountOf(event);
  if (recordCount === null) {
    return answer(400, {
      status: false,
      record_count: 0,
      tot_sales: 0,
      request_id: context.awsRequestId,
      error_message: recordCountWords(event),
    });
  }
  const sales = Array.from({ length: recordCount }, () => dummySale(context.awsRequestId));
  const { taken, lastError } = await putAll(sales, context);
  const message = {
    status: taken.length === sales.length,
    record_count: taken.length,
    tot_sales: taken.reduce((cents, sale) => cents + sale.salesCents, 0) / 100,
    request_id: context.awsRequestId,
    ...(taken.length === sales.length
      ? {}
      : {
          error_message: `The stream took ${taken.length} of ${sales.length} records; the last error was ${lastError ?? 'unknown'}.`,
        }),
  };
  process.stdout.write(
    `${JSON.stringify({ event: 'produced', duration_ms: Date.now() - startedMs, ...message })}\n`,
  );
  return answer(200, message);
}

function answer(statusCode: 200 | 400, message: object): ProducerAnswer {
  return { statusCode, body: JSON.stringify({ message }) };
}

/** A random count when the event asks for none; null when it asks for one that cannot be. */
function recordCountOf(event: unknown): number | null {
  if (typeof event !== 'object' || event === null) return null;
  if (!('record_count' in event) || event.record_count === null) return randomInt(1, 301);
  const { record_count: count } = event;
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MAX_RECORD_COUNT
    ? count
    : null;
}

function dummySale(requestId: string): Sale {
  return {
    custName: CUSTOMERS[randomInt(CUSTOMERS.length)] ?? CUSTOMERS[0],
    custId: randomInt(10_000_000, 100_000_000),
    salesCents: randomInt(1, 501) * 100,
    requestId,
  };
}

/**
 * PutRecords may take some entries and refuse others: only those are sent again, with backoff and jitter, while there is
 * time. A call that fails as a whole is sent again as a whole, except when the stream says that it never will do.
 */
async function putAll(
  sales: readonly Sale[],
  context: InvocationContext,
): Promise<{ taken: Sale[]; lastError: string | null }> {
  const taken: Sale[] = [];
  let waiting = [...sales];
  let lastError: string | null = null;
  for (let attempt = 0; waiting.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 0) {
      const backoffMs =
        Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if (context.getRemainingTimeInMillis() < backoffMs + ANSWER_RESERVE_MS) break;
      await sleep(backoffMs);
    }
    const refused: Sale[] = [];
    for (let at = 0; at < waiting.length; at += MAX_CALL_RECORDS) {
      const call = waiting.slice(at, at + MAX_CALL_RECORDS);
      const { errors, isFinal } = await put(call);
      for (const [index, sale] of call.entries()) {
        const error = errors[index] ?? null;
        if (error === null) taken.push(sale);
        else refused.push(sale);
        lastError = error ?? lastError;
      }
      if (isFinal) return { taken, lastError };
    }
    waiting = refused;
  }
  return { taken, lastError };
}

interface PutOutcome {
  /** For each sale null when the stream took it, else the error. */
  readonly errors: readonly (string | null)[];
  /** True when trying again cannot help: no such stream, no permission. */
  readonly isFinal: boolean;
}

async function put(sales: readonly Sale[]): Promise<PutOutcome> {
  const entries = sales.map(
    (sale): PutRecordsRequestEntry => ({
      PartitionKey: String(sale.custId),
      Data: Buffer.from(serializeSale(sale)),
    }),
  );
  try {
    const response = await kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records: entries }));
    const errors = sales.map((_sale, index) => {
      const result = response.Records?.[index];
      if (result?.SequenceNumber !== undefined) return null;
      return excerptOfText(
        `${result?.ErrorCode ?? 'InternalFailure'}: ${result?.ErrorMessage ?? 'no answer for this record'}`,
        200,
      );
    });
    return { errors, isFinal: false };
  } catch (error) {
    const isFinal =
      error instanceof KinesisServiceException &&
      error.$fault === 'client' &&
      error.name !== 'ProvisionedThroughputExceededException';
    const reason = excerptOfError(error, 200);
    return { errors: sales.map(() => reason), isFinal };
  }
}
