/**
 * Money is added as integer cents, so that sums are exact. At the edges it is a JSON number with at most two decimals.
 */

/** The cents of an amount, or null when it is not a finite number with at most two decimals that cents can hold exactly. */
export function centsOf(amount: unknown): number | null {
  if (typeof amount !== 'number') return null;
  // c / 100 is the double nearest to "c.cc", which is also what JSON.parse makes of that text: equal means two decimals.
  const cents = Math.round(amount * 100);
  if (!Number.isSafeInteger(cents) || cents / 100 !== amount) return null;
  return cents + 0; // -0 becomes 0
}

export function amountOf(cents: number): number {
  return cents / 100;
}
