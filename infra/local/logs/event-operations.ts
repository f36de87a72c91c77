import { DAY_MS, HOUR_MS } from '../../../lib/core/window.ts';
import { list } from '../aws-json/collection-members.ts';
import { required, structure } from '../aws-json/request-shape.ts';
import { boolean, integer, long, text } from '../aws-json/scalar-members.ts';
import { cursorToken, eventId, pageAt, parseCursor, parsePosition, positionToken } from './event-place.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent } from './log-event.ts';
import { invalidParameter } from './logs-error.ts';
import {
  GROUP_NAME,
  GROUP_TARGET,
  NEXT_TOKEN,
  operation,
  requireStream,
  STREAM_NAME,
  sequenceToken,
  targetGroup,
} from './operation.ts';

/** An answer holds at most this many events, and this many bytes of them; so does a PutLogEvents. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
/** What each event counts besides its message. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const EVENT_BYTES = 26;

const TIMES = { startTime: long({ min: 0 }), endTime: long({ min: 0 }) };

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
export const getLogEvents = operation(
  {
    ...GROUP_TARGET,
    logStreamName: required(STREAM_NAME),
    ...TIMES,
    nextToken: NEXT_TOKEN,
    limit: integer({ min: 1, max: MOST_EVENTS }),
    startFromHead: boolean(),
  },
  async (input, at) => {
    const { logStreamName, nextToken, startFromHead = false } = input;
    const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = MOST_EVENTS } = input;
    const group = await targetGroup(input, at);
    await requireStream(group, logStreamName);
    const cursor = nextToken === undefined ? null : parseCursor(nextToken);
    // The end is exclusive here.
    const events = await group.events(startTime, endTime - 1, (stream) => stream === logStreamName);
    const page = pageAt(events, cursor, startFromHead, limit);
    const last = page.at(-1)?.n ?? cursor?.n ?? 0;
    const first = page[0]?.n ?? cursor?.n ?? 0;
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: cursorToken({ direction: 'f', n: last }),
      nextBackwardToken: cursorToken({ direction: 'b', n: first }),
    };
  },
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const filterLogEvents = operation(
  {
    ...GROUP_TARGET,
    logStreamNames: list(STREAM_NAME, { min: 1, max: 100 }),
    logStreamNamePrefix: STREAM_NAME,
    ...TIMES,
    // Empty is a pattern, too: it matches everything.
    filterPattern: text({ min: 0, max: 1024 }),
    nextToken: NEXT_TOKEN,
    limit: integer({ min: 1, max: MOST_EVENTS }),
  },
  async (input, at) => {
    const { logStreamNames: names, logStreamNamePrefix: prefix, nextToken } = input;
    const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = MOST_EVENTS } = input;
    const matches = parseFilterPattern(input.filterPattern ?? '');
    const group = await targetGroup(input, at);
    if (names !== undefined && prefix !== undefined) {
      throw invalidParameter(
        'The parameters logStreamNames and logStreamNamePrefix cannot be used together.',
      );
    }
    for (const name of names ?? []) await requireStream(group, name);
    const wants = (stream: string) => names?.includes(stream) ?? stream.startsWith(prefix ?? '');
    const after = nextToken === undefined ? null : parsePosition(nextToken);
    const events = await group.events(Math.max(startTime, after?.timestamp ?? 0), endTime, wants);
    const passed = after === null ? -1 : events.findIndex((event) => eventId(event) === after.eventId);
    const matching = events.slice(passed + 1).filter(({ message }) => matches(message));
    const found = fittingEvents(matching, limit);
    const last = found.at(-1);
    return {
      events: found.map((event) => ({
        logStreamName: event.logStreamName,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: eventId(event),
      })),
      searchedLogStreams: [],
      ...(last === undefined || found.length === matching.length ? {} : { nextToken: positionToken(last) }),
    };
  },
);

/** What fits into an answer: at least one. */
function fittingEvents(events: readonly LogEvent[], limit: number): readonly LogEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += event.message.length + EVENT_BYTES;
    return index > 0 && (index >= limit || bytes > MOST_BYTES);
  });
  return end === -1 ? events : events.slice(0, end);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const putLogEvents = operation(
  {
    logGroupName: required(GROUP_NAME),
    logStreamName: required(STREAM_NAME),
    logEvents: required(
      list(structure({ timestamp: required(long({ min: 0 })), message: required(text({ min: 1 })) }), {
        min: 1,
        max: MOST_EVENTS,
        show: ({ timestamp, message }) => `InputLogEvent(timestamp=${timestamp}, message=${message})`,
      }),
    ),
  },
  async (input, at) => {
    const { logStreamName, logEvents: events } = input;
    const group = await targetGroup(input, at);
    await requireStream(group, logStreamName);
    if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    const size = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_BYTES, 0);
    if (size > MOST_BYTES) {
      throw invalidParameter(`Upload too large: ${size} bytes exceeds limit of ${MOST_BYTES}`);
    }
    const nowMs = at.now();
    const expiredBefore = nowMs - (group.retentionInDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
    const isOld = ({ timestamp }: InputEvent) => timestamp < nowMs - 14 * DAY_MS;
    const isExpired = ({ timestamp }: InputEvent) => timestamp < expiredBefore;
    const isNew = ({ timestamp }: InputEvent) => timestamp > nowMs + 2 * HOUR_MS;
    const accepted = events.filter((event) => !isOld(event) && !isExpired(event) && !isNew(event));
    for (const { timestamp, message } of accepted) {
      group.append({ logStreamName, timestamp, message, ingestionTime: nowMs });
    }
    await group.flush();
    const rejected = {
      ...(events.some(isNew) ? { tooNewLogEventStartIndex: events.findIndex(isNew) } : {}),
      ...(events.some(isOld) ? { tooOldLogEventEndIndex: events.findLastIndex(isOld) } : {}),
      ...(events.some(isExpired) ? { expiredLogEventEndIndex: events.findLastIndex(isExpired) } : {}),
    };
    return {
      nextSequenceToken: sequenceToken(nowMs),
      ...(accepted.length === events.length ? {} : { rejectedLogEventsInfo: rejected }),
    };
  },
);

interface InputEvent {
  readonly timestamp: number;
  readonly message: string;
}
