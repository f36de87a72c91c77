import 'server-only';
import type { DaysAnswer, WindowsAnswer } from '../contract/answers.ts';
import { UNREAD, type WindowLack } from '../core/lack.ts';
import { daysOf, isDetailable, type Range, rangeOf } from '../core/range.ts';
import type { Detail, Slot } from '../core/slot.ts';
import { buildSlots, isDetailed, type Known } from '../core/slots.ts';
import { newestOf, spreadOf, type Totals, totalsOf } from '../core/totals.ts';
import { DAY_MS, MAX_WINDOW_SECONDS, parseUtcDay, utcDay, windowAt } from '../core/window.ts';
import { askedDetails, askedRange, layOut } from './asked-range.ts';
import { ProblemError } from './problem.ts';
import type { StoreLoop } from './window-store/store-loop.ts';
import { nextDay, type WindowStore } from './window-store/window-store.ts';

const MAX_MALFORMED = 20;
/** A day may have hundreds of results: only a week of them is read for the sake of a list. */
const PREVIEWED_DAYS = 7;
const BESIDE_MS = 200;

/** `GET /api/windows`. Throws as `windowsRead`. */
export async function windowsAnswer(...asked: Parameters<typeof windowsRead>): Promise<WindowsAnswer> {
  return (await windowsRead(...asked))();
}

/**
 * Reads what `GET /api/windows` asks for; then the answer is of that moment. Throws ProblemError for a bad query, and when
 * what is asked for was never read.
 */
export async function windowsRead(
  store: WindowStore,
  loop: Pick<StoreLoop, 'fresh'>,
  parameters: URLSearchParams,
): Promise<() => WindowsAnswer> {
  const query = askedRange(parameters);
  const details = askedDetails(parameters.get('with') ?? '');
  await loop.fresh();
  requireRead(store);
  const range = await layOut(store, query);
  const previousMs = range.dayMs - DAY_MS;
  const days = [...daysOf(range.fromMs, range.toMs), utcDay(range.dayMs)];
  const beside = [utcDay(previousMs), ...newestDay(store)];
  await Promise.all([
    store.ensure(days),
    // The comparison may follow: whoever looks at the last hour does not wait for the day before.
    store.ensure(beside, false, BESIDE_MS),
  ]);
  return () => answerNow(store, range, isDetailable(range) ? details : []);
}

/** What the page that everyone opens first shows: today's last hour, as far as it was read. */
export function lastHour(store: WindowStore): WindowsAnswer {
  const query = { dayMs: null, range: '1h', shift: 0 } as const;
  return answerNow(store, rangeOf(query, store.now(), store.windowSeconds, null));
}

function answerNow(store: WindowStore, range: Range, details: readonly Detail[] = []): WindowsAnswer {
  const previousMs = range.dayMs - DAY_MS;
  const nowMs = store.now();
  const known = knownIn(store, range, nowMs, details);
  // The same clock time a day earlier; of a day that is over, the whole day before.
  const previousByMs = Math.min(nowMs, range.dayMs + DAY_MS + store.windowSeconds * 1000) - DAY_MS;
  const previousResults = store.results(previousMs, range.dayMs);
  const days = [...daysOf(range.fromMs, range.toMs), utcDay(range.dayMs), utcDay(previousMs)];
  const dayResults = store.results(range.dayMs, range.dayMs + DAY_MS);
  return {
    serverNowMs: nowMs,
    version: store.version,
    windowSeconds: store.windowSeconds,
    idleSeconds: store.idleSeconds,
    fromMs: range.fromMs,
    toMs: range.toMs,
    live: range.live,
    stepSeconds: range.stepSeconds,
    slots: buildSlots(known, range, details),
    dayTotal: dayTotal(store, range.dayMs, nowMs, dayResults),
    daySpread: spreadOf(dayResults, range.dayMs, range.dayMs + DAY_MS, nowMs),
    previousDayTotal:
      previousResults.length === 0
        ? null
        : totalsOf(
            previousResults,
            previousMs,
            range.dayMs,
            previousByMs,
            lacksIn(store, previousMs, range.dayMs),
          ),
    open: openSlot(store),
    newest: newestIn(store, nowMs),
    readMs: known.readMs,
    reading: store.reading(days),
    problem: store.problem,
    malformed: store
      .malformed(new Set([...days, utcDay(nowMs)]))
      .slice(0, MAX_MALFORMED)
      .map(({ key, reason }) => ({ key, reason })),
  };
}

