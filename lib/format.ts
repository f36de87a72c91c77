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
  readonly zoneName: (ms: number) => string;
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
  const zoneName = (ms: number) =>
    zones.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const time = (ms: number) => (ms % 60_000 === 0 ? minutes : seconds).format(ms);
  return {
    money: (cents) => (cents === null ? UNKNOWN : (cents % 100 === 0 ? whole : exact).format(cents / 100)),
    moneyShort: (cents) => short.format(cents / 100),
    count: (count) => (count === null ? UNKNOWN : counts.format(count)),
    time,
    // When the clocks go back within a range, the two ends need their zones to be told apart.
    range: (startMs, endMs) =>
      zoneName(startMs) === zoneName(endMs)
        ? `${time(startMs)}–${time(endMs)}`
        : `${time(startMs)} ${zoneName(startMs)}–${time(endMs)} ${zoneName(endMs)}`,
    day: (ms) => dates.format(ms),
    zoneName,
  };
}

/** Seconds as m:ss, never below 0:00. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
