import { AwsError } from '../aws-json/aws-error.ts';
import { STRICT_JSON } from '../aws-json/json-reader.ts';
import {
  type Dialect,
  type Input,
  readInput,
  requiredUnless,
  type Shape,
} from '../aws-json/request-shape.ts';
import { text } from '../aws-json/scalar-members.ts';
import type { LogGroup } from './log-group.ts';
import type { LogStore } from './log-store.ts';
import { invalidParameter, LogsError } from './logs-error.ts';

/** What an operation works on: one region of the account. */
export interface LogsRegion {
  readonly logs: LogStore;
  readonly region: string;
  readonly accountId: string;
  /** Epoch milliseconds; which times PutLogEvents takes depends on it. */
  now(): number;
}

/** Answers an object, or null for an empty body. */
export type Operation = (body: unknown, at: LogsRegion) => Promise<object | null>;

const LOGS: Dialect = { json: STRICT_JSON, violated: invalidParameter };

/** An operation is what it accepts, and what it does with that: validation always comes before state. */
export function operation<S extends Shape>(
  shape: S,
  run: (input: Input<S>, at: LogsRegion) => Promise<object | null>,
): Operation {
  return async (body, at) => run(readInput(shape, body, LOGS), at);
}

export const GROUP_NAME = text({ pattern: '[\\.\\-_/#A-Za-z0-9]+', min: 1, max: 512 });
export const STREAM_NAME = text({ pattern: '[^:*]*', min: 1, max: 512 });
export const NEXT_TOKEN = text({ min: 1 });

/** Operations on a group's contents take its name, or its name or ARN as an identifier. */
export const GROUP_TARGET = {
  logGroupName: requiredUnless('logGroupIdentifier', GROUP_NAME),
  logGroupIdentifier: text({ pattern: '[\\w#+=/:,.@-]*', min: 1, max: 2048, isHidden: true }),
};

export interface GroupTarget {
  readonly logGroupName: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The group that a request names, one way or the other. Throws LogsError ResourceNotFoundException, ValidationException. */
export async function targetGroup(target: GroupTarget, { logs }: LogsRegion): Promise<LogGroup> {
  const { logGroupName, logGroupIdentifier } = target;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw new AwsError(
      'ValidationException',
      400,
      'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
    );
  }
  const named = logGroupIdentifier?.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '') ?? logGroupName;
  const group = await logs.group(named ?? '');
  if (group !== null) return group;
  throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

/** Throws LogsError ResourceNotFoundException. */
export async function requireStream(group: LogGroup, logStreamName: string): Promise<void> {
  if (await group.hasStream(logStreamName)) return;
  throw new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

/** 56 digits, as AWS's; nobody has to send it back any more. */
export function sequenceToken(ms: number): string {
  return `4964${String(ms).padStart(52, '0')}`;
}

/** What follows the item whose key is the token, and the token of what follows that. Throws LogsError InvalidParameterException. */
export function pageOf<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
  nextToken: string | undefined,
  limit: number,
): { readonly items: readonly Item[]; readonly token: { readonly nextToken?: string } } {
  const start = nextToken === undefined ? 0 : all.findIndex((item) => key(item) === nextToken) + 1;
  if (nextToken !== undefined && start === 0) throw invalidToken();
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const isLast = last === undefined || start + items.length >= all.length;
  return { items, token: isLast ? {} : { nextToken: key(last) } };
}

export function invalidToken(): LogsError {
  return invalidParameter('The specified nextToken is invalid.');
}
