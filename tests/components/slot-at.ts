import type { Slot, SlotState } from '../../lib/core/slot.ts';
import { slot, W } from './slots.ts';

/** The two-minute slot number `index` since the epoch; how many records it has does not matter. */
export function slotAt(index: number, state: SlotState, salesCents: number | null): Slot {
  return slot(0, state, { startMs: index * W, endMs: (index + 1) * W, salesCents, recordCount: null });
}
