import { describe, expect, test } from 'vitest';
import {
  type InvocationLog,
  METRICS_NAMESPACE,
  serializeInvocationLog,
  serializeWindowSales,
} from '../../../lib/core/invocation-log.ts';
import { type Fields, fieldsOf, synthesize } from './synthesized.ts';

const alarmsOf = (context: Readonly<Record<string, string>> = {}): ReadonlyMap<string, Fields> => {
  const { analytics } = synthesize({ context });
  const alarms = Object.values(analytics.findResources('AWS::CloudWatch::Alarm'));
  return new Map(
    alarms.map((alarm) => {
      const properties = fieldsOf(alarm.Properties);
      return [String(properties.AlarmName).replace(/^tumbling-window-stream-analytics-/, ''), properties];
    }),
  );
};
const alarms = alarmsOf();

describe('the alarms', () => {
  test('watch lateness, errors, throttles, given up records, and results that do not come', () => {
    expect([...alarms.keys()].sort()).toEqual([
      'ConsumerErrors',
      'ConsumerThrottles',
      'DroppedRecords',
      'FailedRecords',
      'IteratorAge',
      'NoResult',
      'ProducerErrors',
      'ProducerThrottles',
    ]);
    expect(alarms.get('IteratorAge')).toMatchObject({ MetricName: 'IteratorAge', Statistic: 'Maximum' });
    expect(alarms.get('ConsumerErrors')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'stream_record_processor' }],
      Threshold: 0,
    });
    expect(alarms.get('FailedRecords')).toMatchObject({
      MetricName: 'OnFailureDestinationDeliveredEventCount',
    });
    expect(alarms.get('DroppedRecords')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'DroppedEventCount',
      Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: expect.stringContaining('Mapping') } }],
      Statistic: 'Sum',
      Threshold: 0,
    });
  });

  test('are quiet while the pipeline is', () => {
    for (const [name, alarm] of alarms) expect(alarm.TreatMissingData, name).toBe('notBreaching');
  });

  test('say that no result came for three windows while records arrived', () => {
    expect(alarms.get('NoResult')).toMatchObject({
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Threshold: 0,
    });
    const metrics = JSON.stringify(alarms.get('NoResult')?.Metrics);
    expect(metrics).toContain('"Expression":"IF(arrived > 0 AND FILL(closed, 0) == 0, 1, 0)"');
    expect(metrics).toContain('"MetricName":"IncomingRecords","Namespace":"AWS/Kinesis"},"Period":120');
    expect(metrics).toContain('"MetricName":"WindowsClosed"');
  });

  test.each([
    ['10', 60],
    ['120', 120],
    ['150', 180],
    ['900', 900],
  ])('count a window of %s s in whole minutes', (windowSeconds, period) => {
    const metrics = JSON.stringify(alarmsOf({ windowSeconds }).get('NoResult')?.Metrics);
    expect([...metrics.matchAll(/"Period":(\d+)/g)].map(([, seconds]) => Number(seconds))).toEqual([
      period,
      period,
    ]);
  });

  test('tell of a window that sold as much as -c alarmAbove says, all its shards together', () => {
    expect(alarms.has('WindowSales')).toBe(false);
    expect(alarmsOf({ alarmAbove: '100000', windowSeconds: '300' }).get('WindowSales')).toMatchObject({
      Namespace: METRICS_NAMESPACE,
      MetricName: 'WindowSales',
      Statistic: 'Sum',
      Period: 300,
      Threshold: 100_000,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('tell nobody, unless -c alarmTopic says whom', () => {
    for (const alarm of alarms.values()) expect(alarm).not.toHaveProperty('AlarmActions');
    const topic = 'arn:aws:sns:eu-west-1:123456789012:operators';
    for (const alarm of alarmsOf({ alarmTopic: topic }).values()) expect(alarm.AlarmActions).toEqual([topic]);
  });
});

test('every metric of ours that is watched is one that the consumer writes', () => {
  const log: InvocationLog = {
    timeMs: 0,
    requestId: 'r',
    shardId: 's',
    windowStartMs: 0,
    windowEndMs: 120_000,
    records: 1,
    skipped: 0,
    rejected: 0,
    final: true,
    terminatedEarly: false,
    durationMs: 1,
    stateBytes: 2,
    before: { recordCount: 0, salesCents: 0 },
    after: { recordCount: 1, salesCents: 100 },
    writtenKey: null,
    error: null,
  };
  const lines = [serializeInvocationLog, serializeWindowSales].map((serialize) =>
    JSON.parse(serialize(log, 'stream_record_processor') ?? ''),
  );
  const written = lines.flatMap((line) => line._aws.CloudWatchMetrics);
  const names = written.flatMap(({ Metrics }) => Metrics.map(({ Name }: { Name: string }) => Name));

  const text = JSON.stringify(synthesize().analytics.toJSON());
  const inAlarms = [...text.matchAll(/"MetricName":"(\w+)","Namespace":"(\w+)"/g)].map((match) => [
    match[2],
    match[1],
  ]);
  const onDashboard = [...text.matchAll(/\[\\"(\w+)\\",\\"(\w+)\\",\\"FunctionName\\"/g)].map((match) => [
    match[1],
    match[2],
  ]);
  const watched = [...inAlarms, ...onDashboard].filter(([namespace]) => namespace === METRICS_NAMESPACE);
  expect(new Set(watched.map(([, name]) => name))).toEqual(new Set(names));
  for (const line of lines) expect(line).toMatchObject({ FunctionName: 'stream_record_processor' });
});

test('the dashboard shows every alarm and the log of the consumer', () => {
  const { analytics } = synthesize();
  const [dashboard] = Object.values(analytics.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(fieldsOf(dashboard?.Properties).DashboardBody);
  for (const name of alarms.keys()) expect(body).toContain(`:alarm:tumbling-window-stream-analytics-${name}`);
  expect(body).toContain("SOURCE '/aws/lambda/stream_record_processor'");
});
