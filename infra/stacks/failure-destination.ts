import type { DlqDestinationConfig, IEventSourceDlq } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/**
 * Where Lambda keeps a batch that it gives up on, records and all (SQS and SNS would only get their sequence numbers), as
 * `aws/lambda/<mapping>/<shard>/…`. CDK's own S3OnFailureDestination grants reading and deleting the whole bucket too;
 * the consumer's role states the little that it takes instead.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class FailureDestination implements IEventSourceDlq {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  bind(): DlqDestinationConfig {
    return { destination: this.#bucket.bucketArn };
  }
}
