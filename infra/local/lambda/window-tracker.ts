import { type Window, windowAt } from '../../../lib/core/window.ts';
import type { ShardPosition } from '../kinesis/stream-reader.ts';

/**
 * Longer than a file should be: its laws and its steps are to be read together.
 *
 * The tumbling windows of one shard, as a pure state machine:
 *
 *     (progress, what has been read, now) → the next step      nextStep
 *     (progress, step, its outcome)       → the next progress  accept, drop, beginClose, close
 *
 * `Progress` is the checkpoint: position, window and state are one value and are stored as one, so whatever instant a
 * process dies at, it goes on from a moment at which all three belonged together. The laws, W = length of a window:
 *
 *     arrival     12:00:01   12:00:07      12:00:12   (no records)        12:00:31
 *     W = 10 s   ┌──────────────────────┬──────────────────────┬──────────────────────┬─────────────
 *                │ batch {}→s1          │ batch {}→t1          │                      │ batch {}→u1
 *                │        batch s1→s2   │                      │    no invocation     │
 *                └──────────────────────┴──────────────────────┴──────────────────────┴─────────────
 *                          final s2 ────┘ at 12:00:12, before the batch of the next window
 *                                                  final t1 ───┘ at 12:00:20 + idle, once caught up
 *
 *  1. A record belongs to the window of its arrival; windows are multiples of W since the epoch.
 *  2. A batch lies in one window. The first of a window gets `{}`, every later one what the last success returned.
 *  3. A window is closed by one final invocation without records: before the first record of a later window; when the
 *     shard has ended; or `idleMs` after its end, once a read begun after that moment found nothing left to read.
 *  4. A window without records has no invocation.
 *  5. A state above 1 MiB closes the window early, at once, with all of the state. The window goes on from `{}`, and is
 *     closed again only if more of its records came.
 *  6. A record older than the open window is folded into it: windows never go back. With none open it opens its own.
 *  7. A dropped batch leaves the state as it was; a dropped final invocation closes the window all the same.
 *  8. That a window is closing is stored before its final invocation is first made, and nothing is folded into it any
 *     more. So whatever dies in between, every attempt at it gets the same state, and a function writes the same again.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export interface Progress {
  /** Where the first record begins that is neither folded nor dropped. */
  readonly position: ShardPosition;
  /** Where the open window began to be folded; the same as `position` when none is open. */
  readonly windowPosition: ShardPosition;
  readonly open: OpenWindow | null;
  /** Records older than the window that they were folded into, ever. */
  readonly lateRecords: number;
  /** Records given up by the retry policy, ever. */
  readonly droppedRecords: number;
}

export interface OpenWindow extends Window {
  /** What the function last returned, as compact JSON; `{}` after an early termination. */
  readonly state: string;
  /** Records folded into that state; 0 only after an early termination. */
  readonly recordCount: number;
  /** Why its final invocation is due, if it is: the window is over, or its state is above the limit. */
  readonly closing: 'over' | 'early' | null;
}

export interface WindowRules {
  /** 1 to 900; 0 turns windows off: batches only, and no state. */
  readonly windowSeconds: number;
  /** Records of a batch, at most. */
  readonly batchSize: number;
  /** How long a batch that is not full may wait for more records. */
  readonly batchingMs: number;
  /** How long after its end an idle window is closed. */
  readonly idleMs: number;
  /** Of a state; Lambda's own where it is left out. */
  readonly stateLimitBytes?: number;
}

/** A record as the tracker needs it. */
export interface TrackedRecord {
  readonly sequenceNumber: string;
  /** The last that is settled with it: its own, or that of one behind it that no function is to see. */
  readonly settles: string;
  /** Epoch milliseconds. */
  readonly arrivalMs: number;
  /** What the record takes of an event's bytes. */
  readonly bytes: number;
}

