import 'server-only';
import type { Problem } from '../contract/answers.ts';
import { excerptOfText } from '../core/excerpt.ts';
import { SETTINGS } from '../core/setting-names.ts';
import { awsCommand, localRuntimeCommand } from './aws-command.ts';
import { SettingError } from './settings.ts';

/** Thrown for whatever a person should read: the edge answers it as `{"problem": …}`. */
export class ProblemError extends Error {
  override name = 'ProblemError' as const;

  constructor(
    readonly problem: Problem,
    /** The HTTP status of the answer. */
    readonly status: number = STATUS[problem.kind],
    /** After how many seconds it is worth to try again; null when nobody knows. */
    readonly retrySeconds: number | null = null,
  ) {
    super(problem.message);
  }
}

/** One of another copy of this module, too: Next loads it once for each route, and all routes share one dashboard. */
export function isProblem(error: unknown): error is ProblemError {
  return error instanceof Error && error.name === 'ProblemError';
}

const STATUS: Readonly<Record<Problem['kind'], number>> = {
  'bad-request': 400,
  'forbidden-origin': 403,
  'not-signed-in': 401,
  'bad-setting': 500,
  'no-credentials': 502,
  'expired-credentials': 502,
  'access-denied': 502,
  'wrong-region': 502,
  'bucket-missing': 502,
  'function-missing': 502,
  'function-error': 502,
  'endpoint-down': 503,
  throttled: 503,
  unknown: 500,
};

export function problem(
  kind: Problem['kind'],
  message: string,
  rest: Partial<Pick<Problem, 'fix' | 'action' | 'resource'>> = {},
): Problem {
  return { kind, message, fix: null, action: null, resource: null, ...rest };
}

export function badRequest(message: string, status = 400): ProblemError {
  return new ProblemError(problem('bad-request', message), status);
}

/** What was being asked of AWS when it failed. */
export interface Asked {
  /** As a policy spells it: `s3:ListBucket`. */
  readonly action: string;
  readonly resource: string;
  /** Where the client sends to, when that is not AWS itself. */
  readonly endpoint: string | null;
  readonly region: string | null;
}

/** What the AWS SDK's errors have in common, and Node's network errors. */
interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number;
  readonly bucketRegion: string | null;
}

type Rule = (error: ErrorFields, asked: Asked) => Problem | null;

/** In this order: the first rule that knows the error says what it is. */
const RULES: readonly Rule[] = [credentials, region, denied, missing, throttled, unreachable];

/** Says in words why a call of an AWS SDK client failed, and what mends it. Never throws. */
export function problemOf(error: unknown, asked: Asked): Problem {
  if (isProblem(error)) return error.problem;
  if (error instanceof SettingError) return settingProblem(error);
  const fields = fieldsOf(error);
  for (const rule of RULES) {
    const found = rule(fields, asked);
    if (found !== null) return found;
  }
  return problem('unknown', `${asked.action} failed: ${fields.name}: ${fields.message}`);
}

export function settingProblem(error: SettingError): Problem {
  return problem('bad-setting', error.message, {
    fix:
      error.variable === SETTINGS.bucket ? 'npm run dev' : `export ${error.variable}=…   # ${error.expected}`,
  });
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const REFUSED = new Set([
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'InvalidToken',
]);
const CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError', 'NoCredentials']);

function credentials({ name, message }: ErrorFields): Problem | null {
  const login = { fix: 'aws sso login' };
  const isProvider = CREDENTIALS.has(name) || /could not load credentials/i.test(message);
  if (EXPIRED.has(name) || (isProvider && /expired/i.test(message))) {
    return problem('expired-credentials', `The AWS credentials have expired: ${message}`, login);
  }
  if (isProvider) {
    return problem(
      'no-credentials',
      'No AWS credentials were found. Log in, or run `npm run dev` to use the local pipeline.',
      login,
    );
  }
  return REFUSED.has(name)
    ? problem('no-credentials', `AWS does not accept the credentials: ${message}`, login)
    : null;
}

const REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'TemporaryRedirect',
]);

function region({ name, message, status, bucketRegion }: ErrorFields, asked: Asked): Problem | null {
  if (/region is missing/i.test(message)) {
    return problem('bad-setting', 'Expected AWS_REGION, or a region in the profile, got nothing.', {
      fix: 'export AWS_REGION=us-east-1',
    });
  }
  if (!REGION.has(name) && status !== 301) return null;
  const right = bucketRegion ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1] ?? null;
  return problem(
    'wrong-region',
    `The bucket is in ${right ?? 'another region'}, and the dashboard asks in ${asked.region ?? 'the wrong one'}.`,
    { fix: `export AWS_REGION=${right ?? '…'}` },
  );
}

