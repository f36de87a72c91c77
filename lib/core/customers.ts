import { sumCents } from './cents.ts';

/** What one customer has bought in one part of a window, or in several. */
export interface CustomerShare {
  readonly name: string;
  readonly recordCount: number;
  readonly salesCents: number;
}

/** A customer's share, or that of all others (null). */
export interface CustomerPart extends Omit<CustomerShare, 'name'> {
  readonly name: string | null;
}

/** Sums by customer while a window is folded: the first names each have their own, in the order of their first sale. */
export type CustomerSums = Map<string, { recordCount: number; salesCents: number }>;

/** The names of a part that have sums of their own; the rest is added up under `OTHER_CUSTOMERS`. */
export const MAX_CUSTOMERS = 200;
/** Whoever has a longer name is one of the others: a name may take 64 kB, and the state of a window has little room. */
export const MAX_CUSTOMER_NAME_LENGTH = 80;
export const OTHER_CUSTOMERS = 'other';

export function addToCustomers(sums: CustomerSums, name: string, salesCents: number): void {
  const own = sums.get(name);
  if (own !== undefined) {
    own.recordCount += 1;
    own.salesCents += salesCents;
    return;
  }
  const named = sums.has(OTHER_CUSTOMERS) ? sums.size - 1 : sums.size;
  const isNamed = name.length <= MAX_CUSTOMER_NAME_LENGTH && named < MAX_CUSTOMERS;
  if (isNamed || name === OTHER_CUSTOMERS) sums.set(name, { recordCount: 1, salesCents });
  else if (sums.has(OTHER_CUSTOMERS)) addToCustomers(sums, OTHER_CUSTOMERS, salesCents);
  else sums.set(OTHER_CUSTOMERS, { recordCount: 1, salesCents });
}

/** Of some parts, as far as they say it; not in the order of anything. NaN for what is beyond what cents say exactly. */
export function customerSums(
  parts: Iterable<{ readonly customers: readonly CustomerShare[] | null }>,
): CustomerSums {
  const sums: CustomerSums = new Map();
  for (const { customers } of parts) {
    for (const { name, recordCount, salesCents } of customers ?? []) {
      const own = sums.get(name);
      if (own === undefined) sums.set(name, { recordCount, salesCents });
      else {
        own.recordCount += recordCount;
        own.salesCents = sumCents([own.salesCents, salesCents]) ?? Number.NaN;
      }
    }
  }
  return sums;
}
