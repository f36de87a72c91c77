import { Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { PipelineFunction } from './pipeline-function.ts';
import { OWN_ACCOUNT, PREFIXES, type ResultsBucket } from './results-bucket.ts';

export interface PagePolicies {
  readonly page: ManagedPolicy;
  readonly diagnostics: ManagedPolicy;
}

/** What the page may do, for whoever runs it; attached to nobody here. */
export function addPagePolicies(
  scope: Construct,
  pipelineParts: {
    readonly bucket: ResultsBucket;
    readonly stream: IStream;
    readonly producer: IFunction;
    readonly consumer: PipelineFunction;
  },
): PagePolicies {
  const { bucket, stream, producer, consumer } = pipelineParts;
  const page = new ManagedPolicy(scope, 'PagePolicy', {
    description: 'The dashboard: invoke the producer, list and get what the pipeline wrote',
    statements: [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [producer.functionArn] }),
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { ...OWN_ACCOUNT, StringLike: { 's3:prefix': PREFIXES.map((prefix) => `${prefix}*`) } },
      }),
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: bucket.pipelineObjects,
        conditions: OWN_ACCOUNT,
      }),
    ],
  });
  bucket.acknowledgeObjects(page);

  const diagnostics = new ManagedPolicy(scope, 'PageDiagnosticsPolicy', {
    description:
      'The dashboard, when wanted: look at functions, mapping, stream and log, for health checks, records and explanations',
    statements: [
      new PolicyStatement({
        actions: ['lambda:GetFunctionConfiguration'],
        resources: [producer.functionArn, consumer.function.functionArn],
      }),
      new PolicyStatement({ actions: ['lambda:ListEventSourceMappings'], resources: ['*'] }),
      new PolicyStatement({
        actions: [
          'kinesis:DescribeStreamSummary',
          'kinesis:ListShards',
          'kinesis:GetShardIterator',
          'kinesis:GetRecords',
        ],
        resources: [stream.streamArn],
      }),
      new PolicyStatement({
        actions: ['logs:FilterLogEvents'],
        resources: [consumer.logGroup.logGroupArn],
      }),
    ],
  });
  Validations.of(diagnostics).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'lambda:ListEventSourceMappings knows no resource: AWS takes * and nothing else. It only lists.',
  });
  return { page, diagnostics };
}
