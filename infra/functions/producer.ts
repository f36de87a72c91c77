import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  KinesisClient,
  KinesisServiceException,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DUMMY_CUSTOMERS } from '../../lib/core/dummy-customers.ts';
import { excerptOfError, excerptOfText } from '../../lib/core/excerpt.ts';
import { MAX_CALL_RECORDS, MAX_RECORD_COUNT, recordCountWords } from '../../lib/core/record-count.ts';
import { type Sale, serializeSale } from '../../lib/core/sale.ts';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { within } from './deadline.ts';
import { requireEnv } from './function-setting.ts';
import type { InvocationContext } from './tumbling-window-event.ts';

const STREAM_NAME = requireEnv(SETTINGS.stream);
const kinesis = new KinesisClient({
  // HTTP/1.1 works against every endpoint there is; the client's own default, HTTP/2, does not.
  requestHandler: new NodeHttpHandler(),
  // What is tried again is decided below, where the time that is left is known.
  maxAttempts: 1,
});

/** Some 10 s of waiting in all: who clicked waits, too. */
const MAX_ATTEMPTS = 8;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;
export interface ProducerLimits {
  /** Of one PutRecords call. A healthy one takes some 50 ms. */
  readonly callMs: number;
  /** What is left of the invocation when the producer stops, whatever is under way, and says how far it came. */
  readonly answerReserveMs: number;
}

const LIMITS: ProducerLimits = { callMs: 5_000, answerReserveMs: 3_000 };

export interface ProducerAnswer {
  readonly statusCode: 200 | 400;
  /** JSON: `{"message": {"status", "record_count", "tot_sales", "request_id", "error_message"?}}` */
  readonly body: string;
}

/** Puts dummy sales on the stream: 1 to 300 of them, or `record_count`. The counts it answers are what the stream took. */
export function handler(event: unknown, context: InvocationContext): Promise<ProducerAnswer> {
  return produce(event, context, LIMITS);
}

/** The handler, with its limits. */
export async function produce(
  event: unknown,
  context: InvocationContext,
  limits: ProducerLimits,
): Promise<ProducerAnswer> {
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
  const sales = Array.from({ length: recordCount }, (_, index) => dummySale(context.awsRequestId, index + 1));
  const { taken, unsure, lastError } = await putAll(sales, context, limits);
  const message = {
    status: taken.length === sales.length,
    record_count: taken.length,
    tot_sales: taken.reduce((cents, sale) => cents + sale.salesCents, 0) / 100,
    request_id: context.awsRequestId,
    ...(taken.length === sales.length
      ? {}
      : {
          error_message: [
            `The stream took ${taken.length} of ${sales.length} records`,
            ...(unsure === 0 ? [] : [`of ${unsure} it did not say so, and it may hold them, too`]),
            `the last error was ${lastError ?? 'unknown'}`,
          ].join('; '),
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

function dummySale(requestId: string, requestNumber: number): Sale {
  return {
    custName: DUMMY_CUSTOMERS[randomInt(DUMMY_CUSTOMERS.length)] ?? DUMMY_CUSTOMERS[0],
    custId: randomInt(10_000_000, 100_000_000),
    salesCents: randomInt(1, 501) * 100,
    requestId,
    requestNumber,
  };
}

interface Outcome {
  readonly taken: readonly Sale[];
  /** How many may be on the stream though it did not say so: the answer was lost, came too late, or was a failure. */
  readonly unsure: number;
  readonly lastError: string | null;
}

/**
 * PutRecords may take some entries and refuse others: only those are sent again, with backoff and jitter, while there is
 * time. A call that fails as a whole is sent again as a whole, except when the stream says that it never will do.
 */
async function putAll(
  sales: readonly Sale[],
  context: InvocationContext,
  { callMs, answerReserveMs }: ProducerLimits,
): Promise<Outcome> {
  const leftMs = () => context.getRemainingTimeInMillis() - answerReserveMs;
  const taken: Sale[] = [];
  let waiting = [...sales];
  const unsure = new Set<Sale>();
  let lastError: string | null = null;
  const outcome = (): Outcome => ({ taken, unsure: unsure.size, lastError });
  for (let attempt = 0; waiting.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 0) {
      const backoffMs =
        Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if (leftMs() < backoffMs) break;
      await sleep(backoffMs);
    }
    const refused: Sale[] = [];
    for (let at = 0; at < waiting.length; at += MAX_CALL_RECORDS) {
      const call = waiting.slice(at, at + MAX_CALL_RECORDS);
      const { errors, isFinal, isAnswered } = await put(call, Math.min(callMs, leftMs()));
      for (const [index, sale] of call.entries()) {
        const error = errors[index] ?? null;
        if (error === null) {
          taken.push(sale);
          unsure.delete(sale);
        } else refused.push(sale);
        if (!isAnswered) unsure.add(sale);
        lastError = error ?? lastError;
      }
      if (isFinal || leftMs() <= 0) return outcome();
    }
    waiting = refused;
  }
  return outcome();
}

interface PutOutcome {
  /** For each sale null when the stream took it, else the error. */
  readonly errors: readonly (string | null)[];
  /** True when trying again cannot help: no such stream, no permission. */
  readonly isFinal: boolean;
  /** False when the stream did not say whether it took them. */
  readonly isAnswered: boolean;
}

async function put(sales: readonly Sale[], limitMs: number): Promise<PutOutcome> {
  const entries = sales.map(
    (sale): PutRecordsRequestEntry => ({
      PartitionKey: String(sale.custId),
      Data: Buffer.from(serializeSale(sale)),
    }),
  );
  const command = new PutRecordsCommand({ StreamName: STREAM_NAME, Records: entries });
  try {
    const response = await within(limitMs, 'PutRecords', (abortSignal) =>
      kinesis.send(command, { abortSignal }),
    );
    const errors = sales.map((_sale, index) => {
      const result = response.Records?.[index];
      if (result?.SequenceNumber !== undefined) return null;
      return excerptOfText(
        `${result?.ErrorCode ?? 'InternalFailure'}: ${result?.ErrorMessage ?? 'no answer for this record'}`,
        200,
      );
    });
    return { errors, isFinal: false, isAnswered: true };
  } catch (error) {
    // A failure of the service's own may come after it has stored them.
    const isAnswered = error instanceof KinesisServiceException && error.$fault === 'client';
    const isFinal = isAnswered && error.name !== 'ProvisionedThroughputExceededException';
    const reason = excerptOfError(error, 200);
    return { errors: sales.map(() => reason), isFinal, isAnswered };
  }
}
