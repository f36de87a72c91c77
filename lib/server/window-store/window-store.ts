import 'server-only';
import { createHash } from 'node:crypto';
import type { Problem } from '../../contract/answers.ts';
import { type Lack, lackOf, type WindowLack } from '../../core/lack.ts';
import { daysOf, type Span } from '../../core/range.ts';
import type { Grid } from '../../core/rolled-part.ts';
import { FINAL_MS, LATE_MS } from '../../core/slot.ts';
import { uncovered } from '../../core/slots.ts';
import { DAY_MS, parseUtcDay, utcDay, windowStartMs } from '../../core/window.ts';
import type { WindowPart } from '../../core/window-part.ts';
import { DayList } from './day-list.ts';
import { GivenUp } from './given-up.ts';
import { eachOf, type ObjectReader } from './object-reader.ts';
import type { Malformed, Partition, Scope } from './partition.ts';
import { Partitions } from './partitions.ts';
import { Snapshots } from './snapshots.ts';
import type { Clock } from './store-clock.ts';

export interface WindowStoreOptions {
  readonly reader: ObjectReader;
  readonly windowSeconds: number;
  readonly idleSeconds: number;
  readonly clock: Clock;
  /** What an error of the reader, or any other, means. */
  readonly problemIn: (error: unknown) => Problem;
}

/** How long an answer waits for results that are listed and not read yet; then it says how many there are. */
const BUDGET_MS = 2500;
/** The newest come first: of the live day, what is looked at most. */
const LIVE_BUDGET_MS = 400;

/** The live day is listed as a whole that often: what came far behind its time is found then. */
const WHOLE_LIST_MS = 10_000;
const DAYS_AT_ONCE = 4;
/** Of more, the indexes are read once the listing says that they are worth it. */
const ANTICIPATED_SHARDS = 16;
const DAYS_LIST_MS = 30_000;
/** Past days hardly ever change, but whoever opens one again wants to see what did. */
const PAST_LIST_MS = 30_000;
/** By then the stream holds no record of a day any more: what comes then was put there by hand. */
export const OVER_MS = 3 * DAY_MS;
const OVER_LIST_MS = 600_000;
/** A result that has not come by then is only looked for with the whole list. */
const GIVE_UP_MS = 600_000;

/**
 * Longer than a file should be: what is asked of the store, and what reads it, share its days, snapshots and problems, and
 * either half by itself would be handed all of them.
 *
 * What S3 holds of windows: one reader of it for all viewers. It only reads when told to; `store-loop.ts` says when.
 * A failure never takes away what is known: it sets `problem`, until the next success.
 */
export class WindowStore {
  readonly idleSeconds: number;
  /** When the results of the live day were last read; null before the first time. */
  readMs: number | null = null;
  #readElapsedMs: number | null = null;
  #windowSeconds: number;
  readonly #clock: Clock;
  readonly #problemIn: (error: unknown) => Problem;
  readonly #snapshots: Snapshots;
  readonly #dayList: DayList;
  readonly #partitions: Partitions;
  readonly #givenUp: GivenUp;
  /** Of each kind of reading the last failure, until it succeeds again. */
  readonly #problems = new Map<'results' | 'snapshots' | 'past' | 'given-up', Problem>();
  /** The snapshots that the last reading of results knew. */
  #snapshotsVersion = 0;
  #firstDataMs: number | null = null;
  /** The days that are being read by now: whoever asks for one of them, too, waits with the others. */
  readonly #ensuring = new Map<string, Promise<void>>();