/** What is known of the shard beyond its progress. */
export interface ShardView {
  /** Read and neither folded nor dropped, in the shard's order. */
  readonly records: readonly TrackedRecord[];
  /** When the first of them was read. */
  readonly waitingSinceMs: number;
  /** When the last read began, if it left nothing to read; else null, as before the first read. */
  readonly caughtUpMs: number | null;
  /** The shard is closed and all of it has been read. */
  readonly ended: boolean;
  /** How many bytes of records fit in the next event; the first record is taken in any case. */
  readonly roomBytes: number;
  /** After a batch was split: how many records the next one may have. */
  readonly pieceSize: number | null;
}

/** `window` null: no windows. */
export interface BatchStep {
  readonly kind: 'batch';
  readonly window: Window | null;
  /** How many of the view's records, from the first on. */
  readonly count: number;
}

export interface FinalStep {
  readonly kind: 'final';
  readonly window: OpenWindow;
  readonly early: boolean;
}

export type Step =
  | BatchStep
  /** The window is over: store that it is closing. */
  | { readonly kind: 'begin-close' }
  | FinalStep
  /** Read on at `atMs`, or as soon as the stream has changed; `atMs` null: only then. */
  | { readonly kind: 'read'; readonly atMs: number | null }
  /** The shard is done with: its children may start. */
  | { readonly kind: 'end' };

/** AWS says "1 MB" of state without saying how it counts: here 1 MiB of compact JSON in UTF-8. */
export const STATE_LIMIT_BYTES = 1_048_576;

export const EMPTY_STATE = '{}';

export function beginAt(position: ShardPosition): Progress {
  return { position, windowPosition: position, open: null, lateRecords: 0, droppedRecords: 0 };
}

/** What to do next. A close comes before any batch, so nothing later in the shard overtakes it. */
export function nextStep(progress: Progress, view: ShardView, nowMs: number, rules: WindowRules): Step {
  const { open } = progress;
  if (open?.closing) return { kind: 'final', window: open, early: open.closing === 'early' };

  const unclosed = open !== null && open.recordCount > 0 ? open : null;
  const [first] = view.records;
  if (first === undefined) return stepOfIdleShard(unclosed, view, nowMs, rules);

  const window = rules.windowSeconds === 0 ? null : windowOf(first, open, rules.windowSeconds);
  if (unclosed && window && window.startMs > unclosed.startMs) return { kind: 'begin-close' };
  return stepOfBatch(window, view, nowMs, rules);
}

/** Nothing is left to send: closes the window once nothing can come to it any more. */
function stepOfIdleShard(
  unclosed: OpenWindow | null,
  { caughtUpMs, ended }: ShardView,
  nowMs: number,
  rules: WindowRules,
): Step {
  if (ended) return { kind: unclosed ? 'begin-close' : 'end' };
  if (caughtUpMs === null) return { kind: 'read', atMs: nowMs };
  if (unclosed === null) return { kind: 'read', atMs: null };
  const dueMs = unclosed.endMs + rules.idleMs;
  return caughtUpMs >= dueMs ? { kind: 'begin-close' } : { kind: 'read', atMs: dueMs };
}

/** Sends what there is, or waits for more of it: for the batching window, but not beyond the end of the window. */
function stepOfBatch(window: Window | null, view: ShardView, nowMs: number, rules: WindowRules): Step {
  const { count, full } = fill(view, window, rules);
  if (full || view.ended) return { kind: 'batch', window, count };
  if (view.caughtUpMs === null) return { kind: 'read', atMs: nowMs };
  const endMs = window?.endMs ?? Number.POSITIVE_INFINITY;
  const dueMs = Math.min(view.waitingSinceMs + rules.batchingMs, endMs);
  return nowMs >= dueMs ? { kind: 'batch', window, count } : { kind: 'read', atMs: dueMs };
}

