import type { Slot, SlotState } from '../../lib/core/slot.ts';

/** The two-minute slot number `index` since the epoch. */
export function slotAt(index: number, state: SlotState, salesCents: number | null): Slot {
  return {
    startMs: index * 120_000,
    endMs: (index + 1) * 120_000,
    state,
    salesCents,
    recordCount: null,
    soFar: { recordCount: 0, salesCents: 0 },
    rejected: 0,
    minCents: null,
    maxCents: null,
    shards: [],
    objects: [],
    requests: [],
    inferred: false,
    terminatedEarly: false,
    closedWindows: state === 'closed' ? 1 : 0,
  };
}
