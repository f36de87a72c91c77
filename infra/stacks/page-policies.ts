import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { pipeline } from '../pipeline.ts';
import type { PipelineFunction } from './pipeline-function.ts';

export interface PagePolicies {
  readonly page: ManagedPolicy;
  readonly diagnostics: ManagedPolicy;
}

/** What the page may do, for whoever runs it; attached to nobody here. */
export function addPagePolicies(
  scope: Construct,
  pipelineParts: {
    readonly bucket: Bucket;
    readonly producer: IFunction;
    readonly consumer: PipelineFunction;
  },
): PagePolicies {
  const { bucket, producer, consumer } = pipelineParts;
  const { resultsPrefix, livePrefix, rejectedPrefix, failuresPrefix } = pipeline.bucket;
  const prefixes = [resultsPrefix, livePrefix, rejectedPrefix, failuresPrefix].map((prefix) => `${prefix}*`);
  const page = new ManagedPolicy(scope, 'PagePolicy', {
    description: 'The dashboard: invoke the producer, list and get what the pipeline wrote',
    statements: [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [producer.functionArn] }),
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': prefixes } },
      }),
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: prefixes.map((prefix) => bucket.arnForObjects(prefix)),
      }),
    ],
  });
  const diagnostics = new ManagedPolicy(scope, 'PageDiagnosticsPolicy', {
    description:
      'The dashboard, when wanted: look at functions, mapping and log for its health check and explanations',
    statements: [
      new PolicyStatement({
        actions: ['lambda:GetFunctionConfiguration'],
        resources: [producer.functionArn, consumer.function.functionArn],
      }),
      new PolicyStatement({ actions: ['lambda:ListEventSourceMappings'], resources: ['*'] }),
      new PolicyStatement({
        actions: ['logs:FilterLogEvents'],
        resources: [consumer.logGroup.logGroupArn],
      }),
    ],
  });
  return { page, diagnostics };
}
