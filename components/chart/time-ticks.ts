/** A label on the time axis. */
export interface TimeTick {
  readonly startMs: number;
  /** True for the first label and for the first one of another day: it carries the date. */
  readonly dated: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances that people read without reckoning. */
const DISTANCES = [
  ...[5_000, 10_000, 15_000, 30_000],
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY],
];

/**
 * Labels at round times of the shown zone, about `most` of them at most: each on the first slot at or after its time.
 * `offsetMs`: how far the zone is ahead of UTC at a moment; it may change within the range.
 */
export function timeTicks(
  slots: readonly { readonly startMs: number; readonly endMs: number }[],
  offsetMs: (ms: number) => number,
  most: number,
): TimeTick[] {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return [];
  const wide = DISTANCES.filter((each) => (last.endMs - first.startMs) / each <= most);
  // Distances of whole slots are even ones; slots of an odd length have none.
  const least = wide[0] ?? 31 * DAY;
  const stepMs = first.endMs - first.startMs;
  const distance = wide.find((each) => each % stepMs === 0 && each <= 3 * least) ?? least;
  const wall = (ms: number) => ms + offsetMs(ms);
  const starts = slots
    .map((slot) => slot.startMs)
    .filter((ms, index) => {
      const at = wall(ms);
      const before = slots[index - 1];
      if (before === undefined) return at % distance === 0;
      const was = wall(before.startMs);
      // When the clocks go back, the hour that comes again is named again.
      return at < was || Math.floor(at / distance) !== Math.floor(was / distance);
    });
  // A range shorter than one distance has no round time in it: its beginning then says when it is.
  const shown = starts.length === 0 ? [first.startMs] : starts;
  return shown.map((startMs, index) => {
    const before = shown[index - 1];
    return {
      startMs,
      dated: before === undefined || Math.floor(wall(startMs) / DAY) !== Math.floor(wall(before) / DAY),
    };
  });
}
