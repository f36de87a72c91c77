import { DAY_MS, dayStartMs, HOUR_MS, parseUtcDate, utcDay, windowStartMs } from './window.ts';

/** More bars than these are slow to draw and too thin to point at. */
export const MAX_BARS = 150;
/** In longer ranges slots tell no details: the answer would take seconds of everybody's time. */
export const MAX_DETAILED_DAYS = 32;
/** Between two ends: a year, and the day that it is short of in a leap year. */
export const MAX_RANGE_DAYS = 366;
/** In the year 2223: days are named by four digits, and keys begin with thirteen. */
const LAST_MS = 8_000_000_000_000;

export const PRESETS = ['1h', '4h', 'day', '7d', '30d', '1y'] as const;
export type Preset = (typeof PRESETS)[number];
/** How many whole UTC days a preset is, the last one the day that it is laid on; null for hours of that day. */
const PRESET_DAYS: Readonly<Record<Preset, number | null>> = {
  '1h': null,
  '4h': null,
  day: 1,
  '7d': 7,
  '30d': 30,
  '1y': 365,
};

/** A time with two ends, in epoch milliseconds; the end is exclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range as an address names it: by a word, laid on a day or on the clock, or by its two ends. */
export type NamedRange = Preset | Span;

/** What a request asks for, parsed but not yet laid on the clock. */
export interface RangeQuery {
  /** The first millisecond of a UTC day; null for today, whichever day that is. */
  readonly dayMs: number | null;
  readonly range: NamedRange;
  /** Whole days earlier, to compare. */
  readonly shift: number;
}

/** A range of whole slots. All times are epoch milliseconds; the end is exclusive. */
export interface Range extends Span {
  /** A multiple of the window's length. */
  readonly stepSeconds: number;
  /** True when the range moves with the clock. */
  readonly live: boolean;
  /** The UTC day that the totals are of. */
  readonly dayMs: number;
}

/** Thrown for a day or a range that cannot be shown; the message says what was expected. */
export class UnknownRangeError extends Error {
  override name = 'UnknownRangeError' as const;

  constructor(
    readonly parameter: 'day' | 'range' | 'shift',
    readonly got: string,
    expected: string,
  ) {
    super(`Expected \`${parameter}\` to be ${expected}, got "${got.slice(0, 80)}"`);
  }
}

/** Parses `day=today|YYYY-MM-DD`, `range=<preset>|<fromMs>-<toMs>` and `shift=<days>`. Throws UnknownRangeError. */
export function parseRangeQuery(day: string, range: string, shift: string): RangeQuery {
  const dayMs = parseUtcDate(day);
  if (dayMs === null && day !== 'today') {
    throw new UnknownRangeError('day', day, '`today` or a day such as 2021-01-24');
  }
  if (!/^\d{1,3}$/.test(shift)) throw new UnknownRangeError('shift', shift, 'a whole number of days');
  const named = parseRange(range);
  if (named === null) {
    throw new UnknownRangeError(
      'range',
      range,
      `${PRESETS.join(', ')}, or two times in epoch milliseconds such as 1611500400000-1611504000000, at most ${MAX_RANGE_DAYS} days apart`,
    );
  }
  return { dayMs, range: named, shift: Number(shift) };
}

/** The one parse of a range, as addresses and requests spell it: a preset or `<fromMs>-<toMs>`; null for any other. */
export function parseRange(text: string): NamedRange | null {
  const preset = PRESETS.find((name) => name === text);
  if (preset !== undefined) return preset;
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  const fromMs = Number(from);
  const toMs = Number(to);
  const isShown = fromMs < toMs && toMs - fromMs <= MAX_RANGE_DAYS * DAY_MS && toMs <= LAST_MS;
  return isShown ? { fromMs, toMs } : null;
}

/** The inverse of `parseRange`. */
export function rangeText(range: NamedRange): string {
  return isSpan(range) ? `${range.fromMs}-${range.toMs}` : range;
}

/** True for a preset of several days: it shows more than the day that it is laid on. */
export function isOfMoreDays(range: NamedRange): boolean {
  return !isSpan(range) && (PRESET_DAYS[range] ?? 1) > 1;
}

/** True where slots tell details (`Detail`) when they are asked to. */
export function isDetailable({ fromMs, toMs }: Span): boolean {
  return toMs - fromMs <= MAX_DETAILED_DAYS * DAY_MS;
}

