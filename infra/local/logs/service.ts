import { systemClock } from '../clock.ts';
import type { HttpResponse, HttpService } from '../http/http.ts';
import { EventOperations } from './event-operations.ts';
import { GroupOperations, type LogsAccount } from './group-operations.ts';
import type { LogStore } from './log-store.ts';
import { LogsError } from './logs-error.ts';
import { RequestMembers } from './request-members.ts';

export interface LogsServiceOptions {
  readonly logs: LogStore;
  /** Which times PutLogEvents takes depends on it. */
  readonly clock?: { now(): number };
  readonly account?: LogsAccount;
}

interface Api {
  readonly groups: GroupOperations;
  readonly events: EventOperations;
}

type Operation = (api: Api, members: RequestMembers) => Promise<object | undefined>;

const operations: Readonly<Record<string, Operation>> = {
  CreateLogGroup: ({ groups }, members) => groups.createLogGroup(members),
  DeleteLogGroup: ({ groups }, members) => groups.deleteLogGroup(members),
  DescribeLogGroups: ({ groups }, members) => groups.describeLogGroups(members),
  PutRetentionPolicy: ({ groups }, members) => groups.putRetentionPolicy(members),
  DeleteRetentionPolicy: ({ groups }, members) => groups.deleteRetentionPolicy(members),
  CreateLogStream: ({ groups }, members) => groups.createLogStream(members),
  DeleteLogStream: ({ groups }, members) => groups.deleteLogStream(members),
  DescribeLogStreams: ({ groups }, members) => groups.describeLogStreams(members),
  PutLogEvents: ({ events }, members) => events.putLogEvents(members),
  GetLogEvents: ({ events }, members) => events.getLogEvents(members),
  FilterLogEvents: ({ events }, members) => events.filterLogEvents(members),
};

const target = 'Logs_20140328.';

/** CloudWatch Logs over JSON 1.1. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export function createLogsService({ logs, clock = systemClock, account }: LogsServiceOptions): HttpService {
  const now = () => clock.now();
  const groups = new GroupOperations(
    logs,
    account ?? { region: 'us-east-1', accountId: '000000000000' },
    now,
  );
  const events = new EventOperations(groups, now);

  return async (request) => {
    try {
      const name = (request.headers['x-amz-target'] ?? '').replace(target, '');
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation === undefined) {
        throw new LogsError('UnknownOperationException', `The local runtime has no operation ${name}`);
      }
      const result = await operation({ groups, events }, new RequestMembers(bodyOf(request.body)));
      return answer(200, result === undefined ? '' : JSON.stringify(result));
    } catch (error) {
      if (error instanceof LogsError) return failure(error);
      // Most likely the disk; the message says so.
      const message = error instanceof Error ? error.message : String(error);
      return failure(new LogsError('ServiceUnavailableException', message, 500));
    }
  };
}

const answer = (status: number, body: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body,
});

const failure = ({ type, status, message }: LogsError) =>
  answer(status, JSON.stringify({ __type: type, message }));

function bodyOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered below, like any other body that is no object.
  }
  throw new LogsError('SerializationException', 'The request body is not a JSON object');
}
