import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  type EventSourceMapping,
  type IEventSourceDlq,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { PIPELINE } from '../pipeline.ts';
import { addAlarms } from './alarms.ts';
import { addCloudWatchDashboard } from './cloudwatch-dashboard.ts';
import { bucketConsoleUrl, dashboardConsoleUrl, functionConsoleUrl } from './console-url.ts';
import type { Deployment } from './deployment.ts';
import { addPagePolicies, type PagePolicies } from './page-policies.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { pipelineMetrics } from './pipeline-metrics.ts';
import type { ProducerStack } from './producer-stack.ts';
import { OWN_ACCOUNT, ResultsBucket } from './results-bucket.ts';
import { ResultsTable } from './results-table.ts';

/** The consumer with its tumbling windows, the bucket of their results, and what watches both. */
export class AnalyticsStack extends Stack {
  readonly bucket: ResultsBucket;
  readonly consumer: PipelineFunction;
  readonly pagePolicies: PagePolicies;
  /** The name of the bucket, for a stack that takes no reference to this one. */
  readonly bucketNameExport: string;

  constructor(scope: Construct, deployment: Deployment, { stream, producer }: ProducerStack) {
    const { names, windowSeconds, ephemeral, reservedConcurrency } = deployment;
    super(scope, names.analyticsStack, {
      description: 'Streaming analytics: tumbling windows over the stream, and their results in S3',
    });
    const bucket = new ResultsBucket(this, 'Results', { ephemeral, versioned: deployment.versioned });
    new ResultsTable(this, 'Table', bucket, names);
    const { handlerFile, timeoutSeconds, memoryMb } = PIPELINE.consumer;
    const consumer = new PipelineFunction(this, 'Consumer', {
      functionName: names.consumer,
      description: 'Folds the sales of each tumbling window into one result, and writes it to S3',
      handlerFile,
      timeoutSeconds,
      memoryMb,
      reservedConcurrency: reservedConcurrency.consumer,
      environment: { [SETTINGS.bucket]: bucket.bucketName },
      statements: [
        // The mapping reads the stream with this role.
        new PolicyStatement({
          actions: [
            'kinesis:DescribeStream',
            'kinesis:DescribeStreamSummary',
            'kinesis:GetRecords',
            'kinesis:GetShardIterator',
            'kinesis:ListShards',
          ],
          resources: [stream.streamArn],
        }),
        new PolicyStatement({
          actions: ['s3:PutObject'],
          resources: bucket.pipelineObjects,
          conditions: OWN_ACCOUNT,
        }),
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [bucket.dayIndexes],
          conditions: OWN_ACCOUNT,
        }),
        // Lambda asks for it before it writes a failed batch.
        new PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [bucket.bucketArn],
          conditions: OWN_ACCOUNT,
        }),
      ],
    });
    bucket.acknowledgeObjects(consumer.role);
    this.bucket = bucket;
    this.consumer = consumer;
    const mapping = this.#map(consumer, stream.streamArn, failureDestination(bucket), windowSeconds);

    const metrics = pipelineMetrics({ names, mappingUuid: mapping.eventSourceMappingId });
    const alarmNames = addAlarms(this, deployment, metrics);
    addCloudWatchDashboard(this, deployment, metrics, alarmNames);
    const policies = addPagePolicies(this, { bucket, stream, producer, consumer });
    this.pagePolicies = policies;
    // Whether the page is hosted this time or not: CloudFormation removes no export that a stack deployed before still imports.
    for (const policy of [policies.page, policies.diagnostics]) this.exportValue(policy.managedPolicyArn);
    this.bucketNameExport = this.exportValue(bucket.bucketName);

    const output = (id: string, value: string, description?: string) =>
      new CfnOutput(this, id, { value, ...(description === undefined ? {} : { description }) });
    output('streamDataProcessor', functionConsoleUrl(names.consumer), 'The consumer in the console');
    output('DataStore', bucketConsoleUrl(bucket.bucketName), 'The bucket of the results in the console');
    output('CloudWatchDashboard', dashboardConsoleUrl(names.dashboard), 'Metrics and alarms in the console');
    output('ConsumerFunctionName', consumer.function.functionName);
    output('BucketName', bucket.bucketName);
    if (ephemeral) output('Ephemeral', 'true');
    output('GlueDatabase', names.database, 'The results as the table window_results, for Athena');
    output('WindowSeconds', String(windowSeconds));
    output('Region', Aws.REGION);
    output('PagePolicyArn', policies.page.managedPolicyArn, 'What the page needs: attach it to its role');
    output(
      'PageDiagnosticsPolicyArn',
      policies.diagnostics.managedPolicyArn,
      'Read-only extras for the health check and "Explain this window"',
    );
  }

  #map(
    consumer: PipelineFunction,
    eventSourceArn: string,
    onFailure: IEventSourceDlq,
    windowSeconds: number,
  ): EventSourceMapping {
    const esm = PIPELINE.eventSourceMapping;
    return consumer.function.addEventSourceMapping('Mapping', {
      eventSourceArn,
      startingPosition: StartingPosition[esm.startingPosition],
      tumblingWindow: Duration.seconds(windowSeconds),
      batchSize: esm.batchSize,
      maxBatchingWindow: Duration.seconds(esm.maximumBatchingWindowSeconds),
      parallelizationFactor: esm.parallelizationFactor,
      retryAttempts: esm.maximumRetryAttempts,
      maxRecordAge: Duration.seconds(esm.maximumRecordAgeSeconds),
      bisectBatchOnError: esm.bisectBatchOnFunctionError,
      onFailure,
      // Counts the records that Lambda gave up on: nothing else tells of a failure object.
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
  }
}

/**
 * Where Lambda keeps a batch that it gives up on, records and all (SQS and SNS would only get their sequence numbers), as
 * `aws/lambda/<mapping>/<shard>/…`. CDK's own S3OnFailureDestination grants reading and deleting the whole bucket too;
 * the consumer's role states the little that it takes instead.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
function failureDestination({ bucketArn }: ResultsBucket): IEventSourceDlq {
  return { bind: () => ({ destination: bucketArn }) };
}
