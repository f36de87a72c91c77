import { AwsError, errorBody } from '../aws-json/aws-error.ts';
import { isStructure } from '../aws-json/json-reader.ts';
import type { Clock } from '../clock.ts';
import type { HttpResponse, HttpService } from '../http/http.ts';
import { requestRegion } from '../http/region.ts';
import { LogsError } from './logs-error.ts';
import { OPERATIONS } from './operation-table.ts';
import type { RegionalLogs } from './regional-logs.ts';

export interface LogsServiceOptions {
  readonly logs: RegionalLogs;
  readonly clock: Clock;
  readonly accountId: string;
}

const TARGET = 'Logs_20140328.';
const NONE: ReadonlySet<string> = new Set();

/** CloudWatch Logs over JSON 1.1. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export function createLogsService({ logs, clock, accountId }: LogsServiceOptions): HttpService {
  return async (request) => {
    try {
      const name = (request.headers['x-amz-target'] ?? '').replace(TARGET, '');
      const operation = OPERATIONS.get(name);
      if (operation === undefined) {
        throw new LogsError('UnknownOperationException', `The local runtime has no operation ${name}`);
      }
      const body = bodyOf(request.body);
      const region = requestRegion(request, logs.region);
      const at = { logs: await logs.in(region), region, accountId, now: () => clock.now() };
      const result = await operation(body, at);
      return answer(200, result === null ? '' : JSON.stringify(result));
    } catch (error) {
      if (error instanceof AwsError) return failure(error);
      // Most likely the disk; the message says so.
      const message = error instanceof Error ? error.message : String(error);
      return failure(new LogsError('ServiceUnavailableException', message, 500));
    }
  };
}

function answer(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
}

function failure(error: AwsError): HttpResponse {
  return answer(error.status, JSON.stringify({ __type: error.type, ...errorBody(error, NONE) }));
}

function bodyOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isStructure(value)) return value;
  } catch {
    // Answered below, like any other body that is no object.
  }
  throw new LogsError('SerializationException', 'The request body is not a JSON object');
}
