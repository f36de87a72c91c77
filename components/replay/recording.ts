import { heardMs, isKey, type RecordedClicks, soFarOf, tracesOf } from '@/components/replay/recorded-clicks';
import type { CustomersAnswer, WindowsAnswer } from '@/lib/contract/answers';
import { dueMs } from '@/lib/contract/click';
import type { ReplayFile } from '@/lib/contract/replay-file';
import { rankCustomers } from '@/lib/core/customer-ranking';
import { firstWindowFrom, isOfMoreDays, type NamedRange, type Range, rangeOf } from '@/lib/core/range';
import type { Detail } from '@/lib/core/slot';
import { FINAL_MS, LATE_MS, type Slot } from '@/lib/core/slot';
import { buildSlots, isLate, type Known } from '@/lib/core/slots';
import { newestOf, spreadOf, totalsOf } from '@/lib/core/totals';
import { DAY_MS, parseUtcDate, windowAt, windowStartMs } from '@/lib/core/window';
import type { WindowPart } from '@/lib/core/window-part';

/** A replay file made ready to be asked what was known at any moment of it. Times are epoch milliseconds. */
export interface Recording extends RecordedClicks {
  readonly dayMs: number;
  /** From the first window or click on … */
  readonly fromMs: number;
  /** … until nothing more comes, or as far as was known when the file was made. */
  readonly toMs: number;
  /** Ascending: between two of them nothing changes but the time. */
  readonly moments: readonly number[];
}

export function recordingOf(file: ReplayFile): Recording {
  const { header, results, clicks } = file;
  const { windowSeconds, exportedMs } = header;
  const idleMs = header.idleSeconds * 1000;
  const dayMs = parseUtcDate(header.day) ?? 0;
  const parts = results.map(({ part }) => part);
  const sent = clicks.map((click) => windowAt(heardMs(click), windowSeconds));
  const windows = [...parts.map((part) => part.window), ...sent];

  const firstMs = windows.reduce((first, { startMs }) => Math.min(first, startMs), Infinity);
  const fromMs = Number.isFinite(firstMs) ? Math.max(dayMs, firstMs) : dayMs;
  const writtenMs = parts.reduce((last, part) => Math.max(last, part.lastModifiedMs), fromMs);
  const endedMs = windows.reduce((last, { endMs }) => Math.max(last, endMs), fromMs);
  const toMs = Math.max(writtenMs, Math.min(exportedMs, endedMs + idleMs + FINAL_MS));

  const moments = new Set<number>();
  const addEnd = (endMs: number) => {
    for (const afterMs of [0, idleMs + FINAL_MS, idleMs + LATE_MS + 1]) moments.add(endMs + afterMs);
  };
  for (let at = windowStartMs(fromMs, windowSeconds); at <= toMs; at += windowSeconds * 1000) addEnd(at);
  for (const { window, lastModifiedMs } of parts) {
    moments.add(window.startMs).add(lastModifiedMs);
    addEnd(window.endMs);
  }
  for (const click of clicks) moments.add(heardMs(click)).add(dueMs(click, header) + 1);
  moments.add(toMs);
  return { file, dayMs, fromMs, toMs, moments: [...moments].sort((a, b) => a - b), traces: tracesOf(file) };
}

/**
 * What the page would have been told at a moment: a result is known from when it was written on. Of windows without one,
 * this browser's receipts say how much is in them so far; what they do not say stays unknown. A range that the file does not
 * hold is answered with the whole day.
 */