export function isSpan(range: NamedRange): range is Span {
  return typeof range !== 'string';
}

/**
 * Lays a query on the clock. A range of today ends with the open window; `1h` and `4h` of a past day end with the day's
 * last data, `lastDataMs` (a window's start; null when there is none), since its last hour is most often an empty one.
 *
 * `1h` always shows single windows, so that each can be followed: where an hour holds more than 150 of them, windows
 * shorter than 24 s, it is as many as fit.
 */
export function rangeOf(
  query: RangeQuery,
  nowMs: number,
  windowSeconds: number,
  lastDataMs: number | null,
): Range {
  const todayMs = dayStartMs(nowMs);
  const dayMs = query.dayMs ?? todayMs;
  const isToday = dayMs === todayMs;
  const unshifted = isToday || isSpan(query.range) ? nowMs : (lastDataMs ?? dayMs + DAY_MS - 1);
  const range = lay(query.range, dayMs, unshifted, windowSeconds);
  const shiftMs = query.shift * DAY_MS;
  // Windows that do not divide a day are not in the same places on the day before: the nearest ones stand in.
  const fromMs = windowStartMs(range.fromMs - shiftMs, windowSeconds);
  return {
    ...range,
    fromMs,
    toMs: fromMs + range.toMs - range.fromMs,
    live: isToday && !isSpan(query.range) && query.shift === 0,
    dayMs: dayMs - shiftMs,
  };
}

function lay(
  range: NamedRange,
  dayMs: number,
  endMs: number,
  windowSeconds: number,
): Omit<Range, 'live' | 'dayMs'> {
  const days = isSpan(range) ? null : PRESET_DAYS[range];
  if (days !== null) {
    // A window belongs to the day that it starts in.
    const fromMs = firstWindowFrom(dayMs - (days - 1) * DAY_MS, windowSeconds);
    const toMs = firstWindowFrom(dayMs + DAY_MS, windowSeconds);
    return { fromMs, toMs, stepSeconds: stepOf(toMs - fromMs, windowSeconds) };
  }
  if (!isSpan(range)) {
    const hours = range === '1h' ? 1 : 4;
    const single = range === '1h';
    const wantedMs = hours * HOUR_MS;
    const lengthMs = single ? Math.min(wantedMs, MAX_BARS * windowSeconds * 1000) : wantedMs;
    const stepSeconds = single ? windowSeconds : stepOf(lengthMs, windowSeconds);
    const stepMs = stepSeconds * 1000;
    const toMs = (Math.floor(endMs / stepMs) + 1) * stepMs;
    return { fromMs: toMs - Math.max(1, Math.round(lengthMs / stepMs)) * stepMs, toMs, stepSeconds };
  }
  // What begins and ends within a step takes one more of them.
  for (let { fromMs, toMs } = range; ; ) {
    const stepSeconds = stepOf(toMs - fromMs, windowSeconds);
    const stepMs = stepSeconds * 1000;
    fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
    toMs = Math.ceil(range.toMs / stepMs) * stepMs;
    if (toMs - fromMs <= MAX_BARS * stepMs) return { fromMs, toMs, stepSeconds };
  }
}

/** Lengths that people read on an axis without reckoning. */
const NICE_SECONDS = [
  5, 10, 15, 20, 30, 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200,
  86_400, 172_800, 259_200, 604_800,
];

/** A nice length that is so much longer than need be would leave a handful of bars. */
const MOST_TIMES = 5;

/** The smallest nice multiple of the window that needs no more than MAX_BARS bars. */
export function stepOf(lengthMs: number, windowSeconds: number): number {
  const least = lengthMs / 1000 / MAX_BARS;
  if (windowSeconds >= least) return windowSeconds;
  return (
    NICE_SECONDS.find((each) => each >= least && each < MOST_TIMES * least && each % windowSeconds === 0) ??
    Math.ceil(least / windowSeconds) * windowSeconds
  );
}

/** The start of the first window that begins at or after a moment. */
export function firstWindowFrom(timeMs: number, windowSeconds: number): number {
  return windowStartMs(timeMs + windowSeconds * 1000 - 1, windowSeconds);
}

/** The UTC days `YYYY_MM_DD` whose windows start in a range, oldest first. */
export function daysOf(fromMs: number, toMs: number): string[] {
  const days: string[] = [];
  for (let dayMs = dayStartMs(fromMs); dayMs < toMs; dayMs += DAY_MS) days.push(utcDay(dayMs));
  return days;
}
