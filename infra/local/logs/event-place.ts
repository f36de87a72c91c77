import { createHash } from 'node:crypto';
import type { LogEvent } from './log-event.ts';
import { invalidToken } from './operation.ts';

/** Where GetLogEvents goes on: after (f) or before (b) the event with the number. */
export interface Cursor {
  readonly direction: 'f' | 'b';
  readonly n: number;
}

export function cursorToken({ direction, n }: Cursor): string {
  return `${direction}/${String(n).padStart(56, '0')}`;
}

/** Throws LogsError InvalidParameterException. */
export function parseCursor(token: string): Cursor {
  const [, direction, n] = /^([fb])\/(\d{56})$/.exec(token) ?? [];
  if (n === undefined) throw invalidToken();
  return { direction: direction === 'f' ? 'f' : 'b', n: Number(n) };
}

/** The events after or before the cursor's; without a cursor the oldest or the newest ones. */
export function pageAt(
  events: readonly LogEvent[],
  cursor: Cursor | null,
  fromHead: boolean,
  limit: number,
): readonly LogEvent[] {
  if (cursor === null) return fromHead ? events.slice(0, limit) : events.slice(-limit);
  const at = events.findIndex(({ n }) => n === cursor.n);
  if (cursor.direction === 'f') {
    // The event itself may have been dropped meanwhile: then go on with what was written after it.
    const rest = at === -1 ? events.filter(({ n }) => n > cursor.n) : events.slice(at + 1);
    return rest.slice(0, limit);
  }
  const before = at === -1 ? events.filter(({ n }) => n < cursor.n) : events.slice(0, at);
  return before.slice(-limit);
}

/** Where FilterLogEvents goes on: after this event. */
export interface Position {
  readonly timestamp: number;
  readonly eventId: string;
}

export function positionToken(event: LogEvent): string {
  return Buffer.from(`${event.timestamp}/${eventId(event)}`).toString('base64url');
}

/** Throws LogsError InvalidParameterException. */
export function parsePosition(token: string): Position {
  const [, timestamp, id] = /^(\d+)\/(\d{56})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (id === undefined) throw invalidToken();
  return { timestamp: Number(timestamp), eventId: id };
}

/** 56 digits: the time, the stream, the number in the stream. */
export function eventId({ timestamp, logStreamName, n }: LogEvent): string {
  return `3${String(timestamp).padStart(15, '0')}${streamDigits(logStreamName)}${String(n).padStart(20, '0')}`;
}

const digitsByStream = new Map<string, string>();
const MOST_REMEMBERED = 1_000;

function streamDigits(logStreamName: string): string {
  const known = digitsByStream.get(logStreamName);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(logStreamName).digest('hex').slice(0, 20);
  const digits = String(BigInt(`0x${digest}`) % 10n ** 20n).padStart(20, '0');
  if (digitsByStream.size > MOST_REMEMBERED) digitsByStream.clear();
  digitsByStream.set(logStreamName, digits);
  return digits;
}
