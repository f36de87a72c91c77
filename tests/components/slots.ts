import type { Click } from '../../lib/contract/click.ts';
import type { Slot, SlotState } from '../../lib/core/slot.ts';

/** 24 January 2021, 15:56 UTC: the start of a window of two minutes. */
export const T = 1_611_503_760_000;
export const W = 120_000;

/** The window `index` after T; unknown unless it is given sales. */
export function slot(index: number, state: SlotState, rest: Partial<Slot> = {}): Slot {
  return {
    startMs: T + index * W,
    endMs: T + (index + 1) * W,
    state,
    salesCents: state === 'empty' ? 0 : null,
    recordCount: state === 'empty' ? 0 : null,
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
    lack: null,
    ...rest,
  };
}

/** Sent in the window `index` after T: so many records of 1 each; `shares` says where they are. */
export function click(
  index: number,
  recordCount: number,
  shares: readonly (readonly [window: number, recordCount: number, counted: boolean])[],
  overdue = false,
): Click {
  const sentMs = T + index * W + 1000;
  return {
    id: `click-${index}`,
    place: 'here',
    sentMs,
    durationMs: 100,
    receipt: {
      requestId: `request-${index}`,
      sentMs,
      durationMs: 100,
      recordCount,
      salesCents: recordCount * 100,
      complete: true,
      errorMessage: null,
      raw: '{}',
    },
    problem: null,
    overdue,
    shares: shares.map(([window, count, counted]) => ({
      startMs: T + window * W,
      endMs: T + (window + 1) * W,
      recordCount: count,
      salesCents: count * 100,
      counted,
      keys: ['key'],
    })),
  };
}
