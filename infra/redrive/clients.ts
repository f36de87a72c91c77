import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

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

/** A final is given up to 15 minutes by Lambda; everything else answers in seconds, or not at all. */
const INVOKE_MS = 15 * 60_000;
const CALL_MS = 20_000;

export function openClients(options: ClientOptions = {}): Clients {
  const handler = (requestTimeout: number) =>
    new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout, throwOnRequestTimeout: true });
  return {
    s3: new S3Client({
      ...options,
      requestHandler: handler(CALL_MS),
      ...(options.endpoint === undefined ? {} : { forcePathStyle: true }),
    }),
    kinesis: new KinesisClient({ ...options, requestHandler: handler(CALL_MS) }),
    kinesisOnce: new KinesisClient({ ...options, requestHandler: handler(CALL_MS), maxAttempts: 1 }),
    lambda: new LambdaClient({ ...options, requestHandler: handler(INVOKE_MS) }),
  };
}