/** The first records of the view that one event can hold; full when no further record could join them. */
function fill(view: ShardView, window: Window | null, rules: WindowRules): { count: number; full: boolean } {
  const limit = Math.min(rules.batchSize, view.pieceSize ?? rules.batchSize);
  let count = 0;
  let bytes = 0;
  for (const record of view.records) {
    if (count === limit) return { count, full: true };
    if (window !== null && record.arrivalMs >= window.endMs) return { count, full: true };
    bytes += record.bytes;
    if (bytes > view.roomBytes && count > 0) return { count, full: true };
    count += 1;
  }
  return { count, full: count === limit };
}

/** The window that a record is folded into: its own, or the open one when that is later. */
function windowOf(record: TrackedRecord, open: OpenWindow | null, windowSeconds: number): Window {
  const own = windowAt(record.arrivalMs, windowSeconds);
  // After a change of length, an early terminated window of the old one may be left: it takes no more records.
  const isLater = open !== null && open.startMs >= own.startMs && lengthMs(open) === lengthMs(own);
  return isLater ? { startMs: open.startMs, endMs: open.endMs } : own;
}

/** The state that an invocation of this window gets, as compact JSON. */
export function stateBefore(progress: Progress, window: Window): string {
  const { open } = progress;
  return open !== null && open.startMs === window.startMs ? open.state : EMPTY_STATE;
}

/**
 * A batch, or the first part of one, was processed. `records` are those of that part, at least one; `state` what the
 * function returned as compact JSON, of no meaning without windows.
 */
export function accept(
  progress: Progress,
  window: Window | null,
  records: readonly TrackedRecord[],
  state: string,
  stateLimitBytes = STATE_LIMIT_BYTES,
): Progress {
  const position = after(records);
  if (window === null) return { ...progress, position, windowPosition: position, open: null };
  const continued = progress.open?.startMs === window.startMs ? progress.open : null;
  return {
    ...progress,
    position,
    open: {
      startMs: window.startMs,
      endMs: window.endMs,
      state,
      recordCount: (continued?.recordCount ?? 0) + records.length,
      closing: Buffer.byteLength(state) > stateLimitBytes ? 'early' : null,
    },
    windowPosition: continued === null ? progress.position : progress.windowPosition,
    lateRecords: progress.lateRecords + records.filter((record) => record.arrivalMs < window.startMs).length,
  };
}

/** Records before any that is left were passed over, up to this one. Only where there are no windows. */
export function passOver(progress: Progress, sequenceNumber: string): Progress {
  const position: ShardPosition = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber };
  return { ...progress, position, windowPosition: position };
}

/** A batch was given up, by the retry policy or for its age. */
export function drop(progress: Progress, records: readonly TrackedRecord[]): Progress {
  const position = after(records);
  return {
    ...progress,
    position,
    windowPosition: progress.open === null ? position : progress.windowPosition,
    droppedRecords: progress.droppedRecords + records.length,
  };
}

/** The open window is over; its final invocation is next, whatever else is read. */
export function beginClose(progress: Progress): Progress {
  return progress.open === null ? progress : { ...progress, open: { ...progress.open, closing: 'over' } };
}

/** A final invocation succeeded, or was given up. */
export function close(progress: Progress, final: FinalStep): Progress {
  const { startMs, endMs } = final.window;
  return {
    ...progress,
    windowPosition: progress.position,
    open: final.early ? { startMs, endMs, state: EMPTY_STATE, recordCount: 0, closing: null } : null,
  };
}

/**
 * The length of the windows has changed. A state never goes on under another length: the open window is forgotten, and
 * its records are folded again, into windows of the new one. Unless it is closing: then its final invocation may have
 * been made, and is made under the old length, so that no record is in two results.
 */
export function resize(progress: Progress): Progress {
  return progress.open?.closing ? progress : { ...progress, position: progress.windowPosition, open: null };
}

function lengthMs({ startMs, endMs }: Window): number {
  return endMs - startMs;
}

function after(records: readonly TrackedRecord[]): ShardPosition {
  const last = records.at(-1);
  if (last === undefined) throw new RangeError('Expected at least one record, got none');
  return { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last.settles };
}
