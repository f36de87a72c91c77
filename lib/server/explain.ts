import 'server-only';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { ExplainAnswer, ExplainedInvocation, Problem } from '../contract/answers.ts';
import { type InvocationLog, logGroupOf, parseInvocationLog } from '../core/invocation-log.ts';
import { HOUR_MS, windowStartMs, windowTime } from '../core/window.ts';
import { awsCommand } from './aws-command.ts';
import type { Dashboard } from './dashboard.ts';
import { badRequest, problem, problemOf } from './problem.ts';

/** A consumer that stood still writes of a window long after its end; further back the logs are not searched. */
const SEARCHED_AFTER_MS = 6 * HOUR_MS;
/** A page holds up to 1 MB of what CloudWatch has searched, and may be empty. */
const MAX_PAGES = 20;
const MAX_INVOCATIONS = 2000;

/** `GET /api/explain?start=<window start ms>`. Throws ProblemError for a bad start; what the logs refuse is in the answer. */
export async function explainAnswer(
  { clients, settings, store }: Pick<Dashboard, 'clients' | 'settings' | 'store'>,
  start: string,
): Promise<ExplainAnswer> {
  const startMs = Number(start);
  const { consumerFunction, region, endpoint } = settings;
  const { windowSeconds } = store;
  if (!/^\d{1,13}$/.test(start) || windowStartMs(startMs, windowSeconds) !== startMs) {
    throw badRequest(
      `Expected \`start\` to be the start of a window of ${windowSeconds} s in epoch milliseconds, got "${start.slice(0, 80)}".`,
    );
  }
  const endMs = startMs + windowSeconds * 1000;
  const logGroup = logGroupOf(consumerFunction.split(':').at(-1) ?? consumerFunction);
  const query = {
    logGroupName: logGroup,
    startTime: startMs,
    endTime: Math.min(endMs + SEARCHED_AFTER_MS, store.now() + 60_000),
    // A quoted term finds the text wherever it stands, also when Lambda's JSON log format has wrapped the line.
    filterPattern: `"${windowTime(startMs)}"`,
  };
  const invocations: ExplainedInvocation[] = [];
  let found: Problem | null = null;
  try {
    let token: string | undefined;
    for (let page = 0; page < MAX_PAGES && invocations.length < MAX_INVOCATIONS; page += 1) {
      const { events = [], nextToken } = await clients.logs.send(
        new FilterLogEventsCommand({
          ...query,
          ...(token === undefined ? {} : { nextToken: token }),
        }),
      );
      for (const { message = '' } of events) {
        const line = parseInvocationLog(message);
        // The window before ends with the same time.
        if (line?.windowStartMs === startMs) invocations.push(explained(line));
      }
      token = nextToken;
      if (token === undefined) break;
    }
    if (token !== undefined) {
      found = problem('unknown', 'The logs hold more than is shown here: these are the first invocations.');
    }
  } catch (error) {
    found =
      error instanceof Error && error.name === 'ResourceNotFoundException'
        ? problem('unknown', `There is no log group ${logGroup}: the consumer has not run yet.`)
        : problemOf(error, {
            action: 'logs:FilterLogEvents',
            resource: `arn:aws:logs:${region ?? '*'}:*:log-group:${logGroup}:*`,
            endpoint,
            region,
          });
  }
  invocations.sort((a, b) => a.timeMs - b.timeMs || (a.shardId < b.shardId ? -1 : 1));
  const command = awsCommand(
    [
      ...['logs', 'filter-log-events', '--log-group-name', logGroup, '--start-time', String(startMs)],
      ...['--filter-pattern', query.filterPattern, '--query', 'events[].message', '--output', 'text'],
    ],
    endpoint,
  );
  return { startMs, endMs, invocations, command, problem: found };
}

function explained(line: InvocationLog): ExplainedInvocation {
  const { windowStartMs: _start, windowEndMs: _end, ...rest } = line;
  return rest;
}
