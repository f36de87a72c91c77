import type { Slot, SlotState } from './core/slot.ts';

/** One bar of the chart. A null amount is unknown and is drawn as a blank of its kind, never as zero. */
export interface Bar {
  readonly index: number;
  readonly startMs: number;
  readonly state: SlotState;
  readonly cents: number | null;
  readonly previousCents: number | null;
  readonly slot: Slot;
}

/** Bars in the slots' order; in `total` mode each carries the sum up to itself, as long as something is known. */
export function chartBars(
  slots: readonly Slot[],
  previous: readonly Slot[] | undefined,
  mode: 'window' | 'total',
): Bar[] {
  let sum = 0;
  let previousSum = 0;
  return slots.map((slot, index) => {
    const before = previous?.[index]?.salesCents ?? null;
    sum += slot.salesCents ?? 0;
    previousSum += before ?? 0;
    const cumulative = mode === 'total' && slot.state !== 'future' && slot.state !== 'before';
    return {
      index,
      startMs: slot.startMs,
      state: slot.state,
      cents: cumulative ? sum : slot.salesCents,
      previousCents: mode === 'total' && before !== null ? previousSum : before,
      slot,
    };
  });
}

/** One sentence that says what the chart shows. */
export function summarize(
  slots: readonly Slot[],
  words: { money: (cents: number | null) => string; time: (ms: number) => string },
): string {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return 'Nothing in this range.';
  const total = slots.reduce((sum, slot) => sum + (slot.state === 'closed' ? (slot.salesCents ?? 0) : 0), 0);
  const highest = slots.reduce(
    (best, slot) => ((slot.salesCents ?? -Infinity) > (best.salesCents ?? -Infinity) ? slot : best),
    first,
  );
  const top =
    highest.salesCents === null
      ? ''
      : `, highest ${words.money(highest.salesCents)} at ${words.time(highest.startMs)}`;
  const empty = slots.filter((slot) => slot.state === 'empty').length;
  return `${slots.length} bars from ${words.time(first.startMs)} to ${words.time(last.endMs)}, total ${words.money(total)} closed${top}, ${empty} without sales.`;
}
