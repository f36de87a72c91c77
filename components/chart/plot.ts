import { type Scale, settingStep } from '@/components/chart/scale';

/** Where the plot lies in its box, in CSS pixels: fixed, so that overlays need not ask the chart. */
export const PLOT = { left: 56, right: 12, top: 24, bottom: 44 } as const;
export const MAX_BAR_PX = 28;

/** As wide as a letter of a 12 px label gets on average, with room to spare. */
const LETTER_PX = 6.75;

/** The x of a centred label of 12 px, moved no further than it must be to stand within the box. */
export function withinBox(x: number, label: string, boxWidth: number): number {
  const half = (label.length * LETTER_PX) / 2;
  return Math.max(half, Math.min(x, boxWidth - half));
}

/** The bar under a point, `x` pixels from the box's left edge; null outside the plot. */
export function barAt(x: number, boxWidth: number, count: number): number | null {
  const width = boxWidth - PLOT.left - PLOT.right;
  const within = x - PLOT.left;
  if (count === 0 || width <= 0 || within < 0 || within >= width) return null;
  return Math.min(count - 1, Math.floor((within / width) * count));
}

/** The bar nearest to a point, for a drag that leaves the plot. */
export function nearestBar(x: number, boxWidth: number, count: number): number {
  const width = Math.max(1, boxWidth - PLOT.left - PLOT.right);
  return Math.max(0, Math.min(count - 1, Math.floor(((x - PLOT.left) / width) * count)));
}

/** The amount at a height, `y` pixels from the box's top edge, kept within the scale and rounded to steps of a setting. */
export function centsAt(y: number, boxHeight: number, scale: Scale): number {
  const height = Math.max(1, boxHeight - PLOT.top - PLOT.bottom);
  const share = Math.min(1, Math.max(0, 1 - (y - PLOT.top) / height));
  const step = settingStep(scale);
  return Math.max(0, Math.round((scale.bottom + share * (scale.top - scale.bottom)) / step) * step);
}

/** The place of some bars, without knowing the box's width. */
export function across(a: number, b: number, count: number): { left: string; width: string } {
  const first = Math.min(a, b);
  const plot = `(100% - ${PLOT.left + PLOT.right}px)`;
  return {
    left: `calc(${PLOT.left}px + ${plot} * ${first / count})`,
    width: `calc(${plot} * ${(Math.abs(a - b) + 1) / count})`,
  };
}

/** On the side of the bar that has more room. */
export function beside(index: number, count: number): { left: string } | { right: string } {
  const plot = `(100% - ${PLOT.left + PLOT.right}px)`;
  return index < count / 2
    ? { left: `calc(${PLOT.left + 12}px + ${plot} * ${(index + 1) / count})` }
    : { right: `calc(${PLOT.right + 12}px + ${plot} * ${(count - index) / count})` };
}
