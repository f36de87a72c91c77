import 'server-only';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { DeadlineHandler } from '../core/deadline-handler.ts';
import { OBJECTS_AT_ONCE } from './window-store/object-reader.ts';

export interface AwsClients {
  readonly s3: S3Client;
  /** Asks about functions. */
  readonly lambda: LambdaClient;
  /** Invokes the producer: waits for its whole timeout, and never sends a click twice. */
  readonly invoker: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sts: STSClient;
  /** Reads the stream. Never calls twice by itself: whoever reads counts its calls. */
  readonly kinesis: KinesisClient;
}

/** A dead endpoint is known within seconds, and so is a stalled one: whoever asks tries again by itself. */
const quick = (sockets: number, totalMs = 5000) => ({
  maxAttempts: 2,
  requestHandler: new DeadlineHandler({ totalMs, sockets }),
});

/** What is asked every second is small, and must not be waited for long once it is there again. */
const POLLED_MS = 3000;

/** The longest timeout that the producer is deployed with is 60 s. */
const INVOKE_MS = 65_000;
/** Lambda answers in one piece once the function is done: what does not come then does not come. */
const INVOKE_BODY_MS = 5000;

/** Endpoint, credentials and profile are what the SDK finds by itself. */
export function createAwsClients(region: string | null): AwsClients {
  const where = region === null ? {} : { region };
  return {
    s3: new S3Client({
      ...where,
      ...quick(OBJECTS_AT_ONCE, POLLED_MS),
      // A third of what a small object costs, for what TLS, and S3 itself, see to. What is read is parsed strictly.
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    lambda: new LambdaClient({ ...where, ...quick(8) }),
    invoker: new LambdaClient({
      ...where,
      maxAttempts: 1,
      requestHandler: new DeadlineHandler({ totalMs: INVOKE_MS, bodyMs: INVOKE_BODY_MS, sockets: 16 }),
    }),
    logs: new CloudWatchLogsClient({ ...where, ...quick(4) }),
    sts: new STSClient({ ...where, ...quick(2) }),
    // HTTP/1.1 works against every endpoint there is; this client's own default, HTTP/2, does not.
    kinesis: new KinesisClient({ ...where, ...quick(32, POLLED_MS), maxAttempts: 1 }),
  };
}
