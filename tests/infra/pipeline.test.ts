import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PIPELINE } from '../../infra/pipeline.ts';
import { synthesize, theResource } from './stacks/synthesized.ts';

const { producer, analytics } = synthesize();

describe('what is deployed is what the local runtime runs', () => {
  test('the stream', () => {
    expect(theResource(producer, 'AWS::Kinesis::Stream').properties).toMatchObject({
      Name: PIPELINE.stream.name,
      ShardCount: PIPELINE.stream.shardCount,
      RetentionPeriodHours: PIPELINE.stream.retentionHours,
    });
  });

  test.each([
    ['producer', producer, PIPELINE.producer],
    ['consumer', analytics, PIPELINE.consumer],
  ] as const)('the %s', (_name, template, { functionName, timeoutSeconds, memoryMb, handlerFile }) => {
    expect(theResource(template, 'AWS::Lambda::Function').properties).toMatchObject({
      FunctionName: functionName,
      Timeout: timeoutSeconds,
      MemorySize: memoryMb,
    });
    expect(existsSync(fileURLToPath(new URL(`../../${handlerFile}`, import.meta.url)))).toBe(true);
  });

  test('the event source mapping, setting by setting', () => {
    const { EventSourceArn, FunctionName, DestinationConfig, MetricsConfig, ...settings } = theResource(
      analytics,
      'AWS::Lambda::EventSourceMapping',
    ).properties;
    const esm = PIPELINE.eventSourceMapping;
    expect(settings).toEqual({
      TumblingWindowInSeconds: esm.tumblingWindowSeconds,
      StartingPosition: esm.startingPosition,
      BatchSize: esm.batchSize,
      MaximumBatchingWindowInSeconds: esm.maximumBatchingWindowSeconds,
      ParallelizationFactor: esm.parallelizationFactor,
      MaximumRetryAttempts: esm.maximumRetryAttempts,
      MaximumRecordAgeInSeconds: esm.maximumRecordAgeSeconds,
      BisectBatchOnFunctionError: esm.bisectBatchOnFunctionError,
    });
    expect(Object.keys(settings)).toHaveLength(Object.keys(esm).length);
  });
});

test('the pipeline is plain data', () => {
  expect(JSON.parse(JSON.stringify(PIPELINE))).toEqual(PIPELINE);
});
