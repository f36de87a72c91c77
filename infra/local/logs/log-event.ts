import { seal, unseal } from '../sealed-text.ts';

/** One line of a log stream. */
export interface LogEvent {
  readonly logStreamName: string;
  /** When it happened, epoch milliseconds. */
  readonly timestamp: number;
  /** When it was stored, epoch milliseconds. */
  readonly ingestionTime: number;
  /** Its number in the stream, from 0; paging tokens refer to it. */
  readonly n: number;
  readonly message: string;
}

export function serializeLogEvent({ timestamp, ingestionTime, logStreamName, n, message }: LogEvent): string {
  return seal(JSON.stringify({ timestamp, ingestionTime, logStreamName, n, message }));
}

/** Null for anything that is not a whole event as it was written: a line that is torn or damaged is no event. */
export function parseLogEvent(line: string): LogEvent | null {
  if (!line.endsWith('}')) return null;
  try {
    const value: unknown = JSON.parse(unseal(line));
    if (!isLogEvent(value)) return null;
    const { timestamp, ingestionTime, logStreamName, n, message } = value;
    return { timestamp, ingestionTime, logStreamName, n, message };
  } catch {
    return null;
  }
}

function isLogEvent(value: unknown): value is LogEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event: Partial<Record<keyof LogEvent, unknown>> = value;
  return (
    typeof event.timestamp === 'number' &&
    typeof event.ingestionTime === 'number' &&
    typeof event.logStreamName === 'string' &&
    typeof event.n === 'number' &&
    typeof event.message === 'string'
  );
}

/** What happened first comes first; within a millisecond and a stream, what was written first. */
export function inOrder(a: LogEvent, b: LogEvent): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.logStreamName === b.logStreamName) return a.n - b.n;
  return a.ingestionTime - b.ingestionTime || (a.logStreamName < b.logStreamName ? -1 : 1);
}
