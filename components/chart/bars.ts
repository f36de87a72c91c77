import { MEASURES, type Measure, runningTotals } from '@/components/ui/measures';
import type { Share, SplitPart } from '@/components/ui/split';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot, SlotState } from '@/lib/core/slot';
import { DAY_MS } from '@/lib/core/window';

/** One place of the chart, in cents or counts, as its measure is. A null value is unknown and is drawn as a blank of its kind, never as zero. */
export interface Bar {
  readonly index: number;
  /** How many places there are. */
  readonly count: number;
  readonly startMs: number;
  readonly state: SlotState;
  readonly value: number | null;
  /** Of the day before, at the same time. */
  readonly previous: number | null;
  /** What it is split into, in the order of `BarOptions`; empty when it is drawn whole. */
  readonly parts: readonly number[];
  /** How many places it takes: a window that is longer than those beside it takes those that lie in it, too. */
  readonly span: number;
  /** The bar that this place belongs to: itself, or the longer window that holds it. */
  readonly owner: number;
  readonly isOver: boolean;
  readonly slot: Slot;
}

export interface BarOptions {
  /** Sales by default. */
  readonly measure?: Measure;
  readonly mode: 'window' | 'total';
  /** The same range a day earlier. */
  readonly previous?: Pick<WindowsAnswer, 'fromMs' | 'stepSeconds' | 'slots'> | null;
  /** Of which bars are made; none when they are whole. */
  readonly split?: readonly SplitPart[];
  /** What a settled or growing amount of as much or more is marked for. */
  readonly limitCents?: number | null;
}

const WAITING_STATES: ReadonlySet<SlotState> = new Set(['open', 'closing', 'late']);

/** Not final yet, and to be heard of again. */
export function isWaiting(state: SlotState): boolean {
  return WAITING_STATES.has(state);
}

/** Bars in the slots' order; in `total` mode each carries the sum up to itself, as long as something is known. */
export function chartBars(
  slots: readonly Slot[],
  { measure = MEASURES.sales, mode, previous = null, split = [], limitCents = null }: BarOptions,
): Bar[] {
  const totals = mode === 'total' ? runningTotals(slots, measure) : null;
  let previousSum = 0;
  let owner = 0;
  const isSplit = mode === 'window' && split.length > 0;
  return slots.map((slot, index) => {
    const own = measure.of(slot);
    const day = previous && previousOf(slot, previous);
    const before = day && measure.of(day);
    previousSum += before ?? 0;
    const value = totals === null ? own : (totals[index] ?? null);
    // The first place of a range may lie in a window that began before it.
    if (slot.state !== 'within' || index === 0) owner = index;
    return {
      index,
      count: slots.length,
      startMs: slot.startMs,
      state: slot.state,
      value,
      previous: mode === 'total' && before !== null ? previousSum : before,
      parts:
        isSplit && own !== null && !isWaiting(slot.state)
          ? split.map(({ of }) => shareIn(of(slot), measure))
          : [],
      span: placesOf(slots, index),
      owner,
      isOver: limitCents !== null && value !== null && value >= limitCents,
      slot,
    };
  });
}

/** By time and not by place: while the range moves on, the day before may still be a window behind. */
function previousOf(
  slot: Slot,
  previous: Pick<WindowsAnswer, 'fromMs' | 'stepSeconds' | 'slots'>,
): Slot | null {
  const place = Math.round((slot.startMs - DAY_MS - previous.fromMs) / (previous.stepSeconds * 1000));
  return previous.slots[place] ?? null;
}

function shareIn(share: Share | null, measure: Measure): number {
  return (share && measure.of(share)) ?? 0;
}

function placesOf(slots: readonly Slot[], index: number): number {
  let span = 1;
  while (slots[index]?.state !== 'within' && slots[index + span]?.state === 'within') span += 1;
  return span;
}
