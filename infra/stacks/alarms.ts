import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';

const WINDOWS_WITHOUT_RESULT = 3;

/** What a person should be told of; returns the alarms' names. A quiet pipeline has no data, and is well. */
export function addAlarms(scope: Construct, deployment: Deployment, metrics: PipelineMetrics): string[] {
  const { names, windowSeconds, alarmAbove, alarmTopicArn } = deployment;
  // CloudWatch counts in whole minutes.
  const windowPeriod = Duration.minutes(Math.ceil(windowSeconds / 60));
  const topic = alarmTopicArn === null ? null : Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn);

  const alarm = (id: string, props: Omit<AlarmProps, 'alarmName' | 'treatMissingData'>): string => {
    const alarmName = `${names.dashboard}-${id}`;
    const added = new Alarm(scope, id, {
      alarmName,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    if (topic !== null) added.addAlarmAction(new SnsAction(topic));
    return alarmName;
  };
  const any = (id: string, metric: keyof PipelineMetrics, alarmDescription: string) =>
    alarm(id, {
      metric: metrics[metric].with({ period: Duration.minutes(5) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 1,
      alarmDescription,
    });

  return [
    alarm('NoResult', {
      metric: new MathExpression({
        // Arrivals are counted by the stream, so that a consumer that never runs is noticed too.
        expression: 'IF(arrived > 0 AND FILL(closed, 0) == 0, 1, 0)',
        usingMetrics: {
          arrived: metrics.incomingRecords.with({ period: windowPeriod }),
          closed: metrics.windowsClosed.with({ period: windowPeriod }),
        },
        period: windowPeriod,
        label: 'Records arrived, and no window closed',
      }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: WINDOWS_WITHOUT_RESULT,
      datapointsToAlarm: WINDOWS_WITHOUT_RESULT,
      alarmDescription:
        'Records arrived in each of three windows, and none of them got a result. Is the event source mapping enabled, and does the consumer succeed?',
    }),
    alarm('IteratorAge', {
      metric: metrics.iteratorAge,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: WINDOWS_WITHOUT_RESULT * windowPeriod.toMilliseconds(),
      evaluationPeriods: 3,
      alarmDescription:
        'The consumer is three windows behind: it fails and is tried again, or there are too few shards.',
    }),
    any(
      'FailedRecords',
      'failedRecords',
      'Lambda gave up on records and wrote them to the bucket, below aws/lambda/. They are in no result: npm run redrive puts them back.',
    ),
    any(
      'DroppedRecords',
      'droppedRecords',
      'Lambda gave up on records and could not keep them. They are in the stream until they expire, and in no result.',
    ),
    any(
      'ConsumerErrors',
      'consumerErrors',
      'The consumer failed; the batch is tried again. Its log says why.',
    ),
    any('ConsumerThrottles', 'consumerThrottles', 'The account has too little concurrency for the consumer.'),
    any('ProducerErrors', 'producerErrors', 'The producer failed. Its log says why.'),
    any('ProducerThrottles', 'producerThrottles', 'The account has too little concurrency for the producer.'),
    ...(alarmAbove === null
      ? []
      : [
          alarm('WindowSales', {
            // In any time as long as a window lies the end of one: the sum is of that window, with all its shards.
            metric: metrics.windowSales.with({ period: windowPeriod }),
            comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            threshold: alarmAbove,
            // An idle window is closed up to two minutes after its end: it is still looked for then.
            evaluationPeriods: WINDOWS_WITHOUT_RESULT,
            datapointsToAlarm: 1,
            alarmDescription: `A window has sold ${alarmAbove} or more.`,
          }),
        ]),
  ];
}
