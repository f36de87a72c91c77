import { LATE_MS } from '../core/slot.ts';
import { DAY_MS, windowAt, windowStartMs } from '../core/window.ts';
import type { Problem, Receipt, TracesAnswer } from './answers.ts';

/** One press of the button, and what has become of it. Kept by the browser that pressed. */
export interface Click {
  readonly id: string;
  /** Which pipeline it went to: receipts of one account or data folder say nothing about another. */
  readonly place: string;
  readonly sentMs: number;
  readonly durationMs: number;
  /** What the producer answered; null when it failed. */
  readonly receipt: Receipt | null;
  readonly problem: Problem | null;
  /** Where its records were when last looked for, by window. */
  readonly shares: readonly Share[];
  /** True when they were looked for after all their results had been due. */
  readonly overdue: boolean;
}

/** Records of one click in one window: final when counted, else so far in an open snapshot. */
export interface Share {
  readonly startMs: number;
  readonly endMs: number;
  readonly recordCount: number;
  readonly salesCents: number;
  readonly counted: boolean;
  readonly keys: readonly string[];
}

export interface Sums {
  readonly recordCount: number;
  readonly salesCents: number;
}

/** Records stay in the stream for a day, and a receipt is of interest for some days more. */
export const MAX_TRACE_AGE_MS = 7 * DAY_MS;
/** Request ids in one question. */
export const MAX_TRACED = 100;

export interface WindowTimes {
  readonly windowSeconds: number;
  readonly idleSeconds: number;
}

/** The traces of one request id, its shards' parts added up; ascending by window, counted before so far. */
export function sharesOf(trace: TracesAnswer['traces'][string]): Share[] {
  const shares = new Map<string, Share>();
  for (const { key, ...part } of trace) {
    const name = `${part.startMs} ${part.counted}`;
    const known = shares.get(name);
    shares.set(name, {
      ...part,
      recordCount: part.recordCount + (known?.recordCount ?? 0),
      salesCents: part.salesCents + (known?.salesCents ?? 0),
      keys: [...(known?.keys ?? []), key],
    });
  }
  return [...shares.values()].sort((a, b) => a.startMs - b.startMs || Number(b.counted) - Number(a.counted));
}

/** What the stream took, and how much of that has been seen where. */
export function progressOf({ receipt, shares }: Pick<Click, 'receipt' | 'shares'>): {
  readonly sent: Sums;
  readonly counted: Sums;
  readonly soFar: Sums;
} {
  const add = (counted: boolean) => {
    const some = shares.filter((share) => share.counted === counted);
    return {
      recordCount: some.reduce((sum, share) => sum + share.recordCount, 0),
      salesCents: some.reduce((sum, share) => sum + share.salesCents, 0),
    };
  };
  const sent = { recordCount: receipt?.recordCount ?? 0, salesCents: receipt?.salesCents ?? 0 };
  return { sent, counted: add(true), soFar: add(false) };
}

/** When the result of the last window that a click can fall into is late. */
export function dueMs(
  { sentMs, durationMs }: Pick<Click, 'sentMs' | 'durationMs'>,
  { windowSeconds, idleSeconds }: WindowTimes,
): number {
  return windowAt(sentMs + durationMs, windowSeconds).endMs + idleSeconds * 1000 + LATE_MS;
}

/**
 * Clicks that are worth asking about, newest first: the server answers for a hundred at once, and for a week. What was
 * sent again within its window is dropped by the consumer; a click during which a window ended is watched until the next
 * one's result is due, too, since there it would count twice.
 */
export function unsettled(clicks: readonly Click[], nowMs: number, times: WindowTimes): Click[] {
  return clicks
    .filter((click) => {
      const { sent, counted } = progressOf(click);
      if (nowMs - click.sentMs >= MAX_TRACE_AGE_MS) return false;
      const mayGrow = sent.recordCount > 0 && spansWindows(click, times) && nowMs <= dueMs(click, times);
      return counted.recordCount < sent.recordCount || mayGrow;
    })
    .slice(0, MAX_TRACED);
}

function spansWindows({ sentMs, durationMs }: Click, { windowSeconds }: WindowTimes): boolean {
  return windowStartMs(sentMs, windowSeconds) < windowStartMs(sentMs + durationMs, windowSeconds);
}

/** The JSON that the browser keeps. Whatever does not look like a click is left out: storage is written by anyone. */
export function parseClicks(text: string | null): Click[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isClick) : [];
}

function isClick(value: unknown): value is Click {
  return (
    isFields(value) &&
    typeof value.id === 'string' &&
    typeof value.place === 'string' &&
    Number.isFinite(value.sentMs) &&
    Number.isFinite(value.durationMs) &&
    (value.receipt === null || isReceipt(value.receipt)) &&
    (value.problem === null || (isFields(value.problem) && typeof value.problem.message === 'string')) &&
    typeof value.overdue === 'boolean' &&
    Array.isArray(value.shares) &&
    value.shares.every(isShare)
  );
}

function isReceipt(value: unknown): value is Receipt {
  return (
    isFields(value) &&
    typeof value.requestId === 'string' &&
    Number.isSafeInteger(value.recordCount) &&
    Number.isSafeInteger(value.salesCents) &&
    typeof value.complete === 'boolean' &&
    typeof value.raw === 'string'
  );
}

function isShare(value: unknown): value is Share {
  return (
    isFields(value) &&
    [value.startMs, value.endMs, value.recordCount, value.salesCents].every(Number.isSafeInteger) &&
    typeof value.counted === 'boolean' &&
    Array.isArray(value.keys) &&
    value.keys.every((key) => typeof key === 'string')
  );
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
