import { amountOf, centsOf } from './cents.ts';
import { parseWindowTime, windowTime } from './window.ts';

/** Where Lambda writes what a function logs, unless it is told otherwise. */
export const logGroupOf = (functionName: string) => `/aws/lambda/${functionName}`;

/**
 * One structured line for each consumer invocation: CloudWatch's embedded metrics, and what a person needs to follow a
 * window from state to state.
 */
export interface InvocationLog {
  readonly timeMs: number;
  readonly requestId: string;
  readonly shardId: string;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** Records in the event; `skipped` of them were folded in before, `rejected` are not sales. */
  readonly records: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly final: boolean;
  readonly terminatedEarly: boolean;
  readonly durationMs: number;
  /** UTF-8 length of the state handed back. */
  readonly stateBytes: number;
  readonly before: WindowSums;
  readonly after: WindowSums;
  readonly writtenKey: string | null;
  readonly error: string | null;
}

export interface WindowSums {
  readonly recordCount: number;
  readonly salesCents: number;
}

export const METRICS_NAMESPACE = 'TumblingWindowStreamAnalytics';

/**
 * The line, with CloudWatch's embedded metric format in `_aws`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function serializeInvocationLog(log: InvocationLog, functionName: string): string {
  return JSON.stringify({
    // An invocation that failed comes again: its records would be counted twice.
    ...(log.error === null ? metricsOf(log, functionName) : {}),
    event: 'invocation',
    time: new Date(log.timeMs).toISOString(),
    request_id: log.requestId,
    shard_id: log.shardId,
    window_start: windowTime(log.windowStartMs),
    window_end: windowTime(log.windowEndMs),
    records: log.records,
    skipped: log.skipped,
    rejected: log.rejected,
    final: log.final,
    terminated_early: log.terminatedEarly,
    duration_ms: log.durationMs,
    state_bytes: log.stateBytes,
    before: { tot_record_count: log.before.recordCount, sales: amountOf(log.before.salesCents) },
    after: { tot_record_count: log.after.recordCount, sales: amountOf(log.after.salesCents) },
    written_key: log.writtenKey,
    error: log.error,
  });
}

/**
 * What a final invocation's window has sold, as a line of embedded metrics of its own: its time is the window's last
 * millisecond, so that shards and parts of one window add up, and no two windows do. Null for any other invocation.
 */
export function serializeWindowSales(log: InvocationLog, functionName: string): string | null {
  if (!log.final || log.error !== null) return null;
  const Metrics = [{ Name: 'WindowSales', Unit: 'None' }];
  return JSON.stringify({
    _aws: {
      Timestamp: log.windowEndMs - 1,
      CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [['FunctionName']], Metrics }],
    },
    FunctionName: functionName,
    WindowSales: amountOf(log.after.salesCents),
  });
}

function metricsOf(log: InvocationLog, functionName: string): object {
  const metrics = [
    { Name: 'Records', Unit: 'Count' },
    { Name: 'RejectedRecords', Unit: 'Count' },
    ...(log.final
      ? [
          { Name: 'WindowsClosed', Unit: 'Count' },
          { Name: 'ResultLag', Unit: 'Milliseconds' },
        ]
      : []),
  ];
  return {
    _aws: {
      Timestamp: log.timeMs,
      CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [['FunctionName']], Metrics: metrics }],
    },
    FunctionName: functionName,
    Records: log.records - log.skipped,
    RejectedRecords: log.rejected,
    ...(log.final ? { WindowsClosed: 1, ResultLag: log.timeMs - log.windowEndMs } : {}),
  };
}

/**
 * The inverse of `serializeInvocationLog`; null for any other line. Lambda's JSON log format wraps what a function prints
 * as `{"timestamp", "level", "message"}`: the line is looked for inside of that too.
 */
export function parseInvocationLog(line: string): InvocationLog | null {
  let value = jsonOf(line);
  if (!isFields(value)) return null;
  if (value.event !== 'invocation') {
    value = typeof value.message === 'string' ? jsonOf(value.message) : value.message;
  }
  return isFields(value) ? parseFields(value) : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseFields(fields: Fields): InvocationLog | null {
  const timeMs = parseWindowTime(fields.time);
  const windowStartMs = parseWindowTime(fields.window_start);
  const windowEndMs = parseWindowTime(fields.window_end);
  const before = parseSums(fields.before);
  const after = parseSums(fields.after);
  const { request_id: requestId, shard_id: shardId, written_key: writtenKey, error } = fields;
  const counts = [fields.records, fields.skipped, fields.rejected, fields.duration_ms, fields.state_bytes];
  const [records, skipped, rejected, durationMs, stateBytes] = counts.map((each) =>
    typeof each === 'number' && Number.isFinite(each) ? each : undefined,
  );
  if (
    fields.event !== 'invocation' ||
    timeMs === null ||
    windowStartMs === null ||
    windowEndMs === null ||
    before === null ||
    after === null ||
    typeof requestId !== 'string' ||
    typeof shardId !== 'string' ||
    records === undefined ||
    skipped === undefined ||
    rejected === undefined ||
    durationMs === undefined ||
    stateBytes === undefined
  ) {
    return null;
  }
  return {
    timeMs,
    requestId,
    shardId,
    windowStartMs,
    windowEndMs,
    records,
    skipped,
    rejected,
    final: fields.final === true,
    terminatedEarly: fields.terminated_early === true,
    durationMs,
    stateBytes,
    before,
    after,
    writtenKey: typeof writtenKey === 'string' ? writtenKey : null,
    error: typeof error === 'string' ? error : null,
  };
}

function parseSums(value: unknown): WindowSums | null {
  if (!isFields(value)) return null;
  const { tot_record_count: recordCount } = value;
  const salesCents = centsOf(value.sales);
  return typeof recordCount === 'number' && salesCents !== null ? { recordCount, salesCents } : null;
}
