import { describe, expect, test } from 'vitest';
import { type Allowed, allowedIn, managedPolicyArnsIn } from './policy-statements.ts';
import { synthesize } from './synthesized.ts';

const { producer, analytics } = synthesize();
const allowed = [...allowedIn(producer), ...allowedIn(analytics)];

const listOf = (who: string) =>
  allowed
    .filter((each) => each.who === who)
    .map(({ action, resource }) => `${action} on ${resource}`)
    .sort();

describe('who may do what', () => {
  test('the producer puts records on the one stream', () => {
    expect(listOf('ProducerRole')).toEqual([
      'kinesis:PutRecords on Stream.Arn',
      'logs:CreateLogStream on ProducerLogs.Arn',
      'logs:PutLogEvents on ProducerLogs.Arn',
    ]);
  });

  test('the consumer reads the one stream and writes below five prefixes, of which it reads the day indexes', () => {
    expect(listOf('ConsumerRole')).toEqual([
      'kinesis:DescribeStream on Stream.Arn',
      'kinesis:DescribeStreamSummary on Stream.Arn',
      'kinesis:GetRecords on Stream.Arn',
      'kinesis:GetShardIterator on Stream.Arn',
      'kinesis:ListShards on Stream.Arn',
      'logs:CreateLogStream on ConsumerLogs.Arn',
      'logs:PutLogEvents on ConsumerLogs.Arn',
      's3:GetObject on Results.Arn/revenue_day/*',
      's3:ListBucket on Results.Arn',
      's3:PutObject on Results.Arn/aws/lambda/*',
      's3:PutObject on Results.Arn/rejected/*',
      's3:PutObject on Results.Arn/revenue_day/*',
      's3:PutObject on Results.Arn/revenue_live/*',
      's3:PutObject on Results.Arn/revenue_sum/*',
    ]);
  });

  test('the page invokes the one function, and lists and gets what the pipeline wrote', () => {
    expect(listOf('PagePolicy')).toEqual([
      'lambda:InvokeFunction on ProducerFunction.Arn',
      's3:GetObject on Results.Arn/aws/lambda/*',
      's3:GetObject on Results.Arn/rejected/*',
      's3:GetObject on Results.Arn/revenue_day/*',
      's3:GetObject on Results.Arn/revenue_live/*',
      's3:GetObject on Results.Arn/revenue_sum/*',
      's3:ListBucket on Results.Arn',
    ]);
    const listing = allowed.filter(({ who, action }) => who === 'PagePolicy' && action === 's3:ListBucket');
    expect(listing.map(({ condition }) => JSON.parse(condition ?? ''))).toEqual([
      {
        StringEquals: { 's3:ResourceAccount': { Ref: 'AWS::AccountId' } },
        StringLike: {
          's3:prefix': ['revenue_sum/*', 'revenue_live/*', 'rejected/*', 'revenue_day/*', 'aws/lambda/*'],
        },
      },
    ]);
  });

  test('its diagnostics, attached by whoever wants them, only look', () => {
    expect(listOf('PageDiagnosticsPolicy')).toEqual([
      'kinesis:DescribeStreamSummary on Stream.Arn',
      'kinesis:GetRecords on Stream.Arn',
      'kinesis:GetShardIterator on Stream.Arn',
      'kinesis:ListShards on Stream.Arn',
      'lambda:GetFunctionConfiguration on ConsumerFunction.Arn',
      'lambda:GetFunctionConfiguration on ProducerFunction.Arn',
      'lambda:ListEventSourceMappings on *',
      'logs:FilterLogEvents on ConsumerLogs.Arn',
    ]);
  });

  test('of objects and buckets, only those of this account', () => {
    const ofS3 = allowed.filter(({ action }) => action.startsWith('s3:'));
    expect(ofS3.length).toBeGreaterThan(0);
    for (const { who, action, condition } of ofS3) {
      expect(condition, `${who}: ${action}`).toContain('s3:ResourceAccount');
    }
  });

  test('nobody else is allowed anything, and nobody has a policy of AWS', () => {
    expect([...new Set(allowed.map(({ who }) => who))].sort()).toEqual([
      'ConsumerRole',
      'PageDiagnosticsPolicy',
      'PagePolicy',
      'ProducerRole',
    ]);
    expect([...managedPolicyArnsIn(producer), ...managedPolicyArnsIn(analytics)]).toEqual([]);
  });
});

/** The wildcards that there are, each with its reason. */
const WILDCARDS: readonly (readonly [permission: RegExp, reason: string])[] = [
  [
    /^s3:(PutObject|GetObject) on Results\.Arn\/(revenue_sum|revenue_live|revenue_day|rejected|aws\/lambda)\/\*$/,
    'Object keys are made at run time: their prefix is all that can be said beforehand.',
  ],
  [
    /^lambda:ListEventSourceMappings on \*$/,
    'The action knows no resource: AWS takes * and nothing else. It only lists.',
  ],
];

const isWild = ({ action, resource }: Allowed) => action.includes('*') || resource.includes('*');

describe('a wildcard', () => {
  test('is in the argued list', () => {
    const unargued = allowed
      .filter(isWild)
      .map(({ action, resource }) => `${action} on ${resource}`)
      .filter((permission) => !WILDCARDS.some(([pattern]) => pattern.test(permission)));
    expect(unargued).toEqual([]);
  });

  test('in the list is one that there is', () => {
    const wild = allowed.filter(isWild).map(({ action, resource }) => `${action} on ${resource}`);
    for (const [pattern, reason] of WILDCARDS)
      expect(
        wild.some((each) => pattern.test(each)),
        reason,
      ).toBe(true);
  });

  test('is never in an action', () => {
    expect(allowed.filter(({ action }) => action.includes('*'))).toEqual([]);
  });
});

test('only Lambda itself takes the roles', () => {
  for (const template of [producer, analytics]) {
    for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  }
});

test('more shards, another mode or another window allow nothing more', () => {
  const other = synthesize({ context: { mode: 'on-demand', windowSeconds: '10', reservedConcurrency: '3' } });
  expect([...allowedIn(other.producer), ...allowedIn(other.analytics)]).toEqual(allowed);
});
