/** The one place where money, counts and times become words, so that no two panels can disagree. */
export type Zone = 'utc' | 'local';

export interface Format {
  /** Integer cents in full; an unknown amount is a dash, never zero. */
  readonly money: (cents: number | null) => string;
  readonly moneyShort: (cents: number) => string;
  readonly count: (count: number | null) => string;
  readonly time: (ms: number) => string;
  readonly range: (startMs: number, endMs: number) => string;
  readonly day: (ms: number) => string;
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

/** `localZone` is an IANA name, given by tests; the browser's own by default. Throws RangeError on an unknown currency. */
export function createFormat(options: {
  currency: string;
  zone: Zone;
  locale?: string;
  localZone?: string;
}): Format {
  const locale = options.locale ?? 'en';
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
  const time = (ms: number) => (ms % 60_000 === 0 ? minutes : seconds).format(ms);
  const money = (cents: number) => (cents % 100 === 0 ? whole : exact).format(cents / 100);
  return {
    money: (cents) => (cents === null ? UNKNOWN : money(cents)),
    moneyShort: (cents) => short.format(cents / 100),
    count: (count) => (count === null ? UNKNOWN : counts.format(count)),
    time,
    // When the clocks go back within a range, the two ends need their zones to be told apart.
    range: (startMs, endMs) =>
      zoneName(startMs) === zoneName(endMs)
        ? `${time(startMs)}–${time(endMs)}`
        : `${time(startMs)} ${zoneName(startMs)}–${time(endMs)} ${zoneName(endMs)}`,
    day: (ms) => dates.format(ms),
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
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1000;
  return sign === '-' ? -ms : ms;
}

/** Seconds as m:ss, never below 0:00. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
