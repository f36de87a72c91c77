/**
 * Money is added as integer cents, so that sums are exact. At the edges it is a JSON number with at most two decimals.
 *
 * No amount is larger than 70 trillion either way, be it of a sale or a sum: up to 2^46 doubles lie closer than a cent, so
 * that each number of cents has a double of its own, and writer and reader agree on every one of them.
 */
export const MAX_CENTS = 7_000_000_000_000_000;

/** The cents of an amount, or null when it is not a number with at most two decimals within ±`MAX_CENTS`. */
export function centsOf(amount: unknown): number | null {
  if (typeof amount !== 'number' || !(Math.abs(amount) <= MAX_CENTS / 100)) return null;
  // c / 100 is the double nearest to "c.cc", which is also what JSON.parse makes of that text: equal means two decimals.
  // The product is rounded, and may miss the right c by one.
  const cents = Math.round(amount * 100);
  if (cents / 100 === amount) return cents + 0; // -0 becomes 0
  if ((cents + 1) / 100 === amount) return cents + 1;
  return (cents - 1) / 100 === amount ? cents - 1 : null;
}

/** Of one sale, in whole cents; null when it is not known how many there are, or there is none. */
export function averageCents(of: {
  readonly salesCents: number | null;
  readonly recordCount: number | null;
}): number | null {
  const { salesCents, recordCount } = of;
  return salesCents === null || recordCount === null || recordCount === 0
    ? null
    : Math.round(salesCents / recordCount);
}

export function amountOf(cents: number): number {
  return cents / 100;
}

const SPLIT = 2 ** 26;

/** The exact sum of some cents, in whatever order they come; null when it is beyond ±`MAX_CENTS`: no amount to show. */
export function sumCents(all: Iterable<number>): number | null {
  // In two halves, since what is added up on the way may be far larger than the sum.
  let high = 0;
  let low = 0;
  for (const cents of all) {
    const own = Math.trunc(cents / SPLIT);
    high += own;
    low += cents - own * SPLIT;
  }
  const sum = high * SPLIT + low;
  return Math.abs(sum) <= MAX_CENTS ? sum : null;
}

/** True for cents as data has them: whole, and within ±`MAX_CENTS`. */
export function isCents(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= MAX_CENTS;
}

/** True for a number of records. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
