import 'server-only';
import type { Role } from './access.ts';
import { HourBudget } from './hour-budget.ts';
import { badRequest, ProblemError, problem } from './problem.ts';
import { type Budget, TokenBuckets } from './token-bucket.ts';
import { type Clock, SYSTEM_CLOCK } from './window-store/store-clock.ts';

/** Attempts to sign in that failed, of one address and of all; by then somebody guesses. */
const MAX_ATTEMPTS = 10;
const MAX_ATTEMPTS_OF_ALL = 100;
const ATTEMPTS_MS = 15 * 60_000;

/**
 * Records at once of one client, and of all, and as many a minute after them. Two browsers that keep selling as fast as the
 * page lets them stay below it.
 */
const CLIENT_RECORDS = 60_000;
const ALL_RECORDS = 120_000;
const RECORDS_MS = 60_000;
/** How many records a click is taken for before the producer has said how many it made: the most that it chooses itself. */
const UNKNOWN_RECORDS = 300;

const EVERYONE = 'everyone';

interface Bound {
  readonly budget: Budget;
  readonly words: string;
  readonly isOfAll: boolean;
}

/** Bounds what whoever reaches the page can try and spend. In memory: another process has bounds of its own. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #attempts = new TokenBuckets(MAX_ATTEMPTS, ATTEMPTS_MS);
  readonly #allAttempts = new TokenBuckets(MAX_ATTEMPTS_OF_ALL, ATTEMPTS_MS);
  readonly #sales: readonly Bound[];

  /** `salesPerHour`: the most records in any hour, of everyone together. */
  constructor(salesPerHour: number, clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#sales = [
      {
        budget: new TokenBuckets(CLIENT_RECORDS, RECORDS_MS),
        words: `${CLIENT_RECORDS} records a minute from one browser`,
        isOfAll: false,
      },
      {
        budget: new TokenBuckets(ALL_RECORDS, RECORDS_MS),
        words: `${ALL_RECORDS} records a minute`,
        isOfAll: true,
      },
      {
        budget: new HourBudget(salesPerHour),
        words: `${salesPerHour} records an hour (SALES_PER_HOUR)`,
        isOfAll: true,
      },
    ];
  }

  /** Counts an attempt to sign in. Throws ProblemError with 429 when there were too many. */
  attempt(address: string): void {
    const nowMs = this.#clock.elapsed();
    const ownMs = this.#attempts.take(address, 1, nowMs);
    const waitMs = ownMs > 0 ? ownMs : this.#allAttempts.take(EVERYONE, 1, nowMs);
    if (waitMs === 0) return;
    if (ownMs === 0) this.#attempts.giveBack(address, 1, nowMs);
    throw this.#tooMany('Too many attempts to sign in', waitMs);
  }

  /**
   * It was the right password: what was tried before it from there is forgotten, unless there is one that allows more, which
   * whoever may only watch could go on guessing.
   */
  signedIn(address: string, role: Role): void {
    const nowMs = this.#clock.elapsed();
    this.#attempts.giveBack(address, role === 'sell' ? MAX_ATTEMPTS : 1, nowMs);
    this.#allAttempts.giveBack(EVERYONE, 1, nowMs);
  }

  /**
   * Takes a click's records from what may be sold, and gives back what was not sold. `sell` answers how many it sold.
   * Throws ProblemError and sells nothing: with 429, which names the time, or with 400 when they are too many at any time.
   */
  async selling<T extends { readonly recordCount: number }>(
    client: string,
    count: number | null,
    sell: () => Promise<T>,
  ): Promise<T> {
    const asked = count ?? UNKNOWN_RECORDS;
    const takenMs = this.#clock.elapsed();
    const taken: Bound[] = [];
    const giveBack = (records: number) => {
      for (const { budget, isOfAll } of taken) {
        budget.giveBack(isOfAll ? EVERYONE : client, records, this.#clock.elapsed(), takenMs);
      }
    };
    for (const bound of this.#sales) {
      const waitMs = bound.budget.take(bound.isOfAll ? EVERYONE : client, asked, takenMs);
      if (waitMs > 0) {
        giveBack(asked);
        const words = `Expected at most ${bound.words}, got`;
        throw waitMs === Number.POSITIVE_INFINITY
          ? badRequest(`${words} ${asked} at once. Ask for fewer.`)
          : this.#tooMany(`${words} more`, waitMs);
      }
      taken.push(bound);
    }
    let sold = 0;
    try {
      const receipt = await sell();
      sold = receipt.recordCount;
      return receipt;
    } finally {
      if (sold < asked) giveBack(asked - sold);
    }
  }

  #tooMany(what: string, waitMs: number): ProblemError {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const until = new Date(this.#clock.now() + waitMs).toISOString().slice(11, 19);
    return new ProblemError(
      problem('throttled', `${what}. Try again in ${seconds} s (at ${until} UTC).`),
      429,
      seconds,
    );
  }
}
