import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { synthesize, theResource } from './synthesized.ts';

const { producer } = synthesize();

describe('the producer stack', () => {
  test('has a stream of one shard that keeps records for a day, encrypted, and goes with its stack', () => {
    producer.hasResource('AWS::Kinesis::Stream', {
      DeletionPolicy: 'Delete',
      Properties: {
        Name: 'data_pipe',
        ShardCount: 1,
        RetentionPeriodHours: 24,
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
        StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      },
    });
  });

  test('has the producer, told by name where to write', () => {
    const stream = theResource(producer, 'AWS::Kinesis::Stream');
    producer.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'data_producer_fn',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 60,
      Environment: { Variables: { STREAM_NAME: { Ref: stream.id } } },
      // What bounds whoever may invoke it.
      ReservedConcurrentExecutions: 10,
    });
  });

  test('logs as JSON, for a month, into a group that goes with it', () => {
    producer.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: '/aws/lambda/data_producer_fn', RetentionInDays: 30 },
    });
    producer.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'INFO',
        LogGroup: { Ref: theResource(producer, 'AWS::Logs::LogGroup').id },
      },
    });
  });

  test("tells the original's output, and the plain values beside it", () => {
    expect(Object.keys(producer.findOutputs('*'))).toEqual(
      expect.arrayContaining(['streamDataProducer', 'ProducerFunctionName', 'StreamName']),
    );
    producer.hasOutput('StreamName', { Value: { Ref: theResource(producer, 'AWS::Kinesis::Stream').id } });
    producer.hasOutput('ProducerFunctionName', {
      Value: { Ref: theResource(producer, 'AWS::Lambda::Function').id },
    });
  });

  test('is made of nothing else', () => {
    producer.resourceCountIs('AWS::Kinesis::Stream', 1);
    producer.resourceCountIs('AWS::Lambda::Function', 1);
    producer.resourceCountIs('AWS::Logs::LogGroup', 1);
    producer.resourceCountIs('AWS::IAM::Role', 1);
    expect(Object.keys(producer.toJSON().Resources)).toHaveLength(4);
    expect(producer.toJSON()).not.toHaveProperty('Parameters');
    expect(producer.toJSON()).not.toHaveProperty('Conditions');
  });
});

test('-c shards=4 makes four shards', () => {
  synthesize({ context: { shards: '4' } }).producer.hasResourceProperties('AWS::Kinesis::Stream', {
    ShardCount: 4,
  });
});

test('-c mode=on-demand leaves the shards to AWS', () => {
  synthesize({ context: { mode: 'on-demand' } }).producer.hasResourceProperties('AWS::Kinesis::Stream', {
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    ShardCount: Match.absent(),
  });
});

test('-c reservedConcurrency=none reserves for neither function', () => {
  const { producer: unreserved, analytics } = synthesize({ context: { reservedConcurrency: 'none' } });
  for (const template of [unreserved, analytics]) {
    expect(JSON.stringify(template.toJSON())).not.toContain('ReservedConcurrentExecutions');
  }
});

test('-c reservedConcurrency=5 reserves for both functions', () => {
  const { producer: reserved, analytics } = synthesize({ context: { reservedConcurrency: '5' } });
  for (const template of [reserved, analytics]) {
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 5 });
  }
});