export function windowsAt(
  recording: Recording,
  nowMs: number,
  range: NamedRange,
  details: readonly Detail[] = [],
): WindowsAnswer {
  const { file, dayMs } = recording;
  const { windowSeconds, idleSeconds, exportedMs } = file.header;
  const written: WindowPart[] = [];
  const unwritten: WindowPart[] = [];
  for (const { part } of file.results) (part.lastModifiedMs <= nowMs ? written : unwritten).push(part);
  const snapshots = soFarOf(recording, nowMs);
  const readMs = Math.min(nowMs, exportedMs);
  const firstDataMs = firstDataOf(recording, [...written, ...snapshots]);
  const known: Known = {
    nowMs,
    readMs,
    windowSeconds,
    idleSeconds,
    firstDataMs,
    results: written,
    snapshots,
    lacks: [],
  };
  const begun = unwritten.filter(({ window }) => window.startMs <= nowMs);
  const waited = awaited(written, begun);
  const build = (span: Pick<Range, 'fromMs' | 'toMs' | 'stepSeconds'>) =>
    buildSlots(known, span, details).map((slot) => withoutGauges(awaiting(slot, waited, known)));

  const { fromMs, toMs, stepSeconds, live } = layOut(recording, nowMs, range);
  const now = windowAt(nowMs, windowSeconds);
  const [open] = build({ fromMs: now.startMs, toMs: now.endMs, stepSeconds: windowSeconds });
  if (open === undefined) throw new Error(`Expected a slot from ${now.startMs} to ${now.endMs}, got none`);
  return {
    serverNowMs: nowMs,
    version: '',
    windowSeconds,
    idleSeconds,
    fromMs,
    toMs,
    live,
    stepSeconds,
    slots: build({ fromMs, toMs, stepSeconds }),
    dayTotal: totalsOf(written, dayMs, dayMs + DAY_MS, nowMs),
    daySpread: spreadOf(written, dayMs, dayMs + DAY_MS, nowMs),
    previousDayTotal: null,
    open,
    newest: newestOf(written, nowMs),
    readMs,
    reading: null,
    problem: null,
    malformed: [],
  };
}

/** The same of who bought how much; of a time before the file's day nothing is known to compare with. */
export function customersAt(recording: Recording, nowMs: number, range: NamedRange): CustomersAnswer {
  const { fromMs, toMs } = layOut(recording, nowMs, range);
  const written = recording.file.results.flatMap(({ part }) => (part.lastModifiedMs <= nowMs ? part : []));
  const within = (parts: readonly WindowPart[], from: number, to: number) =>
    parts.filter(({ window }) => window.startMs >= from && window.startMs < to);
  const beforeMs = 2 * fromMs - toMs;
  const beforeToMs = Math.min(toMs, nowMs) - (toMs - fromMs);
  return {
    serverNowMs: nowMs,
    fromMs,
    toMs,
    beforeMs,
    beforeToMs,
    ...rankCustomers(
      within([...written, ...soFarOf(recording, nowMs)], fromMs, toMs),
      beforeMs < recording.dayMs ? [] : within(written, beforeMs, beforeToMs),
    ),
  };
}

/** How many moments have come: what is known is the same as long as this is. */
export function momentsBy({ moments }: Pick<Recording, 'moments'>, nowMs: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) <= nowMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withoutGauges(slot: Slot): Slot {
  return { ...slot, objects: slot.objects.filter(({ key }) => isKey(key)) };
}

/**
 * The results that a window ended without: of each of its shards the first. A later part, which a late record has made,
 * is not missed before.
 */
function awaited(written: readonly WindowPart[], unwritten: readonly WindowPart[]): WindowPart[] {
  return unwritten.filter(
    ({ window, shardId }) =>
      !written.some((part) => part.window.startMs === window.startMs && part.shardId === shardId),
  );
}

/** A window whose result is in the file but not written yet has sales: it is neither empty nor complete. */
function awaiting(slot: Slot, waited: readonly WindowPart[], known: Known): Slot {
  const own = waited.filter(({ window }) => window.startMs >= slot.startMs && window.startMs < slot.endMs);
  if (own.length === 0 || slot.endMs > known.nowMs) return slot;
  const isKnown = slot.shards.length > 0;
  return {
    ...slot,
    state: own.some((part) => isLate(part, known)) ? 'late' : 'closing',
    salesCents: isKnown ? slot.salesCents : null,
    recordCount: isKnown ? slot.recordCount : null,
  };
}

/** Of what lies before the file's day nothing is known, whether there was anything or not. */
function firstDataOf({ file, dayMs }: Recording, known: readonly WindowPart[]): number | null {
  const { firstDataMs, windowSeconds } = file.header;
  if (firstDataMs !== null && firstDataMs < dayMs) return firstWindowFrom(dayMs, windowSeconds);
  const firstMs = known.reduce((first, { window }) => Math.min(first, window.startMs), Infinity);
  return Number.isFinite(firstMs) ? firstMs : null;
}

function layOut({ file, dayMs }: Recording, nowMs: number, range: NamedRange): Range {
  const { windowSeconds } = file.header;
  // Results are written after their window: the last ones of a day come on the next, and still are of this one.
  const withinMs = Math.min(nowMs, dayMs + DAY_MS - 1);
  // Of the days before it the file knows nothing.
  return rangeOf(
    { dayMs, range: isOfMoreDays(range) ? 'day' : range, shift: 0 },
    withinMs,
    windowSeconds,
    null,
  );
}
