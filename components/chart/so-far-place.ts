/** The width of "so far" with some room at its sides, in CSS pixels. */
const LABEL_PX = 44;
/** Between a bar and the letters over it. */
const GAP_PX = 8;
/** From here on the letters are so far above their bar that a line must lead down to it. */
const FAR_PX = 20;

export interface SoFarPlace {
  /** The label's baseline. It stands in the middle over the bar, starts at its left edge, or ends at its right one. */
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** A line from the label down to the bar; null when the label lies right over it. */
  readonly leader: { readonly fromY: number; readonly toY: number } | null;
}

export interface BarsInPixels {
  /** The y of the highest mark of each bar; `base` where nothing stands. */
  readonly tops: readonly number[];
  readonly base: number;
  /** Of a bar's place, the gap to the next one included. */
  readonly each: number;
  /** Of a bar itself. */
  readonly width: number;
}

/**
 * Where "so far" stands: right over the open bar where it fits between its neighbours; else over the blank to its right,
 * where there is one; else over the bars to its left, above all that it would lie on, with a line down to its own.
 */
export function soFarPlace(open: number, { tops, base, each, width }: BarsInPixels): SoFarPlace {
  const top = tops[open] ?? base;
  if (LABEL_PX / 2 <= each - width / 2) return { y: top - GAP_PX, anchor: 'middle', leader: null };
  const reach = Math.ceil(LABEL_PX / each) - 1;
  const right = tops.slice(open + 1, open + 1 + reach);
  if (right.length === reach && right.every((y) => y === base)) {
    return { y: top - GAP_PX, anchor: 'start', leader: null };
  }
  const y = Math.min(top, ...tops.slice(Math.max(0, open - reach), open)) - GAP_PX;
  const isFar = top - y > FAR_PX;
  return { y, anchor: 'end', leader: isFar ? { fromY: y + 4, toY: top - 3 } : null };
}
