import { describe, expect, test } from 'vitest';
import { PIPELINE } from '../../../infra/pipeline.ts';
import { ContextError, deploymentOf } from '../../../infra/stacks/deployment.ts';

const of = (context: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}) =>
  deploymentOf((name) => context[name], env);

describe('a deployment', () => {
  test('of nothing said is the original: its names, one shard, windows of two minutes, nothing that costs extra', () => {
    expect(of()).toEqual({
      stage: null,
      shardCount: 1,
      windowSeconds: 120,
      ephemeral: false,
      versioned: false,
      reservedConcurrency: { producer: 10, consumer: null },
      alarmAbove: null,
      alarmTopicArn: null,
      page: null,
      names: {
        producerStack: 'tumbling-window-stream-analytics-kinesis-producer-stack',
        analyticsStack: 'tumbling-window-stream-analytics-stack',
        pageStack: 'tumbling-window-stream-analytics-page-stack',
        stream: 'data_pipe',
        producer: 'data_producer_fn',
        consumer: 'stream_record_processor',
        page: 'tumbling-window-page',
        dashboard: 'tumbling-window-stream-analytics',
        database: 'tumbling_window_stream_analytics',
      },
    });
  });

  test('with a stage shares no name with one without', () => {
    const { database, ...plain } = of().names;
    const { database: stagedDatabase, ...staged } = of({ stage: 'dev' }).names;
    expect(Object.values(staged)).toEqual(Object.values(plain).map((name) => `${name}-dev`));
    expect(stagedDatabase).toBe(`${database}_dev`);
  });

  test('takes the window from -c windowSeconds, else from WINDOW_SECONDS, else from the pipeline', () => {
    expect(of({ windowSeconds: '30' }, { WINDOW_SECONDS: '60' }).windowSeconds).toBe(30);
    expect(of({}, { WINDOW_SECONDS: '60' }).windowSeconds).toBe(60);
    expect(of({}, { WINDOW_SECONDS: '' }).windowSeconds).toBe(
      PIPELINE.eventSourceMapping.tumblingWindowSeconds,
    );
  });

  test('reads the text of a command line and the values of a cdk.json alike', () => {
    expect(of({ shards: '4', ephemeral: 'true' })).toEqual(of({ shards: 4, ephemeral: true }));
  });

  test('hosts the page when told so, from a bundle', () => {
    expect(of({ page: 'true', pageBundle: 'a/folder' }).page).toEqual({
      bundle: 'a/folder',
      diagnostics: false,
    });
    expect(of({ page: 'true', pageBundle: 'none', pageDiagnostics: 'true' }).page).toEqual({
      bundle: null,
      diagnostics: true,
    });
    expect(() => of({ page: 'true' })).toThrow(
      'Expected -c pageBundle to be the folder that npm run bundle makes',
    );
  });

  test('leaves the shards to AWS in on-demand mode', () => {
    expect(of({ mode: 'on-demand' }).shardCount).toBeNull();
    expect(of({ mode: 'provisioned', shards: '2' }).shardCount).toBe(2);
  });
});

test.each<[Readonly<Record<string, unknown>>, string]>([
  [{ stage: 'Prod' }, 'Expected -c stage to be up to 16 of a-z, 0-9 and -, such as dev, got "Prod".'],
  [{ stage: '' }, '-c stage'],
  [{ stage: 'x'.repeat(17) }, '-c stage'],
  [{ shards: '0' }, 'Expected -c shards to be a whole number from 1 to 200, got "0".'],
  [{ shards: '2.5' }, 'got "2.5"'],
  [{ shards: 'many' }, 'got "many"'],
  [{ shards: '2', mode: 'on-demand' }, 'Expected -c shards to be left out with -c mode=on-demand'],
  [{ mode: 'ondemand' }, 'Expected -c mode to be provisioned or on-demand, got "ondemand".'],
  [{ windowSeconds: '901' }, 'Expected -c windowSeconds to be a whole number from 1 to 900, got "901".'],
  [{ windowSeconds: '-1' }, 'got "-1"'],
  [{ ephemeral: 'yes' }, 'Expected -c ephemeral to be true or false, got "yes".'],
  [{ reservedConcurrency: '0' }, '-c reservedConcurrency'],
  [{ alarmAbove: '1e5' }, 'Expected -c alarmAbove to be a whole number'],
  [{ alarmAbove: '5', windowSeconds: '90' }, '-c alarmAbove to be left out with windows of 90 s'],
  [{ alarmTopic: 'me@example.com' }, 'Expected -c alarmTopic to be the ARN of an SNS topic'],
])('%j is refused, and the value is named', (context, message) => {
  expect(() => of(context)).toThrow(ContextError);
  expect(() => of(context)).toThrow(message);
});

test('a WINDOW_SECONDS that is no window is refused by its own name', () => {
  expect(() => of({}, { WINDOW_SECONDS: '2 minutes' })).toThrow(
    'Expected WINDOW_SECONDS to be a whole number from 1 to 900, got "2 minutes".',
  );
});
