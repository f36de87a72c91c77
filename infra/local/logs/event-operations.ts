import { createHash } from 'node:crypto';
import { parseFilterPattern } from './filter-pattern.ts';
import { type GroupOperations, noSuchStream, sequenceToken, streamName } from './group-operations.ts';
import type { LogEvent } from './log-event.ts';
import type { LogGroup } from './log-group.ts';
import { invalidParameter } from './logs-error.ts';
import { invalidToken } from './paging.ts';
import { type RequestMembers, violated, wrongType } from './request-members.ts';

/** An answer holds at most this many events, and this many bytes of them. */
const mostEvents = 10_000;
const mostBytes = 1_048_576;

const dayMs = 86_400_000;

/** The operations on log events. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export class EventOperations {
  constructor(
    private readonly groups: GroupOperations,
    private readonly now: () => number,
  ) {}

  async getLogEvents(members: RequestMembers) {
    const name = members.required('logStreamName', streamName(members));
    const startTime = members.integer('startTime', 0) ?? 0;
    const endTime = members.integer('endTime', 0) ?? Number.POSITIVE_INFINITY;
    const limit = members.integer('limit', 1, mostEvents) ?? mostEvents;
    const nextToken = members.text('nextToken', 2_048);
    const fromHead = members.boolean('startFromHead');
    const group = await this.groups.existing(members);
    if (!(await group.hasStream(name))) throw noSuchStream();
    const cursor = nextToken === undefined ? undefined : parsedCursor(nextToken);
    // The end is exclusive here.
    const events = await group.events(startTime, endTime - 1, (stream) => stream === name);
    const page = pageAt(events, cursor, fromHead, limit);
    const last = page.at(-1)?.n ?? cursor?.n ?? 0;
    const first = page[0]?.n ?? cursor?.n ?? 0;
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${String(last).padStart(56, '0')}`,
      nextBackwardToken: `b/${String(first).padStart(56, '0')}`,
    };
  }

  async filterLogEvents(members: RequestMembers) {
    const names = members.list('logStreamNames');
    const prefix = members.text('logStreamNamePrefix');
    const startTime = members.integer('startTime', 0) ?? 0;
    const endTime = members.integer('endTime', 0) ?? Number.POSITIVE_INFINITY;
    const limit = members.integer('limit', 1, mostEvents) ?? mostEvents;
    const nextToken = members.text('nextToken', 2_048);
    const matches = parseFilterPattern(members.text('filterPattern', 1_024) ?? '');
    const group = await this.groups.existing(members);
    if (names !== undefined && prefix !== undefined) {
      throw invalidParameter(
        'The parameters logStreamNames and logStreamNamePrefix cannot be used together.',
      );
    }
    if (names !== undefined && (names.length === 0 || names.length > 100)) {
      const bound = names.length === 0 ? 'greater than or equal to 1' : 'less than or equal to 100';
      throw violated('logStreamNames', JSON.stringify(names), `Member must have length ${bound}`);
    }
    for (const name of names ?? []) {
      if (typeof name !== 'string') throw wrongType(name, 'a String');
      if (!(await group.hasStream(name))) throw noSuchStream();
    }
    const wants = (stream: string) =>
      names === undefined ? stream.startsWith(prefix ?? '') : names.includes(stream);
    const after = nextToken === undefined ? undefined : parsedPosition(nextToken);
    const events = await group.events(Math.max(startTime, after?.timestamp ?? 0), endTime, wants);
    const passed = after === undefined ? -1 : events.findIndex((event) => eventId(event) === after.eventId);
    const found: LogEvent[] = [];
    let bytes = 0;
    let more: string | undefined;
    for (const event of events.slice(passed + 1)) {
      if (!matches(event.message)) continue;
      const last = found.at(-1);
      bytes += event.message.length + 26;
      if (last !== undefined && (found.length >= limit || bytes > mostBytes)) {
        more = positionToken(last);
        break;
      }
      found.push(event);
    }
    return {
      events: found.map((event) => ({
        logStreamName: event.logStreamName,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: eventId(event),
      })),
      searchedLogStreams: [],
      ...(more === undefined ? {} : { nextToken: more }),
    };
  }

  async putLogEvents(members: RequestMembers) {
    const name = members.required('logStreamName', streamName(members));
    const given = members.required('logEvents', members.list('logEvents'));
    const group = await this.groups.existing(members);
    if (!(await group.hasStream(name))) throw noSuchStream();
    const events = given.map(inputEvent);
    if (events.length === 0 || events.length > mostEvents) {
      const bound =
        events.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${mostEvents}`;
      throw violated('logEvents', JSON.stringify(given), `Member must have length ${bound}`);
    }
    if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    const size = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    if (size > mostBytes)
      throw invalidParameter(`Upload too large: ${size} bytes exceeds limit of ${mostBytes}`);
    return this.#stored(group, name, events);
  }

  async #stored(group: LogGroup, logStreamName: string, events: readonly InputEvent[]) {
    const now = this.now();
    const expiredBefore = now - (group.retentionInDays ?? Number.POSITIVE_INFINITY) * dayMs;
    const isOld = ({ timestamp }: InputEvent) => timestamp < now - 14 * dayMs;
    const isExpired = ({ timestamp }: InputEvent) => timestamp < expiredBefore;
    const isNew = ({ timestamp }: InputEvent) => timestamp > now + 2 * 3_600_000;
    const accepted = events.filter((event) => !isOld(event) && !isExpired(event) && !isNew(event));
    for (const { timestamp, message } of accepted) {
      group.append({ logStreamName, timestamp, message, ingestionTime: now });
    }
    await group.flush();
    const rejected = {
      ...(events.some(isNew) ? { tooNewLogEventStartIndex: events.findIndex(isNew) } : {}),
      ...(events.some(isOld) ? { tooOldLogEventEndIndex: events.findLastIndex(isOld) } : {}),
      ...(events.some(isExpired) ? { expiredLogEventEndIndex: events.findLastIndex(isExpired) } : {}),
    };
    return {
      nextSequenceToken: sequenceToken(now),
      ...(accepted.length === events.length ? {} : { rejectedLogEventsInfo: rejected }),
    };
  }
}

interface InputEvent {
  readonly timestamp: number;
  readonly message: string;
}

function inputEvent(value: unknown, index: number): InputEvent {
  if (typeof value !== 'object' || value === null) throw wrongType(value, 'a Structure');
  const { timestamp, message }: { timestamp?: unknown; message?: unknown } = value;
  const at = `logEvents.${index + 1}.member`;
  if (typeof timestamp !== 'number') throw missing(`${at}.timestamp`);
  if (typeof message !== 'string') throw missing(`${at}.message`);
  if (message === '')
    throw violated(`${at}.message`, '', 'Member must have length greater than or equal to 1');
  if (timestamp < 0)
    throw violated(`${at}.timestamp`, timestamp, 'Member must have value greater than or equal to 0');
  return { timestamp, message };
}

const missing = (name: string) =>
  invalidParameter(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );

interface Cursor {
  readonly direction: 'f' | 'b';
  readonly n: number;
}

function parsedCursor(token: string): Cursor {
  const [, direction, n] = /^([fb])\/(\d{56})$/.exec(token) ?? [];
  if (n === undefined) throw invalidToken();
  return { direction: direction === 'f' ? 'f' : 'b', n: Number(n) };
}

/** The events after (f) or before (b) the one with the cursor's number; without a cursor the oldest or the newest ones. */
function pageAt(events: readonly LogEvent[], cursor: Cursor | undefined, fromHead: boolean, limit: number) {
  if (cursor === undefined) return fromHead ? events.slice(0, limit) : events.slice(-limit);
  const at = events.findIndex(({ n }) => n === cursor.n);
  if (cursor.direction === 'f') {
    // The event itself may have been dropped meanwhile: then go on with what was written after it.
    const rest = at === -1 ? events.filter(({ n }) => n > cursor.n) : events.slice(at + 1);
    return rest.slice(0, limit);
  }
  const before = at === -1 ? events.filter(({ n }) => n < cursor.n) : events.slice(0, at);
  return before.slice(-limit);
}

const positionToken = (event: LogEvent) =>
  Buffer.from(`${event.timestamp}/${eventId(event)}`).toString('base64url');

function parsedPosition(token: string): { readonly timestamp: number; readonly eventId: string } {
  const [, timestamp, id] = /^(\d+)\/(\d{56})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (id === undefined) throw invalidToken();
  return { timestamp: Number(timestamp), eventId: id };
}

/** 56 digits: the time, the stream, the number in the stream. */
function eventId({ timestamp, logStreamName, n }: LogEvent): string {
  return `3${String(timestamp).padStart(15, '0')}${streamDigits(logStreamName)}${String(n).padStart(20, '0')}`;
}

const digitsByStream = new Map<string, string>();

function streamDigits(logStreamName: string): string {
  let digits = digitsByStream.get(logStreamName);
  if (digits === undefined) {
    const digest = createHash('sha256').update(logStreamName).digest('hex').slice(0, 20);
    digits = String(BigInt(`0x${digest}`) % 10n ** 20n).padStart(20, '0');
    if (digitsByStream.size > 1_000) digitsByStream.clear();
    digitsByStream.set(logStreamName, digits);
  }
  return digits;
}
