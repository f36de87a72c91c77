import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE } from '../../lib/core/invocation-log.ts';
import type { DeploymentNames } from './deployment.ts';

/** Every metric that the alarms and the dashboard look at. */
export type PipelineMetrics = ReturnType<typeof pipelineMetrics>;

export function pipelineMetrics(source: { readonly names: DeploymentNames; readonly mappingUuid: string }) {
  const { names, mappingUuid } = source;
  const kinesis = (metricName: string, statistic: string) =>
    metric('AWS/Kinesis', metricName, { StreamName: names.stream }, statistic);
  const lambda = (functionName: string, metricName: string, statistic: string) =>
    metric('AWS/Lambda', metricName, { FunctionName: functionName }, statistic);
  /** What the consumer writes in its log line, by CloudWatch's embedded metric format. */
  const own = (metricName: string, statistic: string) =>
    metric(METRICS_NAMESPACE, metricName, { FunctionName: names.consumer }, statistic);
  return {
    incomingRecords: kinesis('IncomingRecords', Stats.SUM),
    incomingBytes: kinesis('IncomingBytes', Stats.SUM),
    writeThrottles: kinesis('WriteProvisionedThroughputExceeded', Stats.SUM),
    iteratorAge: lambda(names.consumer, 'IteratorAge', Stats.MAXIMUM),
    consumerInvocations: lambda(names.consumer, 'Invocations', Stats.SUM),
    consumerDuration: lambda(names.consumer, 'Duration', Stats.p(99)),
    consumerErrors: lambda(names.consumer, 'Errors', Stats.SUM),
    consumerThrottles: lambda(names.consumer, 'Throttles', Stats.SUM),
    producerInvocations: lambda(names.producer, 'Invocations', Stats.SUM),
    producerErrors: lambda(names.producer, 'Errors', Stats.SUM),
    producerThrottles: lambda(names.producer, 'Throttles', Stats.SUM),
    failedRecords: metric(
      'AWS/Lambda',
      'OnFailureDestinationDeliveredEventCount',
      { EventSourceMappingUUID: mappingUuid },
      Stats.SUM,
    ),
    droppedRecords: metric(
      'AWS/Lambda',
      'DroppedEventCount',
      { EventSourceMappingUUID: mappingUuid },
      Stats.SUM,
    ),
    records: own('Records', Stats.SUM),
    windowSales: own('WindowSales', Stats.SUM),
    rejectedRecords: own('RejectedRecords', Stats.SUM),
    windowsClosed: own('WindowsClosed', Stats.SUM),
    resultLag: own('ResultLag', Stats.MAXIMUM),
  };
}

function metric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic, period: Duration.minutes(1) });
}
