import 'server-only';
import { resultsDelayMs } from './results-delay.ts';
import type { Clock } from './store-clock.ts';
import { endsWithin } from './watchdog.ts';
import type { WindowStore } from './window-store.ts';

/**
 * When the store reads. Only while somebody watches, since AWS charges for each call: about 0.005 USD for 1,000 LISTs and
 * 0.0004 USD for 1,000 GETs. With one shard and windows of two minutes that is, as long as a page is open, some 30 LISTs
 * and 130 GETs a window: 0.15 USD for a whole day of watching, however many watch.
 */
const SNAPSHOTS_MS = 1000;
/** After a click: the first records show within two seconds, though the consumer's batching takes one of them. */
const EAGER_MS = 200;
const EAGER_FOR_MS = 6000;
const SHARDS_MS = 15_000;
/** Before the first sale there is no shard to poll, and finding one is all that is waited for. */
const FIRST_SHARD_MS = 2000;
/** Whoever changes the windows' length does it rarely, and AWS lets its control plane be asked a few times a second only. */
const LENGTH_MS = 30_000;
/** A page that polls asks every few seconds; one that has gone is noticed so soon. */
const WATCHED_FOR_MS = 15_000;
/** What has failed is read again so soon: a call may hang for three seconds, and five after S3 is well the page is, too. */
const BACKOFF_MS = 1000;
/** What was given up has gone through hours of attempts: a quarter of a minute more does not matter. */
const GIVEN_UP_MS = 15_000;
/** While nobody watches, whoever asks for the page's health pays for it: 0.22 USD a month at the most. */
const GIVEN_UP_UNWATCHED_MS = 60_000;
/** Likewise, one small LIST: 1.30 USD a month at the most. */
const ASK_UNWATCHED_MS = 10_000;
/** A load balancer does not wait for long. */
const ASKED_FOR_MS = 2000;
/** Every call ends within seconds by itself. Whatever else a round may wait for, the loop does not wait with it. */
const LONGEST_ROUND_MS = 60_000;

/** Drives one store while it is watched. */
export class StoreLoop {
  readonly #store: WindowStore;
  readonly #clock: Clock;
  readonly #askWindowSeconds: () => Promise<number | null>;
  readonly #listeners = new Set<() => void>();
  #askedMs = Number.NEGATIVE_INFINITY;
  #eagerUntilMs = Number.NEGATIVE_INFINITY;
  /** These and the like by the clock that only goes forward: one that is set back must not stop anything. */
  #snapshotsDueMs = Number.NEGATIVE_INFINITY;
  #shardsDueMs = Number.NEGATIVE_INFINITY;
  #resultsDueMs = Number.NEGATIVE_INFINITY;
  #lengthDueMs = Number.NEGATIVE_INFINITY;
  #givenUpDueMs = Number.NEGATIVE_INFINITY;
  #givenUpBegunMs = Number.NEGATIVE_INFINITY;
  #givenUp: Promise<boolean> = Promise.resolve(true);
  /** When S3 was last asked something for the health alone. */
  #unwatchedMs = Number.NEGATIVE_INFINITY;
  #unwatched: Promise<boolean> = Promise.resolve(true);
  #endedMs: number | null = null;
  #running = false;
  #round: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  /** `askWindowSeconds`: how long windows are by now; null when that cannot be learnt, and the store goes on as it is. */
  constructor(store: WindowStore, clock: Clock, askWindowSeconds: () => Promise<number | null>) {
    this.#store = store;
    this.#clock = clock;
    this.#askWindowSeconds = askWindowSeconds;
  }

  /** Calls back after each reading, until the answer is called. While there is a watcher the store is kept fresh. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the store is as fresh as it can be: at once when it is watched, else after one reading. */
  async fresh(): Promise<void> {
    this.#askedMs = this.#clock.elapsed();
    this.#start();
    await this.#round;
  }

