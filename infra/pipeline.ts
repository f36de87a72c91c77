import { DEFAULTS } from '../lib/core/setting-names.ts';

/**
 * The pipeline's settings as plain data: what the CDK stacks deploy and what the local runtime runs.
 * AWS's own names and units; a test proves that the synthesized templates say the same.
 */
export const PIPELINE = {
  stream: {
    name: DEFAULTS.stream,
    shardCount: 1,
    retentionHours: 24,
  },
  producer: {
    functionName: DEFAULTS.producer,
    handlerFile: 'infra/functions/producer.ts',
    timeoutSeconds: 60,
    memoryMb: 256,
  },
  consumer: {
    functionName: DEFAULTS.consumer,
    handlerFile: 'infra/functions/consumer.ts',
    timeoutSeconds: 60,
    memoryMb: 512,
  },
  eventSourceMapping: {
    tumblingWindowSeconds: DEFAULTS.windowSeconds,
    startingPosition: 'TRIM_HORIZON',
    // A page that is watched wants news every second; a batching window of one second caps the invocations at one a
    // second and shard, however the records trickle in. 10,000 is the most that AWS allows; 6 MB cut earlier.
    batchSize: 10_000,
    maximumBatchingWindowSeconds: 1,
    parallelizationFactor: 1,
    // No limit but the records' age: a number of attempts is used up within minutes of an outage, and what is given up then
    // is in no result. A final invocation has no age, and is tried until it succeeds.
    maximumRetryAttempts: -1,
    // Below the stream's retention: what still fails then reaches the failure destination before it expires in the stream.
    maximumRecordAgeSeconds: 20 * 3600,
    // Tells the record that cannot be processed apart from those before it.
    bisectBatchOnFunctionError: true,
  },
  bucket: {
    /** The local runtime's bucket; in AWS the name is generated. */
    localName: 'tumbling-window-results',
  },
} as const;