  constructor(options: WindowStoreOptions) {
    this.#windowSeconds = options.windowSeconds;
    this.idleSeconds = options.idleSeconds;
    this.#clock = options.clock;
    this.#problemIn = options.problemIn;
    this.#partitions = new Partitions(options.reader);
    this.#snapshots = new Snapshots(options.reader);
    this.#dayList = new DayList(options.reader);
    this.#givenUp = new GivenUp(options.reader);
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** How old what is known of the live day is, whatever was done to the clock; null before the first reading. */
  get ageMs(): number | null {
    return this.#readElapsedMs === null ? null : this.#clock.elapsed() - this.#readElapsedMs;
  }

  get windowSeconds(): number {
    return this.#windowSeconds;
  }

  /** Why S3 could not be read the last time; null when it could. */
  get problem(): Problem | null {
    return this.#problems.values().next().value ?? null;
  }

  /** The UTC days `YYYY_MM_DD` with results, newest first, as last listed. */
  get days(): readonly string[] {
    return this.#dayList.days;
  }

  get shardCount(): number {
    return this.#snapshots.size;
  }

  /** The start of the first window there is data of; null when there is none. */
  get firstDataMs(): number | null {
    const open = this.#snapshots.parts().map((part) => part.window.startMs);
    const known = this.#firstDataMs === null ? open : [...open, this.#firstDataMs];
    return known.length === 0 ? null : Math.min(...known);
  }

  /**
   * Changes whenever something new is known of windows that have ended. Made of what S3 holds of the days that results may
   * still come for, so that it is the same in every process; while one reads further days, of how far it is, too.
   */
  get version(): string {
    // Windows also change by time alone: they end, and those without a result are then known to be empty, or late.
    const lengthMs = this.windowSeconds * 1000;
    const idleMs = this.idleSeconds * 1000;
    const now = this.now();
    const turns = [now, Math.min(now, this.readMs ?? 0) - idleMs - FINAL_MS, now - idleMs - LATE_MS].map(
      (timeMs) => Math.floor(timeMs / lengthMs),
    );
    const live = this.#liveDays().map((day) => this.#partitions.get(day)?.digest);
    const digest = createHash('sha1')
      .update([...live, this.#givenUp.digest].join('\n'))
      .digest('base64url');
    return [digest, ...turns, ...(this.#ensuring.size === 0 ? [] : [this.#partitions.version])].join('.');
  }

  /** Changes whenever anything new is known. */
  get stamp(): string {
    const changes = [this.#partitions.version, this.#givenUp.version, this.#snapshots.version];
    return [this.version, ...changes, this.problem?.message].join(' ');
  }

  /** The results whose windows start in [fromMs, toMs), as far as their days were read. */
  results(fromMs: number, toMs: number): WindowPart[] {
    return this.#results(fromMs, toMs, null);
  }

  /** For slots of several windows: those of days that are over are rolled up, and name no objects. */
  rolledResults(
    fromMs: number,
    toMs: number,
    slots: Omit<Grid, 'windowSeconds' | 'settledMs'>,
  ): WindowPart[] {
    return this.#results(fromMs, toMs, this.#gridOf(slots));
  }

  #gridOf(slots: Omit<Grid, 'windowSeconds' | 'settledMs'>): Grid {
    const { windowSeconds } = this;
    const settledMs =
      Math.min(this.now(), this.readMs ?? 0) - (windowSeconds + this.idleSeconds) * 1000 - FINAL_MS;
    return { ...slots, windowSeconds, settledMs };
  }

  #results(fromMs: number, toMs: number, grid: Grid | null): WindowPart[] {
    // The last window of a day may lie in the next day's partition: an original result is filed by its write.
    return this.#partitions.parts(daysOf(fromMs, toMs + DAY_MS), fromMs, toMs, grid);
  }

  /** Of all days that are in memory; those that are over are rolled up by day. */
  allResults(): WindowPart[] {
    const range = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, stepSeconds: DAY_MS / 1000 };
    return this.#partitions.all(this.#gridOf(range));
  }

  /** How many result objects are in memory. */
  get resultCount(): number {
    return this.#partitions.resultCount;
  }

  /** The open snapshots that no result holds yet, as far as their days were read. */
  snapshots(): WindowPart[] {
    const parts = this.#snapshots.parts();
    // What a final invocation that was given up would have written is no longer waited for.
    return uncovered([...this.#partitions.parts(daysIn(parts)), ...this.#givenUp.parts()], parts);
  }

  /** What is known to be missing of windows that start in [fromMs, toMs), as far as their days were read. */
  lacks(fromMs: number, toMs: number): WindowLack[] {
    return [
      ...this.#partitions.lacks(fromMs, toMs),
      ...this.#givenUp.lacks(fromMs, toMs, this.windowSeconds, (part) => this.#isHeld(part)),
    ];
  }

  #isHeld(part: WindowPart): boolean {
    const { startMs, endMs } = part.window;
    return uncovered(this.results(startMs, endMs), [part]).length === 0;
  }

  /** The days in [fromMs, toMs) of which it is not even known yet what there is to read. */
  unlisted(fromMs: number, toMs: number): Span[] {
    return daysOf(fromMs, toMs).flatMap((day) => {
      const dayMs = parseUtcDay(day) ?? 0;
      return this.#isUnlisted(day) ? [{ fromMs: dayMs, toMs: dayMs + DAY_MS }] : [];
    });
  }

  /** How far the reading of some days is; null when nothing is left to be read. A day that is not listed yet is one more. */
  reading(days: Iterable<string>): { readonly done: number; readonly total: number } | null {
    let [unread, total] = [0, 0];
    for (const day of new Set(days)) {
      const partition = this.#partitions.get(day);
      const isUnlisted = this.#isUnlisted(day);
      unread += isUnlisted ? 1 : (partition?.unread ?? 0);
      total += isUnlisted ? 1 : (partition?.size ?? 0);
    }
    return unread === 0 ? null : { done: total - unread, total };
  }

  /** What the days in memory lack, and all that was given up; null when that is nothing. */
  lack(): Lack | null {
    return lackOf(this.lacks(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
  }

  /** True when the result of a window that has ended may come at any moment. */
  isClosing(): boolean {
    return this.#expected().some(({ window }) => window.endMs <= this.now());
  }

  /** Of some days, or of all that are in memory, and beside them; newest first. */
  malformed(days?: Iterable<string>): Malformed[] {
    return [...this.#dayList.strays, ...this.#partitions.malformed(days)].sort(
      (a, b) => b.lastModifiedMs - a.lastModifiedMs || (a.key < b.key ? -1 : 1),
    );
  }

  /** True when a day was read, or is known to have nothing. */
  isRead(day: string): boolean {
    if (!this.#dayList.isListed) return false;
    return !this.#exists(day) || this.#partitions.get(day)?.isComplete('all') === true;
  }

  /** True when what a day holds of the day before it is known. */
  isHeadRead(day: string): boolean {
    return (
      this.#dayList.isListed && (!this.#exists(day) || this.#partitions.get(day)?.isComplete('head') === true)
    );
  }

  /**
   * Windows have another length from now on. What was read is forgotten, for the windows of original results are inferred by
   * it: `refreshLive` has to follow.
   */
  resize(windowSeconds: number): void {
    this.#windowSeconds = windowSeconds;
    this.#partitions.keep(() => false);
    this.#dayList.expire();
  }

  /** Forgets how fresh everything is: after something else has changed the bucket. */
  expire(): void {
    this.#dayList.expire();
    this.#partitions.expire();
  }

  /** Reads what may have come since the last time: the days that windows may still close in. Never throws. */
  async refreshLive(): Promise<boolean> {
    return this.#attempt('results', async () => {
      const startedMs = this.now();
      const elapsedMs = this.#clock.elapsed();
      await this.#listDays(DAYS_LIST_MS);
      this.#problems.delete('past');
      const marginMs = (2 * this.windowSeconds + this.idleSeconds) * 1000;
      const oldest = Math.min(startedMs - marginMs, ...this.#expected().map(({ window }) => window.startMs));
      const sinceMs = windowStartMs(oldest, this.windowSeconds);
      for (const day of this.#liveDays()) {
        const partition = this.#partition(day);
        const isWhole = partition.listedMs === null || elapsedMs - partition.listedMs >= WHOLE_LIST_MS;
        await partition.list(elapsedMs, 'all', isWhole ? null : sinceMs);
      }
      await this.#read(this.#liveDays(), 'results', LIVE_BUDGET_MS);
      await this.#catchUp(elapsedMs);
      this.#firstDataMs = await this.#findFirstData();
      this.#prune();
      this.readMs = startedMs;
      this.#readElapsedMs = elapsedMs;
    });
  }

  /** A consumer that stood still goes on with windows of long ago: a changed snapshot shows that it did. */
  async #catchUp(elapsedMs: number): Promise<void> {
    const version = this.#snapshots.version;
    if (version === this.#snapshotsVersion) return;
    const expected = new Set(this.#expected());
    const old = this.snapshots().filter((part) => !expected.has(part));
    for (const day of daysIn(old)) await this.#partition(day).list(elapsedMs, 'all', null);
    await this.#read(daysIn(old), 'results', LIVE_BUDGET_MS);
    this.#snapshotsVersion = version;
  }

  /** Reads the open snapshots; with `list`, shards that are new are found too. Never throws. */
  async refreshSnapshots(list: boolean): Promise<boolean> {
    return this.#attempt('snapshots', async () => {
      await (list ? this.#snapshots.list() : this.#snapshots.poll());
      this.#prune();
    });
  }

  /** Asks S3 whether it answers, with one LIST. Never throws. */
  async ask(): Promise<boolean> {
    return this.#attempt('snapshots', () => this.#snapshots.ask());
  }

  /** How many LISTs it takes to read what was given up, as of the last time; null before the first. */
  get givenUpPages(): number | null {
    return this.#givenUp.pages;
  }

  /** Reads what was given up. Never throws. */
  async refreshGivenUp(): Promise<boolean> {
    return this.#attempt('given-up', async () => {
      await this.#givenUp.refresh();
      // That a result holds what a final would have written, after all, is known by its day.
      const missing = this.#givenUp.parts().filter((part) => !this.#isHeld(part));
      if (missing.length > 0) await this.ensure([...daysIn(missing)]);
    });
  }

  /**
   * Makes sure that days are read, as far as that can be waited for: `lacks` and `unlisted` say what is not known yet. Throws
   * what the reader throws for a day that has never been read: what is known of it stays otherwise, and `problem` says that
   * it may be old. A day that somebody asks for by name may have come since the last listing; `named` looks again.
   */
  async ensure(days: readonly string[], named = false, budgetMs = BUDGET_MS): Promise<void> {
    const live = new Set(this.#liveDays());
    const isNews = named && days.some((day) => !this.#exists(day));
    try {
      await this.#listDays(isNews ? 0 : DAYS_LIST_MS);
    } catch (error) {
      if (!this.#dayList.isListed) throw error;
      this.#problems.set('past', this.#problemIn(error));
    }
    const wanted = new Map<string, Scope>();
    for (const day of days) {
      if (!live.has(day) && this.#exists(day)) wanted.set(day, 'all');
      const next = nextDay(day);
      if (!live.has(next) && this.#exists(next) && !wanted.has(next) && !days.includes(next)) {
        wanted.set(next, 'head');
      }
    }
    // The newest first, and not too many at once: what a listing says takes ten times as much as what is kept of it.
    const shardIds = this.#partitions.shardIds.slice(0, ANTICIPATED_SHARDS);
    const newest = [...wanted].sort(([a], [b]) => (a < b ? 1 : -1));
    await this.#inTime(
      budgetMs,
      eachOf(newest, DAYS_AT_ONCE, ([day, scope]) => this.#ensureOnce(day, scope, shardIds)),
    );
    this.#partitions.evict(new Set([...wanted.keys(), ...live]));
  }

  #ensureOnce(day: string, scope: Scope, shardIds: readonly string[]): Promise<void> {
    const name = `${day} ${scope}`;
    const known = this.#ensuring.get(name);
    if (known !== undefined) return known;
    const ensuring = this.#ensureDay(day, scope, shardIds).finally(() => this.#ensuring.delete(name));
    this.#ensuring.set(name, ensuring);
    return ensuring;
  }

  async #ensureDay(day: string, scope: Scope, shardIds: readonly string[]): Promise<void> {
    const partition = this.#partition(day);
    const elapsedMs = this.#clock.elapsed();
    const isOver = this.now() - (parseUtcDay(day) ?? 0) > OVER_MS;
    const maxAgeMs = isOver ? OVER_LIST_MS : PAST_LIST_MS;
    const isFresh =
      partition.isListed(scope) && partition.listedMs !== null && elapsedMs - partition.listedMs < maxAgeMs;
    if (partition.isComplete(scope) && isFresh) return;
    try {
      if (scope === 'all') partition.anticipate(shardIds);
      if (!isFresh) await partition.list(elapsedMs, scope, null);
      await partition.read();
      if (scope === 'all') partition.pack();
      this.#problems.delete('past');
    } catch (error) {
      if (!partition.isComplete(scope)) throw error;
      this.#problems.set('past', this.#problemIn(error));
    }
  }

  /** Makes sure that the results of windows that start in [fromMs, toMs) are known with who sent them. */
  async readWhole(fromMs: number, toMs: number): Promise<void> {
    const days = daysOf(fromMs, toMs + DAY_MS);
    const reading = Promise.all(days.map((day) => this.#partitions.get(day)?.readWhole(fromMs, toMs)));
    await this.#inTime(BUDGET_MS, reading).catch((error: unknown) => {
      this.#problems.set('past', this.#problemIn(error));
    });
  }

  /** True when it ends within a time; it goes on all the same. Rejects when it rejects by then. */
  #inTime(ms: number, act: Promise<unknown>): Promise<boolean> {
    return Promise.race([act.then(() => true), this.#clock.sleep(ms).then(() => false)]);
  }

  /** Reads what is listed of some days, for as long as may be waited for it; the rest goes on by itself. */
  async #read(days: Iterable<string>, kind: 'results', budgetMs: number): Promise<void> {
    const reading = Promise.all(Array.from(days, (day) => this.#partition(day).read()));
    const isDone = await this.#inTime(budgetMs, reading);
    if (!isDone) reading.catch((error: unknown) => this.#problems.set(kind, this.#problemIn(error)));
  }

  async #listDays(maxAgeMs: number): Promise<void> {
    if (!(await this.#dayList.refresh(this.#clock.elapsed(), maxAgeMs))) return;
    this.#partitions.keep((day) => this.#exists(day));
  }

  /** Of the earliest day with a result. */
  async #findFirstData(): Promise<number | null> {
    for (const day of [...new Set([...this.days, ...this.#liveDays()])].sort()) {
      const partition = this.#partitions.get(day);
      const firstMs =
        partition?.listedMs == null
          ? await this.#dayList.firstWindowMs(day, this.windowSeconds)
          : partition.firstWindowMs();
      if (firstMs !== null) return firstMs;
    }
    return null;
  }

  /** The snapshots whose results should come soon; one that never does is not waited for at the price of a busy store. */
  #expected(): WindowPart[] {
    const sinceMs = this.now() - this.idleSeconds * 1000 - GIVE_UP_MS;
    return this.snapshots().filter(({ window }) => window.endMs > sinceMs);
  }

  /** The days that results may still come for: of now, of the windows that are about to close, of the open snapshots. */
  #liveDays(): string[] {
    const nowMs = this.now();
    const backMs = (2 * this.windowSeconds + this.idleSeconds) * 1000 + WHOLE_LIST_MS;
    const open = this.#expected().map(({ window }) => window.startMs);
    return [...new Set([nowMs - backMs, nowMs, ...open].map(utcDay))].sort();
  }

  #isUnlisted(day: string): boolean {
    return this.#exists(day) && this.#partitions.get(day)?.isListed('all') !== true;
  }

  #exists(day: string): boolean {
    return this.days.includes(day) || this.#liveDays().includes(day);
  }

  #partition(day: string): Partition {
    return this.#partitions.use(day, this.windowSeconds);
  }

  #prune(): void {
    this.#snapshots.prune(this.#partitions.parts(daysIn(this.#snapshots.parts())));
  }

  async #attempt(kind: 'results' | 'snapshots' | 'given-up', act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      this.#problems.delete(kind);
      return true;
    } catch (error) {
      this.#problems.set(kind, this.#problemIn(error));
      return false;
    }
  }
}

function daysIn(parts: readonly WindowPart[]): Set<string> {
  return new Set(parts.map(({ window }) => utcDay(window.startMs)));
}

/** `YYYY_MM_DD` to `YYYY_MM_DD`. */
export function nextDay(day: string): string {
  return utcDay((parseUtcDay(day) ?? 0) + DAY_MS);
}
