import type { WindowsAnswer } from '@/lib/contract/answers';
import { DAY_MS } from '@/lib/core/range';
import type { Slot, SlotState } from '@/lib/core/slot';

/** One bar of the chart. A null amount is unknown and is drawn as a blank of its kind, never as zero. */
export interface Bar {
  readonly index: number;
  readonly startMs: number;
  readonly state: SlotState;
  readonly cents: number | null;
  readonly previousCents: number | null;
  /** The bar's parts by shard, in the order of `shardsOf`; empty when it is drawn whole. */
  readonly stack: readonly { readonly shard: number; readonly cents: number }[];
  readonly slot: Slot;
}

export interface BarOptions {
  readonly mode: 'window' | 'total';
  /** The same range a day earlier. */
  readonly previous?: Pick<WindowsAnswer, 'fromMs' | 'stepSeconds' | 'slots'> | undefined;
  /** Shard ids to split by, as `shardsOf` orders them; none splits nothing. */
  readonly shards?: readonly (string | null)[];
}

/** Bars in the slots' order; in `total` mode each carries the sum up to itself, as long as something is known. */
export function chartBars(slots: readonly Slot[], { mode, previous, shards = [] }: BarOptions): Bar[] {
  let sum = 0;
  let previousSum = 0;
  const split = mode === 'window' && shards.length > 1;
  return slots.map((slot, index) => {
    const before = previousOf(slot, previous)?.salesCents ?? null;
    sum += slot.salesCents ?? 0;
    previousSum += before ?? 0;
    const cumulative = mode === 'total' && slot.state !== 'future' && slot.state !== 'before';
    return {
      index,
      startMs: slot.startMs,
      state: slot.state,
      cents: cumulative ? sum : slot.salesCents,
      previousCents: mode === 'total' && before !== null ? previousSum : before,
      stack: split && slot.salesCents !== null ? stackOf(slot, shards) : [],
      slot,
    };
  });
}

/** By time and not by place: while the range moves on, the day before may still be a window behind. */
function previousOf(slot: Slot, previous: BarOptions['previous']): Slot | undefined {
  if (previous === undefined) return undefined;
  return previous.slots[
    Math.round((slot.startMs - DAY_MS - previous.fromMs) / (previous.stepSeconds * 1000))
  ];
}

function stackOf(slot: Slot, shards: readonly (string | null)[]): Bar['stack'] {
  return slot.shards.map(({ shardId, salesCents }) => ({
    shard: shards.indexOf(shardId),
    cents: salesCents,
  }));
}

/** The shards that the slots name, ascending. */
export function shardsOf(slots: readonly Slot[]): (string | null)[] {
  const ids = new Set(slots.flatMap((slot) => slot.shards.map((share) => share.shardId)));
  return [...ids].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
}

/** Indexes of the bars whose settled or growing amount has reached the limit. */
export function barsOver(bars: readonly Bar[], limitCents: number | null): number[] {
  if (limitCents === null) return [];
  return bars.flatMap((bar) => (bar.cents !== null && bar.cents >= limitCents ? [bar.index] : []));
}