  /**
   * Resolves when the store's problem is that of now, and what was given up that of the last minute; false when S3 does not
   * answer soon. Watches nothing, but for what has failed: that is read again as if somebody looked.
   */
  async knowHealth(): Promise<boolean> {
    const nowMs = this.#clock.elapsed();
    if (this.#store.problem !== null && !this.#running) return endsWithin(ASKED_FOR_MS, this.fresh());
    if (nowMs - this.#givenUpBegunMs >= GIVEN_UP_UNWATCHED_MS * this.#givenUpPages) {
      this.#unwatchedMs = nowMs;
      void this.#refreshGivenUp();
    } else if (!this.#running && nowMs - this.#unwatchedMs >= ASK_UNWATCHED_MS) {
      this.#unwatchedMs = nowMs;
      this.#unwatched = this.#store.ask();
    }
    return endsWithin(ASKED_FOR_MS, Promise.all([this.#givenUp, this.#unwatched]));
  }

  /** Something was sent: its snapshot is about to come. */
  expectNews(): void {
    this.#eagerUntilMs = this.#clock.elapsed() + EAGER_FOR_MS;
    this.#snapshotsDueMs = this.#shardsDueMs = Number.NEGATIVE_INFINITY;
    this.#wake();
  }

  /** The bucket was changed by something else: everything is listed again. */
  expire(): void {
    this.#store.expire();
    this.#hurry();
    this.#wake();
  }

  /** Asks how long windows are by now; when that has changed, all is read again before anyone is answered. */
  async measure(): Promise<void> {
    this.#lengthDueMs = this.#clock.elapsed() + LENGTH_MS;
    const windowSeconds = await this.#askWindowSeconds().catch(() => null);
    if (windowSeconds === null || windowSeconds === this.#store.windowSeconds) return;
    this.#store.resize(windowSeconds);
    this.#hurry();
    this.#round = this.#read();
    await this.#round;
  }

  get #isWatched(): boolean {
    return this.#listeners.size > 0 || this.#clock.elapsed() - this.#askedMs < WATCHED_FOR_MS;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#hurry();
    this.#endedMs = this.#clock.elapsed();
    this.#round = this.#read();
    void this.#run(this.#round);
  }

  async #run(first: Promise<void>): Promise<void> {
    await first;
    while (this.#isWatched) {
      await this.#pause();
      await this.#read();
    }
    this.#running = false;
  }

  /** For how long no round has ended; null while nobody watches. */
  get silentMs(): number | null {
    return this.#running && this.#endedMs !== null ? this.#clock.elapsed() - this.#endedMs : null;
  }

  #hurry(): void {
    this.#snapshotsDueMs =
      this.#shardsDueMs =
      this.#resultsDueMs =
      this.#givenUpDueMs =
        Number.NEGATIVE_INFINITY;
  }

  /** One round. Never throws. */
  async #read(): Promise<void> {
    const wentWell = await endsWithin(LONGEST_ROUND_MS, this.#readWhatIsDue());
    const nowMs = this.#clock.elapsed();
    if (wentWell) this.#endedMs = nowMs;
    else this.#snapshotsDueMs = this.#resultsDueMs = nowMs + BACKOFF_MS;
  }

  async #readWhatIsDue(): Promise<void> {
    const store = this.#store;
    const nowMs = this.#clock.elapsed();
    // Not waited for: it is another service, and hardly ever has news.
    if (nowMs >= this.#lengthDueMs) void this.measure();
    const isEager = nowMs < this.#eagerUntilMs;
    const jobs: Promise<void>[] = [];
    if (nowMs >= this.#snapshotsDueMs) {
      const isListed = nowMs >= this.#shardsDueMs;
      if (isListed) this.#shardsDueMs = nowMs + this.#shardsDelayMs(isEager);
      this.#snapshotsDueMs = nowMs + (isEager ? EAGER_MS : SNAPSHOTS_MS);
      jobs.push(
        this.#orAgain(store.refreshSnapshots(isListed), (dueMs) => {
          this.#snapshotsDueMs = dueMs;
          if (isListed) this.#shardsDueMs = dueMs;
        }),
      );
    }
    if (nowMs >= this.#resultsDueMs) {
      this.#resultsDueMs = Number.POSITIVE_INFINITY; // how soon again is only known afterwards
      jobs.push(
        this.#orAgain(store.refreshLive(), (dueMs) => {
          this.#resultsDueMs = dueMs;
        }),
      );
    }
    if (nowMs >= this.#givenUpDueMs) {
      this.#givenUpDueMs = nowMs + GIVEN_UP_MS * this.#givenUpPages;
      jobs.push(
        this.#orAgain(this.#refreshGivenUp(), (dueMs) => {
          this.#givenUpDueMs = dueMs;
        }),
      );
    }
    await Promise.all(jobs);
    const { windowSeconds, idleSeconds } = store;
    const delayMs = resultsDelayMs(store.now(), windowSeconds, idleSeconds, store.isClosing());
    this.#resultsDueMs = Math.min(this.#resultsDueMs, nowMs + delayMs);
    for (const listener of this.#listeners) listener();
  }

  /** Of many LISTs each costs as much as of one: it is read the more rarely. */
  get #givenUpPages(): number {
    return this.#store.givenUpPages ?? 1;
  }

  #refreshGivenUp(): Promise<boolean> {
    this.#givenUpBegunMs = this.#clock.elapsed();
    this.#givenUp = this.#store.refreshGivenUp();
    return this.#givenUp;
  }

  /** What has failed is due again before its time. */
  async #orAgain(reading: Promise<boolean>, again: (dueMs: number) => void): Promise<void> {
    if (!(await reading)) again(this.#clock.elapsed() + BACKOFF_MS);
  }

  #shardsDelayMs(isEager: boolean): number {
    // A click's records go to several shards, and each may be the first of its shard.
    if (isEager) return EAGER_MS;
    return this.#store.shardCount === 0 ? FIRST_SHARD_MS : SHARDS_MS;
  }

  /** Until something is due. */
  #pause(): Promise<void> {
    const nowMs = this.#clock.elapsed();
    const dueMs = Math.min(this.#snapshotsDueMs, this.#resultsDueMs) - nowMs;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(20, dueMs));
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
