/**
 * A tumbling window: start inclusive, end exclusive, both epoch milliseconds.
 * Windows are multiples of their length since the Unix epoch, so every reader finds the same ones without asking.
 */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The longest that Lambda takes: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const MAX_WINDOW_SECONDS = 900;

/** How long after its end a window without newer records may stay open: Lambda closes it "up to 2 minutes" later. */
export const MAX_IDLE_SECONDS = 120;

/** The one rounding function: the start of the window that holds a moment. `timeMs` epoch milliseconds. */
export function windowStartMs(timeMs: number, windowSeconds: number): number {
  const lengthMs = windowSeconds * 1000;
  return Math.floor(timeMs / lengthMs) * lengthMs;
}

export function windowAt(timeMs: number, windowSeconds: number): Window {
  const startMs = windowStartMs(timeMs, windowSeconds);
  return { startMs, endMs: startMs + windowSeconds * 1000 };
}

/** The last window that had ended at or before a moment: what an original result, named by its write time, is about. */
export function lastEndedWindow(timeMs: number, windowSeconds: number): Window {
  return windowAt(windowStartMs(timeMs, windowSeconds) - 1, windowSeconds);
}

/** As Lambda writes it in `event.window`: whole seconds, UTC, `2021-01-24T15:56:00Z`. */
export function windowTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, -'.000Z'.length)}Z`;
}

const WINDOW_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** The inverse of `windowTime`; null for anything else. */
export function parseWindowTime(text: unknown): number | null {
  if (typeof text !== 'string' || !WINDOW_TIME.test(text)) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** The first millisecond of the UTC day of a moment. */
export function dayStartMs(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS;
}

/** The UTC day of a moment as the partitions spell it: `2021_01_24`. */
export function utcDay(timeMs: number): string {
  if (!(timeMs >= lastDay.fromMs && timeMs < lastDay.fromMs + DAY_MS)) {
    lastDay = { fromMs: dayStartMs(timeMs), day: utcDate(timeMs).replaceAll('-', '_') };
  }
  return lastDay.day;
}

/** Of a year's keys each names its day and the time of its window, and hundreds in a row the same one. */
let lastDay = { fromMs: 0, day: '1970_01_01' };
let lastParsed = { day: '1970_01_01', timeMs: 0 };

/** The UTC day of a moment as addresses and people spell it: `2021-01-24`. */
export function utcDate(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The first millisecond of a UTC day `YYYY_MM_DD`; null when there is no such day. */
export function parseUtcDay(day: string): number | null {
  if (day === lastParsed.day) return lastParsed.timeMs;
  if (!/^\d{4}_\d\d_\d\d$/.test(day)) return null;
  const timeMs = Date.parse(`${day.replaceAll('_', '-')}T00:00:00Z`);
  if (Number.isNaN(timeMs) || utcDay(timeMs) !== day) return null;
  lastParsed = { day, timeMs };
  return timeMs;
}

/** The same of a day `YYYY-MM-DD`, the inverse of `utcDate`. */
export function parseUtcDate(day: string): number | null {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? parseUtcDay(day.replaceAll('-', '_')) : null;
}
