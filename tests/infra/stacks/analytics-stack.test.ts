import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { serializeResult } from '../../../lib/core/window-result.ts';
import { fieldsOf, synthesize, theResource } from './synthesized.ts';

const { producer, analytics } = synthesize();
const bucket = theResource(analytics, 'AWS::S3::Bucket');

describe('the bucket', () => {
  test('is private, encrypted and owned by one', () => {
    analytics.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  test('keeps old versions for those alone who ask for it, and not for good', () => {
    const versions = { VersioningConfiguration: { Status: 'Enabled' } };
    expect(bucket.properties).not.toMatchObject(versions);
    const { analytics: versioned } = synthesize({ context: { versioned: 'true' } });
    const { properties } = theResource(versioned, 'AWS::S3::Bucket');
    expect(properties).toMatchObject(versions);
    expect(JSON.stringify(properties)).toContain('NoncurrentVersionExpiration');
  });

  test('is spoken to over TLS only', () => {
    analytics.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket.id },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
        ]),
      },
    });
  });

  test('forgets open snapshots after a day, failed batches after a month, rejected records after three, never a result', () => {
    const rules = fieldsOf(bucket.properties.LifecycleConfiguration).Rules;
    expect(rules).toEqual([
      { Id: 'open-snapshots', Prefix: 'revenue_live/', ExpirationInDays: 1, Status: 'Enabled' },
      { Id: 'rejected-records', Prefix: 'rejected/', ExpirationInDays: 90, Status: 'Enabled' },
      { Id: 'day-indexes', Prefix: 'revenue_day/', ExpirationInDays: 400, Status: 'Enabled' },
      { Id: 'failed-batches', Prefix: 'aws/lambda/', ExpirationInDays: 30, Status: 'Enabled' },
    ]);
  });

  test('outlives its stack', () => {
    analytics.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    analytics.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  test('goes with its stack, objects and all, only as -c ephemeral says', () => {
    const { analytics: ephemeral } = synthesize({ context: { ephemeral: 'true' } });
    ephemeral.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    ephemeral.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
    // So that destroy does not ask what is to become of it.
    ephemeral.hasOutput('Ephemeral', { Value: 'true' });
    expect(analytics.findOutputs('Ephemeral')).toEqual({});
  });
});

test('the results are a table, whose partitions are reckoned from the days', () => {
  const { Name } = fieldsOf(theResource(analytics, 'AWS::Glue::Database').properties.DatabaseInput);
  const { properties } = theResource(analytics, 'AWS::Glue::Table');
  expect(Name).toBe('tumbling_window_stream_analytics');
  expect(properties.DatabaseName).toBe(Name);
  const location = { 'Fn::Join': ['', ['s3://', { Ref: bucket.id }, '/revenue_sum/']] };
  expect(properties.TableInput).toMatchObject({
    Name: 'window_results',
    PartitionKeys: [{ Name: 'dt', Type: 'string' }],
    Parameters: {
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy_MM_dd',
      'projection.dt.range': '2021_01_01,NOW',
      'storage.location.template': {
        'Fn::Join': ['', ['s3://', { Ref: bucket.id }, `/revenue_sum/dt=\${dt}/`]],
      },
    },
    StorageDescriptor: {
      Location: location,
      SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    },
  });
  // Every field that a result has is a column, and no other.
  const result = JSON.parse(
    serializeResult({
      window: { startMs: 0, endMs: 1000 },
      shardId: 'a',
      firstSequenceNumber: '1',
      lastSequenceNumber: '2',
      recordCount: 0,
      salesCents: 0,
      minCents: null,
      maxCents: null,
      rejected: 0,
      repeated: 0,
      requests: [],
      customers: [],
      amounts: '',
      terminatedEarly: false,
    }),
  );
  const columns: unknown = fieldsOf(fieldsOf(properties.TableInput).StorageDescriptor).Columns;
  expect(columns).toEqual(Object.keys(result).map((name) => ({ Name: name, Type: expect.any(String) })));
  analytics.hasOutput('GlueDatabase', { Value: Name });
});

describe('the consumer', () => {
  test('is the one function, told by name where to write', () => {
    analytics.resourceCountIs('AWS::Lambda::Function', 1);
    analytics.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'stream_record_processor',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 60,
      Environment: { Variables: { BUCKET_NAME: { Ref: bucket.id } } },
      ReservedConcurrentExecutions: Match.absent(),
      LoggingConfig: Match.objectLike({ LogFormat: 'JSON' }),
    });
  });

  test('is fed by the mapping: windows of two minutes from the oldest record on', () => {
    analytics.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: theResource(analytics, 'AWS::Lambda::Function').id },
      EventSourceArn: { 'Fn::ImportValue': Match.stringLikeRegexp('kinesis-producer-stack:.*Stream') },
      TumblingWindowInSeconds: 120,
      StartingPosition: 'TRIM_HORIZON',
    });
  });

  test('holds up its shard for a bounded time, and what is given up keeps its payload', () => {
    const { properties } = theResource(analytics, 'AWS::Lambda::EventSourceMapping');
    const stream = theResource(producer, 'AWS::Kinesis::Stream').properties;
    expect(properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [bucket.id, 'Arn'] } } },
    });
    // No number of attempts tells an outage from a poisoned record: age alone ends them.
    expect(properties.MaximumRetryAttempts).toBe(-1);
    expect(Number(properties.MaximumRecordAgeInSeconds)).toBeLessThan(
      Number(stream.RetentionPeriodHours) * 3600,
    );
  });

  test('gets another window by -c windowSeconds or WINDOW_SECONDS', () => {
    const windows = [
      synthesize({ context: { windowSeconds: '30' } }),
      synthesize({ env: { WINDOW_SECONDS: '30' } }),
    ];
    for (const { analytics: template } of windows) {
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { TumblingWindowInSeconds: 30 });
      template.hasOutput('WindowSeconds', { Value: '30' });
    }
  });
});

test("the outputs have the original's names, and plain values beside them", () => {
  for (const name of ['streamDataProcessor', 'DataStore']) {
    expect(JSON.stringify(analytics.findOutputs(name))).toContain('https://console.aws.amazon.com/');
  }
  analytics.hasOutput('BucketName', { Value: { Ref: bucket.id } });
  analytics.hasOutput('Region', { Value: { Ref: 'AWS::Region' } });
  analytics.hasOutput('WindowSeconds', { Value: '120' });
  analytics.hasOutput('ConsumerFunctionName', {
    Value: { Ref: theResource(analytics, 'AWS::Lambda::Function').id },
  });
});

test('a stage is in every name that could meet another in the account', () => {
  const named = synthesize({ context: { stage: 'dev' } });
  const names = [named.producer, named.analytics].flatMap((template) =>
    Object.values(template.toJSON().Resources).flatMap((resource) => {
      const properties = fieldsOf(fieldsOf(resource).Properties);
      return ['Name', 'FunctionName', 'LogGroupName', 'AlarmName', 'DashboardName', 'RoleName', 'BucketName']
        .map((property) => properties[property])
        .filter((value) => typeof value === 'string');
    }),
  );
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !/-dev\b/.test(name))).toEqual([]);
});

test('the analytics stack needs the producer stack, and never the other way round', () => {
  expect(JSON.stringify(analytics.toJSON())).toContain('Fn::ImportValue');
  expect(JSON.stringify(producer.toJSON())).not.toContain('Fn::ImportValue');
  expect(JSON.stringify(analytics.toJSON())).not.toContain('Fn::GetStackOutput');
});
