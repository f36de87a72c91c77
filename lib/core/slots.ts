import { sumCents } from './cents.ts';
import { lackOf, UNREAD, type WindowLack } from './lack.ts';
import { byKey, countClosed, extreme, requestsOf, sharesOf, sum, sumCounts } from './part-sums.ts';
import type { Span } from './range.ts';
import { compareSequenceNumbers } from './sequence-order.ts';
import { type Detail, FINAL_MS, LATE_MS, type Slot, type SlotState } from './slot.ts';
import { withDetails } from './slot-details.ts';
import { type Window, windowStartMs } from './window.ts';
import type { WindowPart } from './window-part.ts';

/** What the slots are built from. Times are epoch milliseconds. */
export interface Known {
  readonly nowMs: number;
  /** When S3 was last read: of windows that ended since, a missing result says nothing. */
  readonly readMs: number;
  readonly windowSeconds: number;
  readonly idleSeconds: number;
  /** The start of the first window there is data of; null when there is none. */
  readonly firstDataMs: number | null;
  /** With those that began before the range and may reach into it, where windows were longer once. */
  readonly results: readonly WindowPart[];
  /** The open snapshots that no result covers (`uncovered`). */
  readonly snapshots: readonly WindowPart[];
  /** Of windows that something is known to be missing of. */
  readonly lacks: readonly WindowLack[];
  /** Times of which it is not even known what there is to read. */
  readonly unlisted?: readonly Span[];
}

interface Found {
  readonly results: WindowPart[];
  readonly snapshots: WindowPart[];
  readonly lacks: WindowLack[];
}

/** Slots up to this length name their objects and requests; in longer ones they would outgrow the answer. */
const DETAIL_SECONDS = 120;

/** True where slots of such a step name their objects and requests. */
export function isDetailed(stepSeconds: number, windowSeconds: number): boolean {
  return stepSeconds <= Math.max(windowSeconds, DETAIL_SECONDS);
}

/**
 * The snapshots whose sales are in no result yet. A final invocation writes its result and leaves the snapshot where it
 * is, so a snapshot counts until a result of its shard and window reaches its first record. When the windows' length
 * changes, the open window's records are folded again, into windows of the other length.
 */
export function uncovered(results: readonly WindowPart[], snapshots: readonly WindowPart[]): WindowPart[] {
  return snapshots.filter(
    (snapshot) =>
      !results.some(
        (result) =>
          (result.window.startMs === snapshot.window.startMs || lengthOf(result) !== lengthOf(snapshot)) &&
          result.shardId === snapshot.shardId &&
          result.lastSequenceNumber !== null &&
          snapshot.firstSequenceNumber !== null &&
          compareSequenceNumbers(result.lastSequenceNumber, snapshot.firstSequenceNumber) >= 0,
      ),
  );
}

/**
 * The contiguous slots of a range; the ends must be window starts, the step a multiple of the window. `details`: what else
 * they tell.
 */
export function buildSlots(
  known: Known,
  range: { readonly fromMs: number; readonly toMs: number; readonly stepSeconds: number },
  details: readonly Detail[] = [],
): Slot[] {
  const stepMs = range.stepSeconds * 1000;
  const found = new Map<number, Found>();
  const at = (timeMs: number): Found | null => {
    const startMs = windowStartMs(timeMs, known.windowSeconds);
    if (startMs < range.fromMs || startMs >= range.toMs) return null;
    const index = Math.floor((startMs - range.fromMs) / stepMs);
    const inSlot = found.get(index) ?? { results: [], snapshots: [], lacks: [] };
    found.set(index, inSlot);
    return inSlot;
  };
  for (const part of known.results) at(part.window.startMs)?.results.push(part);
  for (const part of known.snapshots) at(part.window.startMs)?.snapshots.push(part);
  for (const lack of known.lacks) at(lack.startMs)?.lacks.push(lack);
  const detailed = isDetailed(range.stepSeconds, known.windowSeconds);
  const longer = known.results.filter((part) => lengthOf(part) > known.windowSeconds * 1000);

  const slots: Slot[] = [];
  for (let index = 0; range.fromMs + index * stepMs < range.toMs; index += 1) {
    const startMs = range.fromMs + index * stepMs;
    const endMs = Math.min(startMs + stepMs, range.toMs);
    const isUnlisted = known.unlisted?.some((span) => span.fromMs < endMs && span.toMs > startMs) === true;
    const own = found.get(index) ?? NOTHING;
    const slot = slotOf(
      known,
      { startMs, endMs },
      isUnlisted ? { ...own, lacks: [...own.lacks, { startMs, ...UNREAD }] } : own,
      detailed,
    );
    const isWithin =
      slot.state === 'empty' &&
      longer.some(({ window }) => window.startMs <= startMs && window.endMs >= endMs);
    slots.push(isWithin ? { ...slot, state: 'within', salesCents: null, recordCount: null } : slot);
  }
  if (details.length === 0) return slots;
  const partsIn = ({ results, snapshots }: Found) => [...results, ...snapshots];
  return withDetails(
    slots,
    slots.map((_, index) => partsIn(found.get(index) ?? NOTHING)),
    details,
  );
}

