/**
 * Preloaded by `node --import`: this process's wall clock runs CLOCK_SHIFT_MS ahead. For what only a time of day shows,
 * such as midnight; monotonic clocks and timers stay as they are.
 */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  /** @param {unknown[]} parts */
  constructor(...parts) {
    // @ts-expect-error: the overloads of Date take no array
    super(...(parts.length === 0 ? [RealDate.now() + shiftMs] : parts));
  }

  // Next.js copies what is the constructor's own.
  static parse = RealDate.parse;
  static UTC = RealDate.UTC;

  static now() {
    return RealDate.now() + shiftMs;
  }
};
