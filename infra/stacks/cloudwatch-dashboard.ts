import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { logGroupOf } from '../../lib/core/invocation-log.ts';
import type { Deployment } from './deployment.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';

const HALF = { width: 12, height: 6 };

/** The pipeline from left to right: what arrives, what the consumer makes of it, and what goes wrong. */
export function addCloudWatchDashboard(
  scope: Construct,
  { names }: Deployment,
  m: PipelineMetrics,
  alarmNames: readonly string[],
): void {
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, ...HALF });
  // By name, so that the dashboard does not depend on them.
  const alarms = alarmNames.map((name) => Alarm.fromAlarmName(scope, `Shown ${name}`, name));
  new Dashboard(scope, 'Dashboard', {
    dashboardName: names.dashboard,
    defaultInterval: Duration.hours(3),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
      [
        graph('Records that arrived and were counted', [m.incomingRecords, m.records, m.rejectedRecords]),
        graph('Sales of the windows, and windows closed', [m.windowSales], [m.windowsClosed]),
      ],
      [
        graph('How late: iterator age and result lag (ms)', [m.iteratorAge, m.resultLag]),
        graph('Consumer: invocations and duration (p99, ms)', [m.consumerInvocations], [m.consumerDuration]),
      ],
      [
        graph('Errors and throttles', [
          m.consumerErrors,
          m.consumerThrottles,
          m.producerErrors,
          m.producerThrottles,
          m.writeThrottles,
        ]),
        graph('Records given up', [m.failedRecords, m.droppedRecords]),
      ],
      [
        graph('Bytes that arrived, and clicks', [m.incomingBytes], [m.producerInvocations]),
        new LogQueryWidget({
          title: 'Invocations of the consumer, the newest first',
          logGroupNames: [logGroupOf(names.consumer)],
          queryLines: [
            'fields @timestamp, shard_id, window_start, records, after.sales, final, state_bytes, duration_ms, error',
            'filter event = "invocation"',
            'sort @timestamp desc',
            'limit 50',
          ],
          ...HALF,
        }),
      ],
    ],
  });
}
