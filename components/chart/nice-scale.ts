/** The y axis: from zero, in four steps or so that people count in. Amounts are cents. */
export interface Scale {
  readonly bottom: number;
  readonly top: number;
  /** Ascending, from bottom to top: a grid line each. */
  readonly ticks: readonly number[];
}

const NICE = [1, 2, 2.5, 5, 10];
const STEPS = 4;
/** One unit of money: an axis in fractions of it would only repeat its labels. */
const LEAST_STEP = 100;

/** The smallest nice scale that holds the amounts and zero. */
export function niceScale(amounts: Iterable<number>): Scale {
  let least = 0;
  let most = 0;
  for (const amount of amounts) {
    least = Math.min(least, amount);
    most = Math.max(most, amount);
  }
  return scaleOf(least, most);
}

/** An axis that jumps cannot be read: within one range it only ever grows. */
export function growScale(before: Scale | null, after: Scale): Scale {
  if (before === null) return after;
  if (after.bottom >= before.bottom && after.top <= before.top) return before;
  return scaleOf(Math.min(before.bottom, after.bottom), Math.max(before.top, after.top));
}

function scaleOf(least: number, most: number): Scale {
  const step = niceStep((most - least) / STEPS);
  const bottom = Math.floor(least / step) * step;
  const count = Math.max(STEPS, Math.ceil((most - bottom) / step));
  const ticks = Array.from({ length: count + 1 }, (_, index) => bottom + index * step);
  return { bottom, top: bottom + count * step, ticks };
}

function niceStep(least: number): number {
  if (least <= LEAST_STEP) return LEAST_STEP;
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return (NICE.find((nice) => nice * magnitude >= least) ?? 10) * magnitude;
}
