import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DeadlineHandler } from '../../lib/core/deadline-handler.ts';

export interface Clients {
  readonly s3: S3Client;
  readonly kinesis: KinesisClient;
  /** Sends nothing a second time by itself: records whose answer was lost are in the stream already. */
  readonly kinesisOnce: KinesisClient;
  readonly lambda: LambdaClient;
}

/** Where and as whom; what is not given, the SDK finds as it always does. */
export interface ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A final is given up to 15 minutes by Lambda; everything else answers in seconds, body and all, or not at all. */
const INVOKE_MS = 15 * 60_000;
const CALL_MS = 20_000;
/** More than anybody here asks at once. */
const SOCKETS = 50;

/** `callMs`: of one call but an invocation's, its answer's body included. */
export function openClients(options: ClientOptions = {}, callMs = CALL_MS): Clients {
  const handler = (totalMs: number) => new DeadlineHandler({ totalMs, sockets: SOCKETS });
  return {
    s3: new S3Client({
      ...options,
      requestHandler: handler(callMs),
      ...(options.endpoint === undefined ? {} : { forcePathStyle: true }),
    }),
    kinesis: new KinesisClient({ ...options, requestHandler: handler(callMs) }),
    kinesisOnce: new KinesisClient({ ...options, requestHandler: handler(callMs), maxAttempts: 1 }),
    lambda: new LambdaClient({ ...options, requestHandler: handler(INVOKE_MS) }),
  };
}