/** `GET /api/days`. Throws ProblemError. */
export async function daysAnswer(store: WindowStore, loop: Pick<StoreLoop, 'fresh'>): Promise<DaysAnswer> {
  await loop.fresh();
  requireRead(store);
  const nowMs = store.now();
  const today = utcDay(nowMs);
  const days = [...new Set([today, ...store.days])].sort().reverse();
  // A day's total is known once its results are read: the newest days' are, by the next time. Where that fails, the day
  // says so itself when it is asked for.
  void store.ensure(days.slice(0, PREVIEWED_DAYS)).catch(() => {});
  return {
    serverNowMs: nowMs,
    days: days.map((day) => ({
      day: day.replaceAll('_', '-'),
      total:
        store.isRead(day) && store.isHeadRead(nextDay(day))
          ? dayTotal(store, parseUtcDay(day) ?? 0, nowMs)
          : null,
    })),
  };
}

/** The window that holds now, so far. */
export function openSlot(store: WindowStore): Slot {
  const nowMs = store.now();
  const { startMs, endMs } = windowAt(nowMs, store.windowSeconds);
  const span = { fromMs: startMs, toMs: endMs, stepSeconds: store.windowSeconds };
  const [slot] = buildSlots(knownIn(store, span, nowMs), span);
  if (slot === undefined) throw new Error(`Expected one slot from ${startMs} to ${endMs}, got none`);
  return slot;
}

function knownIn(
  store: WindowStore,
  slots: Pick<Range, 'fromMs' | 'toMs' | 'stepSeconds'>,
  nowMs: number,
  details: readonly Detail[] = [],
): Known {
  const { fromMs, toMs, stepSeconds } = slots;
  // A window that began before may reach into the range, where windows were longer once.
  const sinceMs = fromMs - MAX_WINDOW_SECONDS * 1000;
  return {
    nowMs,
    readMs: store.readMs ?? 0,
    windowSeconds: store.windowSeconds,
    idleSeconds: store.idleSeconds,
    firstDataMs: store.firstDataMs,
    // What is rolled up tells no details.
    results:
      details.length > 0 || isDetailed(stepSeconds, store.windowSeconds)
        ? store.results(sinceMs, toMs)
        : store.rolledResults(sinceMs, toMs, slots),
    snapshots: store.snapshots(),
    lacks: store.lacks(fromMs, toMs),
    unlisted: store.unlisted(fromMs, toMs),
  };
}

/** Where the newest window is when the live day has none yet. */
function newestDay(store: WindowStore): string[] {
  const today = utcDay(store.now());
  return store.days.filter((day) => day <= today).slice(0, 1);
}

/** The newest closed window of today, of yesterday, or of the newest day there is. */
export function newestIn(store: WindowStore, nowMs: number): WindowsAnswer['newest'] {
  for (const day of [...new Set([utcDay(nowMs), utcDay(nowMs - DAY_MS), ...newestDay(store)])]) {
    const dayMs = parseUtcDay(day) ?? 0;
    const found = newestOf(store.results(dayMs, dayMs + DAY_MS), nowMs);
    if (found !== null) return found;
  }
  return null;
}

function dayTotal(
  store: WindowStore,
  dayMs: number,
  nowMs: number,
  results = store.results(dayMs, dayMs + DAY_MS),
): Totals {
  const toMs = dayMs + DAY_MS;
  return totalsOf(results, dayMs, toMs, nowMs, lacksIn(store, dayMs, toMs));
}

function lacksIn(store: WindowStore, fromMs: number, toMs: number): WindowLack[] {
  const unlisted = store.unlisted(fromMs, toMs).map((span) => ({ startMs: span.fromMs, ...UNREAD }));
  return [...store.lacks(fromMs, toMs), ...unlisted];
}

/** Throws ProblemError before anything was ever read. */
export function requireRead(store: Pick<WindowStore, 'readMs' | 'problem'>): void {
  if (store.readMs === null && store.problem !== null) throw new ProblemError(store.problem);
}