const NOTHING: Found = { results: [], snapshots: [], lacks: [] };

function lengthOf({ window }: { readonly window: Window }): number {
  return window.endMs - window.startMs;
}

function slotOf(
  known: Known,
  span: { readonly startMs: number; readonly endMs: number },
  found: Found,
  detailed: boolean,
): Slot {
  const { results, snapshots, lacks } = found;
  const state = stateOf(known, span, found);
  const all = [...results, ...snapshots];
  const isKnown = all.length > 0;
  const isEmpty = state === 'empty';
  return {
    // Not copied from `span`: what is added to a copy takes Node.js 20 a hundred times as long as what is written first.
    startMs: span.startMs,
    endMs: span.endMs,
    state,
    salesCents: isKnown ? sumCents(all.map((part) => part.salesCents)) : isEmpty ? 0 : null,
    recordCount: isKnown ? sumCounts(all) : isEmpty ? 0 : null,
    soFar: {
      recordCount: sumCounts(snapshots) ?? 0,
      salesCents: sum(snapshots, (part) => part.salesCents),
    },
    rejected: sum(all, (part) => part.rejected),
    minCents: extreme(all, Math.min, (part) => part.minCents),
    maxCents: extreme(all, Math.max, (part) => part.maxCents),
    shards: sharesOf(all),
    objects: detailed
      ? all.sort(byKey).map(({ key, size, lastModifiedMs }) => ({ key, size, lastModifiedMs }))
      : [],
    requests: detailed ? requestsOf(snapshots) : [],
    inferred: results.some((part) => part.inferred),
    terminatedEarly: results.some((part) => part.terminatedEarly),
    closedWindows: countClosed(results, known.nowMs),
    lack: lackOf(lacks),
  };
}

/** True when a result that holds this should have come by now. */
export function isLate({ window }: WindowPart, { nowMs, idleSeconds }: Known): boolean {
  return window.endMs + idleSeconds * 1000 + LATE_MS < nowMs;
}

function stateOf(
  known: Known,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  { results, snapshots, lacks }: Found,
): SlotState {
  const { nowMs } = known;
  if (startMs > nowMs) return 'future';
  if (endMs > nowMs) return 'open';
  // A snapshot's own end counts: after a change of WINDOW_SECONDS it may be of another length.
  if (snapshots.some((snapshot) => isLate(snapshot, known))) return 'late';
  if (
    snapshots.length > 0 ||
    hasUnsettled(known, startMs, endMs, [
      ...results.map(startOf),
      ...lacks.flatMap((lack) => (lack.unread === 0 ? lack.startMs : [])),
    ])
  ) {
    return 'closing';
  }
  if (results.length > 0) return 'closed';
  if (lacks.length > 0) return 'incomplete';
  return known.firstDataMs === null || endMs <= known.firstDataMs ? 'before' : 'empty';
}

function startOf({ window }: WindowPart): number {
  return window.startMs;
}

/** True when a window of the slot, of which nothing has come, may still get a result. */
function hasUnsettled(known: Known, startMs: number, endMs: number, come: readonly number[]): boolean {
  const lengthMs = known.windowSeconds * 1000;
  const settledMs = Math.min(known.readMs, known.nowMs) - known.idleSeconds * 1000 - FINAL_MS;
  if (endMs <= settledMs) return false;
  const hasCome = new Set(come.map((timeMs) => windowStartMs(timeMs, known.windowSeconds)));
  for (let at = endMs - lengthMs; at >= startMs && at + lengthMs > settledMs; at -= lengthMs) {
    if (!hasCome.has(at)) return true;
  }
  return false;
}
