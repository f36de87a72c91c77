import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HttpService } from '../../../infra/local/http/http.ts';
import { createAwsClients } from '../../../lib/server/aws-clients.ts';
import { BucketReader } from '../../../lib/server/bucket-reader.ts';
import { answer } from '../../../lib/server/http-answer.ts';
import { newMetrics } from '../../../lib/server/metrics.ts';
import { type Asked, endpointDown, ProblemError, problemOf } from '../../../lib/server/problem.ts';
import { type LocalBucket, openLocalBucket } from './local-bucket.ts';

let local: LocalBucket;
beforeEach(async () => {
  local = await openLocalBucket(1_611_503_760_000);
});
afterEach(() => local.close());

/** An S3 error as AWS spells it. */
function s3Error(status: number, code: string, message: string, rest = '', headers = {}): HttpService {
  return () => ({
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${rest}</Error>`,
  });
}

async function listing(refuse: HttpService) {
  local.refuse = refuse;
  const error = await local.reader.list('revenue_sum/').catch((each: unknown) => each);
  expect(error).toBeInstanceOf(ProblemError);
  return error instanceof ProblemError ? error : expect.unreachable();
}

describe('what S3 answers is told in words', () => {
  test('access denied names the action and the ARN, and has the policy statement to copy', async () => {
    const { problem, status } = await listing(s3Error(403, 'AccessDenied', 'Access Denied'));
    expect(status).toBe(502);
    expect(problem).toMatchObject({
      kind: 'access-denied',
      action: 's3:ListBucket',
      resource: 'arn:aws:s3:::results',
    });
    expect(JSON.parse(problem.fix ?? '')).toEqual({
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::results',
    });
  });

  test('what AWS itself says was denied comes before what we asked for', async () => {
    const message =
      'User: arn:aws:iam::123456789012:user/page is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:123456789012:key/k because no identity-based policy allows it';
    expect((await listing(s3Error(403, 'AccessDenied', message))).problem).toMatchObject({
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:us-east-1:123456789012:key/k',
    });
  });

  test.each([
    ['expired-credentials', 400, 'ExpiredToken', 'The provided token has expired.'],
    ['no-credentials', 403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist.'],
    ['no-credentials', 403, 'SignatureDoesNotMatch', 'The request signature does not match.'],
    ['bucket-missing', 404, 'NoSuchBucket', 'The specified bucket does not exist'],
    ['throttled', 503, 'SlowDown', 'Please reduce your request rate.'],
    ['endpoint-down', 500, 'InternalError', 'We encountered an internal error.'],
    ['unknown', 400, 'InvalidArgument', 'Bad argument'],
  ])('%s for %i %s', async (kind, status, code, message) => {
    expect((await listing(s3Error(status, code, message))).problem.kind).toBe(kind);
  });

  test('the wrong region names the right one', async () => {
    const header = { 'x-amz-bucket-region': 'eu-west-1' };
    const moved = await listing(s3Error(301, 'PermanentRedirect', 'Use the right endpoint.', '', header));
    expect(moved.problem).toMatchObject({ kind: 'wrong-region', fix: 'export AWS_REGION=eu-west-1' });
    const refused = await listing(
      s3Error(
        400,
        'AuthorizationHeaderMalformed',
        "the region 'us-east-1' is wrong; expecting 'eu-central-1'",
      ),
    );
    expect(refused.problem).toMatchObject({ kind: 'wrong-region', fix: 'export AWS_REGION=eu-central-1' });
  });
});

test('an endpoint that nobody listens at is known within seconds', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const clients = createAwsClients('us-east-1');
  const reader = new BucketReader({
    s3: clients.s3,
    bucket: 'results',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    metrics: newMetrics(),
  });
  const started = performance.now();
  await expect(reader.list('')).rejects.toMatchObject({
    status: 503,
    problem: { kind: 'endpoint-down', fix: `LOCAL_AWS_PORT=${port} npm run local` },
  });
  expect(performance.now() - started).toBeLessThan(5000);
});

test('no credentials anywhere is told with how to log in', async () => {
  const env = { ...process.env };
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
  });
  try {
    const { s3 } = createAwsClients('us-east-1');
    const where = { bucket: 'results', endpoint: null, region: 'us-east-1' };
    const reader = new BucketReader({ s3, ...where, metrics: newMetrics() });
    await expect(reader.list('')).rejects.toMatchObject({
      problem: { kind: 'no-credentials', fix: 'aws sso login' },
    });
  } finally {
    process.env = env;
  }
});

describe('errors that no server sends', () => {
  const asked: Asked = {
    action: 's3:ListBucket',
    resource: 'arn:aws:s3:::results',
    endpoint: null,
    region: 'us-east-1',
  };
  const lambda: Asked = {
    ...asked,
    action: 'lambda:InvokeFunction',
    resource: 'arn:aws:lambda:us-east-1:*:function:data_producer_fn',
  };
  const named = (name: string, message: string, rest = {}) =>
    Object.assign(new Error(message), { name, ...rest });

  test.each([
    [
      'no-credentials',
      named('CredentialsProviderError', 'Could not load credentials from any providers'),
      asked,
    ],
    [
      'expired-credentials',
      named('CredentialsProviderError', 'The SSO session associated with this profile has expired'),
      asked,
    ],
    ['bad-setting', new Error('Region is missing'), asked],
    ['endpoint-down', named('Error', 'getaddrinfo ENOTFOUND s3', { code: 'ENOTFOUND' }), asked],
    ['endpoint-down', named('TimeoutError', 'Connection timed out after 2000 ms'), asked],
    ['endpoint-down', new AggregateError([named('Error', 'connect', { code: 'ECONNREFUSED' })]), asked],
    ['function-missing', named('ResourceNotFoundException', 'Function not found'), lambda],
    ['throttled', named('TooManyRequestsException', 'Rate exceeded'), lambda],
    ['access-denied', named('AccessDeniedException', 'no'), lambda],
    ['unknown', 'a text', asked],
    ['unknown', null, asked],
  ])('%s', (kind, error, question) => {
    const problem = problemOf(error, question);
    expect(problem.kind).toBe(kind);
    expect(problem.message.length).toBeGreaterThan(20);
  });
});

test('the cure starts the local runtime where it is looked for', () => {
  expect(endpointDown('http://127.0.0.1:4566').fix).toBe('npm run local');
  expect(endpointDown('http://localhost:14566').fix).toBe('LOCAL_AWS_PORT=14566 npm run local');
  expect(endpointDown('no address').fix).toBe('npm run local');
});

test.each([
  ['s3:ListBucket', 'arn:aws:s3:::results', 'NoSuchBucket', 'BUCKET_NAME', 's3 ls'],
  [
    'lambda:InvokeFunction',
    'arn:aws:lambda:us-east-1:*:function:f',
    'ResourceNotFoundException',
    'PRODUCER_FUNCTION_NAME',
    'lambda list-functions',
  ],
])(
  'what is not there is told with a cure that the words speak of: %s',
  (action, resource, name, setting, list) => {
    const asked = { action, resource, region: 'eu-west-1' };
    const error = Object.assign(new Error('not there'), { name });
    const local = problemOf(error, { ...asked, endpoint: 'http://127.0.0.1:4566' });
    expect(local.message).toMatch(
      new RegExp(`at http://127\\.0\\.0\\.1:4566\\. Set ${setting} to one that this lists:$`),
    );
    expect(local.fix).toBe(`aws ${list} --endpoint-url http://127.0.0.1:4566`);
    const aws = problemOf(error, { ...asked, endpoint: null });
    expect(aws.message).toContain('Deploy the stacks');
    expect(aws.fix).toBe('npm run deploy');
  },
);

test('what one copy of the module throws, the edge of another copy answers: each route may load its own', async () => {
  vi.resetModules();
  const other: typeof import('../../../lib/server/problem.ts') = await import(
    '../../../lib/server/problem.ts'
  );
  const thrown = other.badRequest('Expected a count.');
  expect(thrown).not.toBeInstanceOf(ProblemError);
  const response = await answer(() => Promise.reject(thrown));
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ problem: thrown.problem });
});
