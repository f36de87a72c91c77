import type { WindowsAnswer } from '../../../lib/contract/answers.ts';
import type { Slot } from '../../../lib/core/slot.ts';

/** 24 January 2021, 15:56 UTC */
export const T = 1_611_503_760_000;
export const W = 120_000;

/** A live answer of single windows from a moment on, with these sales as far as they go. */
export function answerOf(
  version: string,
  fromMs: number,
  length: number,
  sales: readonly (number | null)[],
): WindowsAnswer {
  const slots = Array.from({ length }, (_, index) => slotOf(fromMs + index * W, sales[index] ?? null));
  const total = { salesCents: 0, recordCount: 0, rejected: 0, closedWindows: 0, lack: null };
  return {
    serverNowMs: fromMs,
    version,
    windowSeconds: 120,
    idleSeconds: 1,
    fromMs,
    toMs: fromMs + length * W,
    live: true,
    stepSeconds: 120,
    slots,
    dayTotal: total,
    previousDayTotal: null,
    open: slotOf(fromMs + (length - 1) * W, null),
    newest: null,
    daySpread: null,
    readMs: fromMs,
    reading: null,
    problem: null,
    malformed: [],
  };
}

function slotOf(startMs: number, salesCents: number | null): Slot {
  return {
    startMs,
    endMs: startMs + W,
    state: salesCents === null ? 'open' : 'closed',
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
    closedWindows: 0,
    lack: null,
  };
}
