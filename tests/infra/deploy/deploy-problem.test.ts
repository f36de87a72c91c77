import { expect, test } from 'vitest';
import {
  type Attempt,
  explainCliFailure,
  explainFailure,
  wordsOf,
} from '../../../infra/deploy/deploy-problem.ts';

const attempt: Attempt = {
  command: 'npm run deploy -- -c stage=dev',
  region: 'eu-west-1',
  accountId: '123456789012',
  profile: null,
  endpoint: null,
};

/** What aws-cdk 2.1148.1 and the SDK's clients say, word for word. */
const SAID: readonly (readonly [said: string, sentence: string, fix: string])[] = [
  [
    `tumbling-window-stream-analytics-kinesis-producer-stack: SSM parameter /cdk-bootstrap/hnb659fds/version not found in aws://123456789012/eu-west-1. Has the environment been bootstrapped? Please run 'cdk bootstrap' (see https://docs.aws.amazon.com/cdk/latest/guide/bootstrapping.html)
Parameter /cdk-bootstrap/hnb659fds/version not found.`,
    "CDK's bootstrap is missing or too old in eu-west-1 of account 123456789012: it is made once for each account and region.",
    'npx cdk bootstrap aws://123456789012/eu-west-1 && npm run deploy -- -c stage=dev',
  ],
  [
    "No bucket named 'cdk-hnb659fds-assets-123456789012-eu-west-1'. Is account 123456789012 bootstrapped?",
    "CDK's bootstrap is missing or too old in eu-west-1 of account 123456789012: it is made once for each account and region.",
    'npx cdk bootstrap aws://123456789012/eu-west-1 && npm run deploy -- -c stage=dev',
  ],
  [
    'CredentialsProviderError: Could not load credentials from any providers',
    'No AWS credentials were found: log in, or name a profile that has some.',
    'aws configure, or AWS_PROFILE=NAME npm run deploy -- -c stage=dev',
  ],
  [
    'Unable to resolve AWS account to use. It must be either configured when you define your CDK Stack, or through the environment',
    'No AWS credentials were found: log in, or name a profile that has some.',
    'aws configure, or AWS_PROFILE=NAME npm run deploy -- -c stage=dev',
  ],
  [
    'ExpiredToken: The security token included in the request is expired',
    'The AWS credentials have expired: log in again.',
    'aws sso login',
  ],
  [
    'The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login with the corresponding profile.',
    'The AWS credentials have expired: log in again.',
    'aws sso login',
  ],
  [
    'InvalidClientTokenId: The security token included in the request is invalid.',
    'AWS does not accept the credentials in eu-west-1: they are wrong, or the region is not switched on for the account.',
    'aws sts get-caller-identity --region us-east-1',
  ],
  [
    'Error ENOTFOUND: getaddrinfo ENOTFOUND sts.eu-west-9.amazonaws.com',
    'sts.eu-west-9.amazonaws.com is not found: there is no region "eu-west-1", or this machine is offline.',
    'AWS_REGION=us-east-1 npm run deploy -- -c stage=dev',
  ],
];

test.each(SAID)('%s', (said, sentence, fix) => {
  expect(explainFailure(said, attempt)?.message).toBe(`${sentence}\n\n  ${fix}\n`);
});

test('a profile is named in what went wrong and in what mends it', () => {
  const withProfile = { ...attempt, profile: 'work' };
  const said = 'CredentialsProviderError: Could not resolve credentials using profile: [work]';
  expect(explainFailure(said, withProfile)?.message).toContain('The profile "work" has no credentials');
  expect(explainFailure(said, withProfile)?.fix).toContain('aws sso login --profile work');
  expect(explainFailure('Has the environment been bootstrapped?', withProfile)?.fix).toContain(
    'npx cdk bootstrap aws://123456789012/eu-west-1 --profile work',
  );
});

test('an endpoint that does not answer is named', () => {
  const local = { ...attempt, endpoint: 'http://127.0.0.1:5000' };
  for (const said of [
    'Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:5000',
    'getaddrinfo ENOTFOUND moto',
  ]) {
    expect(explainFailure(said, local)?.message).toContain('Nothing answers at http://127.0.0.1:5000');
  }
});

test('what only its own words explain is left to them', () => {
  const said = 'Resource handler returned message: "Stream data_pipe under account already exists."';
  expect(explainFailure(said, attempt)).toBeNull();
  expect(explainCliFailure(said, attempt)).toBeNull();
});

test('of what the CLI says only its end counts', () => {
  const early = 'ECONNRESET, trying again …\n';
  expect(explainCliFailure(early + 'deploying …\n'.repeat(400), attempt)).toBeNull();
  expect(explainCliFailure(early, attempt)).not.toBeNull();
});

test('an error gives all its words: those of its code, of its cause, and of the errors that it hides', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(wordsOf(new AggregateError([refused]))).toContain('ECONNREFUSED');
  expect(wordsOf(new Error('outer', { cause: refused }))).toContain('ECONNREFUSED');
});
