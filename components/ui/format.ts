import { MAX_CENTS } from '@/lib/core/cents';
import { counted } from '@/lib/core/counted';
import { HOUR_MS } from '@/lib/core/window';

/** The one place where money, counts and times become words, so that no two panels can disagree. */
export type Zone = 'utc' | 'local';

export interface Format {
  /** Integer cents in full; an amount that is unknown, or a sum beyond what cents say exactly, is a dash, never zero. */
  readonly money: (cents: number | null) => string;
  readonly moneyShort: (cents: number) => string;
  readonly count: (count: number | null) => string;
  /** With its noun: `1 record`, `226 records`. */
  readonly records: (count: number | null) => string;
  readonly time: (ms: number) => string;
  /** Both ends with seconds as soon as one of them has some. */
  readonly range: (startMs: number, endMs: number) => string;
  readonly day: (ms: number) => string;
  /** A partition's day is a UTC day, in whatever zone times are shown. */
  readonly utcDay: (ms: number) => string;
  /** Always with seconds. */
  readonly clock: (ms: number) => string;
  /** A difference in cents, with its sign. */
  readonly change: (cents: number) => string;
  /** A share as a whole percentage with its sign. */
  readonly percent: (share: number) => string;
  readonly zoneName: (ms: number) => string;
  /** The zone in a sentence: `UTC`, `local time (GMT+1)`. */
  readonly zoneWords: (ms: number) => string;
  /** How far the shown zone is ahead of UTC at a moment, in milliseconds. */
  readonly offsetMs: (ms: number) => number;
}

const UNKNOWN = '–';

/** `locale` is a language tag; the browser's own by default, and English when it is unknown. `localZone` is an IANA name, given by tests; the browser's own by default. Throws RangeError on an unknown currency. */
export function createFormat(options: {
  currency: string;
  zone: Zone;
  locale?: string | undefined;
  localZone?: string;
}): Format {
  const locale = knownLocale(options.locale);
  const timeZone = options.zone === 'utc' ? 'UTC' : options.localZone;
  const at = timeZone === undefined ? {} : { timeZone };
  const currency = { style: 'currency', currency: options.currency } as const;
  const whole = new Intl.NumberFormat(locale, {
    ...currency,
    minimumFractionDigits: 0,
    maximumFractionDigits: 0,
  });
  const exact = new Intl.NumberFormat(locale, { ...currency, minimumFractionDigits: 2 });
  const short = new Intl.NumberFormat(locale, {
    ...currency,
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  });
  const counts = new Intl.NumberFormat(locale);
  const minutes = new Intl.DateTimeFormat(locale, {
    ...at,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const seconds = new Intl.DateTimeFormat(locale, {
    ...at,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const dates = new Intl.DateTimeFormat(locale, { ...at, weekday: 'short', day: 'numeric', month: 'short' });
  const zones = new Intl.DateTimeFormat(locale, { ...at, timeZoneName: 'short' });
  const offsets = new Intl.DateTimeFormat('en', { ...at, timeZoneName: 'longOffset' });
  const percents = new Intl.NumberFormat(locale, { style: 'percent', signDisplay: 'exceptZero' });
  const zoneName = (ms: number) =>
    zones.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const isWhole = (ms: number) => ms % 60_000 === 0;
  const time = (ms: number) => (isWhole(ms) ? minutes : seconds).format(ms);
  const utcDays = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
  const money = (cents: number) => (cents % 100 === 0 ? whole : exact).format(cents / 100);
  return {
    money: (cents) => (cents === null || Math.abs(cents) > MAX_CENTS ? UNKNOWN : money(cents)),
    moneyShort: (cents) => short.format(cents / 100),
    count: (count) => (count === null ? UNKNOWN : counts.format(count)),
    records: (count) =>
      count === null ? `${UNKNOWN} records` : counted(count, 'record', 'records', counts.format),
    time,
    // When the clocks go back within a range, the two ends need their zones to be told apart.
    range: (startMs, endMs) => {
      const { format } = isWhole(startMs) && isWhole(endMs) ? minutes : seconds;
      return zoneName(startMs) === zoneName(endMs)
        ? `${format(startMs)}–${format(endMs)}`
        : `${format(startMs)} ${zoneName(startMs)}–${format(endMs)} ${zoneName(endMs)}`;
    },
    day: (ms) => dates.format(ms),
    utcDay: (ms) => utcDays.format(ms),
    clock: (ms) => seconds.format(ms),
    change: (cents) => `${cents > 0 ? '+' : cents < 0 ? '−' : '±'}${money(Math.abs(cents))}`,
    percent: (share) => percents.format(share),
    zoneName,
    zoneWords: (ms) => (options.zone === 'utc' ? 'UTC' : `local time (${zoneName(ms)})`),
    offsetMs: (ms) => offsetOf(offsets.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value),
  };
}

/** `GMT`, `GMT+05:30` or `GMT-03:30:52` in milliseconds. */
function offsetOf(name = ''): number {
  const [, sign, hours, minutes, seconds] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
  if (sign === undefined) return 0;
  const ms = Number(hours) * HOUR_MS + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1000;
  return sign === '-' ? -ms : ms;
}

/** Seconds as m:ss, never below 0:00. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

/** A length as people say it on a switch: `2 min`, `6 s`. */
export function lengthShort(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function knownLocale(tag = typeof navigator === 'undefined' ? 'en' : navigator.language): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
