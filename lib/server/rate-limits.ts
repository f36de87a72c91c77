import 'server-only';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError, problem } from './problem.ts';

/** Sign-in attempts that failed, of one address and of all; by then somebody guesses. */
const MAX_ATTEMPTS = 10;
const MAX_ATTEMPTS_OF_ALL = 100;
const ATTEMPTS_SECONDS = 15 * 60;

/** Records a minute of one client, and of all. Two browsers that keep selling as fast as the page lets them stay below it. */
const CLIENT_RECORDS = 60_000;
const ALL_RECORDS = 120_000;
/** How many records a click is taken for before the producer has said how many it made: the most that it chooses itself. */
const UNKNOWN_RECORDS = 300;

const EVERYONE = 'everyone';

/** Bounds what whoever reaches the page can try and spend. In memory: another process has bounds of its own. */
export class RateLimits {
  readonly #attempts = new RateLimiterMemory({ points: MAX_ATTEMPTS, duration: ATTEMPTS_SECONDS });
  readonly #allAttempts = new RateLimiterMemory({ points: MAX_ATTEMPTS_OF_ALL, duration: ATTEMPTS_SECONDS });
  readonly #sales: readonly {
    readonly limiter: RateLimiterMemory;
    readonly words: string;
    readonly isOfAll: boolean;
  }[];

  /** `salesPerHour`: the most records an hour, of everyone together. */
  constructor(salesPerHour: number) {
    this.#sales = [
      {
        limiter: new RateLimiterMemory({ points: CLIENT_RECORDS, duration: 60 }),
        words: `${CLIENT_RECORDS} records a minute from one browser`,
        isOfAll: false,
      },
      {
        limiter: new RateLimiterMemory({ points: ALL_RECORDS, duration: 60 }),
        words: `${ALL_RECORDS} records a minute`,
        isOfAll: true,
      },
      {
        limiter: new RateLimiterMemory({ points: salesPerHour, duration: 3600 }),
        words: `${salesPerHour} records an hour (SALES_PER_HOUR)`,
        isOfAll: true,
      },
    ];
  }

  /** Counts an attempt to sign in. Throws ProblemError with 429 when there were too many. */
  async attempt(address: string): Promise<void> {
    for (const [limiter, key] of [
      [this.#attempts, address],
      [this.#allAttempts, EVERYONE],
    ] as const) {
      const waitMs = await take(limiter, key, 1);
      if (waitMs !== null) throw tooMany('Too many attempts to sign in', waitMs);
    }
  }

  /** It was the right password: what was tried before it is forgotten. */
  async signedIn(address: string): Promise<void> {
    await this.#attempts.delete(address);
    await this.#allAttempts.reward(EVERYONE, 1);
  }

  /**
   * Takes a click's records from what may be sold, and gives back what was not sold. `sell` answers how many it sold.
   * Throws ProblemError with 429, which names the time, and sells nothing then.
   */
  async selling<T extends { readonly recordCount: number }>(
    client: string,
    count: number | null,
    sell: () => Promise<T>,
  ): Promise<T> {
    const asked = count ?? UNKNOWN_RECORDS;
    const taken: RateLimiterMemory[] = [];
    const giveBack = (records: number) =>
      Promise.all(
        taken.map((limiter, index) =>
          limiter.reward(this.#sales[index]?.isOfAll ? EVERYONE : client, records),
        ),
      );
    for (const { limiter, words, isOfAll } of this.#sales) {
      const waitMs = await take(limiter, isOfAll ? EVERYONE : client, asked);
      if (waitMs !== null) {
        await giveBack(asked);
        throw tooMany(`Expected at most ${words}, got more`, waitMs);
      }
      taken.push(limiter);
    }
    let sold = 0;
    try {
      const receipt = await sell();
      sold = receipt.recordCount;
      return receipt;
    } finally {
      if (sold < asked) await giveBack(asked - sold);
    }
  }
}

/** Milliseconds to wait; null when there was enough, and it is taken. Nothing is taken otherwise. */
async function take(limiter: RateLimiterMemory, key: string, points: number): Promise<number | null> {
  try {
    await limiter.consume(key, points);
    return null;
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    // What was refused was counted all the same.
    await limiter.reward(key, points);
    return refused.msBeforeNext;
  }
}

function tooMany(what: string, waitMs: number): ProblemError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const until = new Date(Date.now() + waitMs).toISOString().slice(11, 19);
  return new ProblemError(
    problem('throttled', `${what}. Try again in ${seconds} s (at ${until} UTC).`),
    429,
    seconds,
  );
}
