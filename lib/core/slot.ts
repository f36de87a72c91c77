import type { CustomerPart } from './customers.ts';
import type { Lack } from './lack.ts';
import type { RequestResult } from './window-result.ts';

/**
 * A slot: one bar of the chart, one row of the table. Slots of an answer are contiguous and do not overlap; in ranges
 * longer than what bars can show, a slot is several windows long (`stepSeconds`).
 */
export interface Slot {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: SlotState;
  /** Null when unknown, or beyond what cents say exactly: never shown as zero. */
  readonly salesCents: number | null;
  readonly recordCount: number | null;
  /** What of these is not final yet: in open snapshots that no result covers. */
  readonly soFar: { readonly recordCount: number; readonly salesCents: number };
  readonly rejected: number;
  readonly minCents: number | null;
  readonly maxCents: number | null;
  /** By shard id, ascending. Empty when nothing is known. */
  readonly shards: readonly ShardShare[];
  /** The objects behind the slot: result parts, or snapshots while it is open. Only for slots of one window or 120 s. */
  readonly objects: readonly SlotObject[];
  /** Who sent what is not final yet, by producer invocation; only for slots of one window or 120 s. */
  readonly requests: readonly RequestResult[];
  /** True when the window was guessed from the write time of an original result. */
  readonly inferred: boolean;
  /** True when a part ended early (state over 1 MB). */
  readonly terminatedEarly: boolean;
  /** Windows with a result in it; 0 or 1 when the slot is one window long. */
  readonly closedWindows: number;
  /** What its sums are known to lack; null when that is nothing. */
  readonly lack: Lack | null;
  /**
   * Only when it is asked for: the range's customers of the largest sales, by name, and the others (null) last. What they
   * lack of the slot's sales, results do not say whose it is.
   */
  readonly customers?: readonly CustomerPart[];
  /** Only when it is asked for, each within 1 %; null when there is no sale, and when a result does not say. */
  readonly quantiles?: { readonly medianCents: number | null; readonly p95Cents: number | null };
}

/**
 * closed: has results, is final. open: holds now. closing: ended, result not there yet though sales are known to be in it,
 * or its idle wait is not over. late: closing for more than 30 s beyond the idle wait. missing: a receipt says records were
 * sent, the time for a result is long over, and there is none (only the page knows receipts: it turns empty into missing).
 * incomplete: ended, and of what is in it nothing could be counted: its result cannot be read, was given up, or has not been
 * read yet; `lack` says which. empty: ended, nothing in it, so no file. within: windows were longer then, and the result of one that began earlier
 * holds this time, too. before: earlier than the first data there is. future: not begun.
 */
export type SlotState =
  | 'closed'
  | 'open'
  | 'closing'
  | 'late'
  | 'missing'
  | 'incomplete'
  | 'empty'
  | 'within'
  | 'before'
  | 'future';

/** What slots tell only when it is asked for: it would make every answer larger. */
export const DETAILS = ['customers', 'quantiles'] as const;
export type Detail = (typeof DETAILS)[number];

/** From the end of the idle wait until the result is seen: the final invocation, its PutObject, and the next listing. */
export const FINAL_MS = 2000;
/** How long beyond the idle wait a result may take before it is called late. */
export const LATE_MS = 30_000;

export interface ShardShare {
  /** Null for an original result, which does not say. */
  readonly shardId: string | null;
  readonly salesCents: number;
  readonly recordCount: number | null;
  readonly rejected: number;
}

export interface SlotObject {
  readonly key: string;
  readonly size: number;
  readonly lastModifiedMs: number;
}