function denied({ name, message, status }: ErrorFields, asked: Asked): Problem | null {
  if (!/^AccessDenied|^Forbidden$|^UnauthorizedOperation$/.test(name) && status !== 403) return null;
  // AWS mostly names them itself, and knows better than we do: "… is not authorized to perform: x:Y on resource: arn…".
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1] ?? asked.action;
  const resource = /on resource:? "?(arn:[^\s"]+)/.exec(message)?.[1] ?? asked.resource;
  return problem('access-denied', `Not allowed: ${action} on ${resource}. Add it to the dashboard's role.`, {
    fix: policyStatement(action, resource),
    action,
    resource,
  });
}

export function policyStatement(action: string | readonly string[], resource: string): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource }, null, 2);
}

function missing({ name, message }: ErrorFields, asked: Asked): Problem | null {
  if (name === 'NoSuchBucket') {
    const bucket = asked.resource.replace(/^arn:[^:]*:s3:::/, '').split('/')[0] ?? '';
    return notThere('bucket-missing', `bucket "${bucket}"`, SETTINGS.bucket, ['s3', 'ls'], asked);
  }
  if (name !== 'ResourceNotFoundException') return null;
  const own = asked.resource.split(/[:/]/).at(-1);
  if (asked.action.startsWith('lambda:')) {
    const list = ['lambda', 'list-functions'];
    return notThere('function-missing', `function ${own}`, SETTINGS.producer, list, asked);
  }
  if (!asked.action.startsWith('kinesis:')) return problem('unknown', message);
  return notThere('unknown', `stream ${own}`, SETTINGS.stream, ['kinesis', 'list-streams'], asked);
}

/** On AWS what is not there is deployed; elsewhere it has another name, and the command lists what there is. */
function notThere(
  kind: Problem['kind'],
  what: string,
  setting: string,
  list: readonly string[],
  { endpoint, region }: Asked,
): Problem {
  if (endpoint !== null) {
    const message = `There is no ${what} at ${endpoint}. Set ${setting} to one that this lists:`;
    return problem(kind, message, { fix: awsCommand(list, endpoint) });
  }
  const where = region === null ? '' : ` in ${region}`;
  const message = `There is no ${what}${where}. Deploy the stacks, or set ${setting} or AWS_REGION to where it is.`;
  return problem(kind, message, { fix: 'npm run deploy' });
}

function throttled({ name, status }: ErrorFields, asked: Asked): Problem | null {
  return /Throttl|TooManyRequests|SlowDown|LimitExceeded|ThroughputExceeded|RequestLimit/.test(name) ||
    status === 429
    ? problem('throttled', `AWS asks to slow down (${asked.action}). It is tried again by itself.`)
    : null;
}

const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|TimeoutError|RequestTimeout)$/;

function unreachable({ name, code, message, status }: ErrorFields, asked: Asked): Problem | null {
  const isNetwork = NETWORK.test(code) || NETWORK.test(name) || /socket hang up|timed? ?out/i.test(message);
  if (!isNetwork && status < 500) return null;
  if (asked.endpoint !== null) return endpointDown(asked.endpoint, ` (${code || name})`);
  const why = `${asked.action}: ${code || name}`;
  return problem('endpoint-down', `AWS does not answer (${why}). Is this machine online?`);
}

/** `why`: in brackets, or nothing. */
export function endpointDown(endpoint: string, why = ''): Problem {
  const message = `${endpoint} does not answer${why}. Is the local pipeline running?`;
  return problem('endpoint-down', message, { fix: localRuntimeCommand(endpoint) });
}

function fieldsOf(error: unknown): ErrorFields {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? excerptOfText(String(value), 500) : '';
  const top = objectOf(error);
  // A name that resolves to two addresses fails with both errors in one.
  const first = error instanceof AggregateError ? objectOf(error.errors[0]) : {};
  const headers = objectOf(objectOf(top.$response).headers);
  const status = objectOf(top.$metadata).httpStatusCode;
  return {
    name: text(top.Code) || text(top.name),
    message: text(top.message) || text(first.message),
    code: text(top.code) || text(first.code) || text(top.errno),
    status: typeof status === 'number' ? status : 0,
    bucketRegion: text(headers['x-amz-bucket-region']) || text(top.Region) || null,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(entriesOf(value)) : {};
}

/** Error's own `name` and `message` are not enumerable, and `name` is most often its prototype's. */
function entriesOf(value: object): [string, unknown][] {
  const names = ['name', 'message', 'code', 'errno', 'Code', 'Region', '$metadata', '$response', 'headers'];
  const known = names.map((key): [string, unknown] => [key, Reflect.get(value, key)]);
  return [...Object.entries(value), ...known.filter(([, each]) => each !== undefined)];
}
