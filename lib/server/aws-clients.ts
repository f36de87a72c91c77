import 'server-only';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
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

/** A dead endpoint is known within seconds: whoever asks tries again by itself, so the clients need not. */
const quick = (sockets: number) => ({
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 5000,
    requestTimeout: 5000,
    throwOnRequestTimeout: true,
    httpAgent: { maxSockets: sockets },
    httpsAgent: { maxSockets: sockets },
  },
});

/** The longest timeout that the producer is deployed with is 60 s. */
const INVOKE_TIMEOUT_MS = 65_000;

/** Endpoint, credentials and profile are what the SDK finds by itself. */
export function createAwsClients(region: string | null): AwsClients {
  const where = region === null ? {} : { region };
  return {
    s3: new S3Client({ ...where, ...quick(OBJECTS_AT_ONCE) }),
    lambda: new LambdaClient({ ...where, ...quick(8) }),
    invoker: new LambdaClient({
      ...where,
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 2000,
        requestTimeout: INVOKE_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    }),
    logs: new CloudWatchLogsClient({ ...where, ...quick(4) }),
    sts: new STSClient({ ...where, ...quick(2) }),
    kinesis: new KinesisClient({
      ...where,
      maxAttempts: 1,
      // HTTP/1.1 works against every endpoint there is; this client's own default, HTTP/2, does not.
      requestHandler: new NodeHttpHandler(quick(32).requestHandler),
    }),
  };
}
