import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { PIPELINE } from '../pipeline.ts';
import { functionConsoleUrl } from './console-url.ts';
import type { Deployment } from './deployment.ts';
import { PipelineFunction } from './pipeline-function.ts';

/** The stream, and the producer of dummy sales that writes to it. */
export class ProducerStack extends Stack {
  readonly stream: Stream;
  readonly producer: LambdaFunction;

  constructor(scope: Construct, { names, shardCount, reservedConcurrency }: Deployment) {
    super(scope, names.producerStack, {
      description: 'Streaming analytics: a Kinesis stream and the Lambda that puts dummy sales on it',
    });
    this.stream = new Stream(this, 'Stream', {
      streamName: names.stream,
      retentionPeriod: Duration.hours(PIPELINE.stream.retentionHours),
      encryption: StreamEncryption.MANAGED,
      // Its records last a day: a stream without its stack would only go on costing.
      removalPolicy: RemovalPolicy.DESTROY,
      ...(shardCount === null
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount }),
    });
    const { handlerFile, timeoutSeconds, memoryMb } = PIPELINE.producer;
    this.producer = new PipelineFunction(this, 'Producer', {
      functionName: names.producer,
      description: 'Puts dummy sales on the stream: 1 to 300, or as many as "record_count" in its event says',
      handlerFile,
      timeoutSeconds,
      memoryMb,
      reservedConcurrency: reservedConcurrency.producer,
      environment: { [SETTINGS.stream]: this.stream.streamName },
      statements: [
        new PolicyStatement({ actions: ['kinesis:PutRecords'], resources: [this.stream.streamArn] }),
      ],
    }).function;

    new CfnOutput(this, 'streamDataProducer', {
      value: functionConsoleUrl(names.producer),
      description: 'The producer in the console: invoke it to put sales on the stream',
    });
    new CfnOutput(this, 'ProducerFunctionName', { value: this.producer.functionName });
    new CfnOutput(this, 'StreamName', { value: this.stream.streamName });
  }
}
