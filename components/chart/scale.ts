import { useState } from 'react';

/** The y axis: from zero, in four steps or so that people count in. Amounts are cents. */
export interface Scale {
  readonly bottom: number;
  readonly top: number;
  /** Ascending, from bottom to top: a grid line each. */
  readonly ticks: readonly number[];
}

const NICE = [1, 2, 2.5, 5, 10];
const STEPS = 4;
/** One unit of money, in cents. */
const MONEY_STEP = 100;

/** The smallest nice scale that holds the amounts and zero. `leastStep`: the least step, below which labels would only repeat. */
export function niceScale(amounts: Iterable<number>, leastStep = MONEY_STEP): Scale {
  let least = 0;
  let most = 0;
  for (const amount of amounts) {
    least = Math.min(least, amount);
    most = Math.max(most, amount);
  }
  return scaleOf(least, most, leastStep);
}

/**
 * An axis that jumps cannot be read: it grows as it must, and shrinks only when less than half of it is needed, as after
 * the one large bar has left the range.
 */
export function keptScale(before: Scale | null, wanted: Scale): Scale {
  if (before === null) return wanted;
  const fits = wanted.bottom >= before.bottom && wanted.top <= before.top;
  const kept = fits
    ? before
    : scaleOf(Math.min(before.bottom, wanted.bottom), Math.max(before.top, wanted.top), 1);
  return heightOf(wanted) < heightOf(kept) / 2 ? wanted : kept;
}

/** Of the same range, shown in the same way as long as `key` is the same, the scale is kept while it can be. */
export function useKeptScale(wanted: Scale, key: string): Scale {
  const [kept, setKept] = useState({ key, scale: wanted });
  const scale = kept.key === key ? keptScale(kept.scale, wanted) : wanted;
  if (kept.key !== key || scale !== kept.scale) setKept({ key, scale });
  return scale;
}

/** What a hand that sets an amount moves it by: about a hundredth of the axis, in numbers that people count in. */
export function settingStep({ bottom, top }: Scale): number {
  return niceStep((top - bottom) / 100, MONEY_STEP);
}

function heightOf({ bottom, top }: Scale): number {
  return top - bottom;
}

function scaleOf(least: number, most: number, leastStep: number): Scale {
  const step = niceStep((most - least) / STEPS, leastStep);
  const bottom = Math.floor(least / step) * step;
  const count = Math.max(STEPS, Math.ceil((most - bottom) / step));
  const ticks = Array.from({ length: count + 1 }, (_, index) => bottom + index * step);
  return { bottom, top: bottom + count * step, ticks };
}

function niceStep(least: number, leastStep: number): number {
  if (least <= leastStep) return leastStep;
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return (
    (NICE.find((nice) => nice * magnitude >= least && (nice * magnitude) % leastStep === 0) ?? 10) * magnitude
  );
}
