import { sumCents } from './cents.ts';
import { customerSums, OTHER_CUSTOMERS } from './customers.ts';
import { sumCounts } from './part-sums.ts';
import type { WindowPart } from './window-part.ts';

/** Some customers and what they have bought in a range; amounts are null when they are beyond what cents say exactly. */
export interface CustomerSales {
  readonly salesCents: number | null;
  readonly recordCount: number;
  /** In the range before; null when not all of that is known by customer, too. */
  readonly beforeCents: number | null;
}

/** The customers of a range, by their sales. Named ones, others and the untold add up to all its sales. */
export interface CustomerRanking {
  /** Of all that follows. */
  readonly salesCents: number | null;
  /** Largest sales first, at most 100. */
  readonly customers: readonly (CustomerSales & { readonly name: string })[];
  /** All whose names are not kept apart; null when there are none. */
  readonly others: CustomerSales | null;
  /** In results that do not say whose sales they are: an older version wrote them. Null when there are none. */
  readonly untold: { readonly salesCents: number | null; readonly recordCount: number | null } | null;
}

const MAX_RANKED = 100;

/** `before`: of the range before, by the same time; none when there is nothing to compare with. */
export function rankCustomers(parts: readonly WindowPart[], before: readonly WindowPart[]): CustomerRanking {
  const isCompared = before.length > 0 && before.every(isTold);
  const earlier = customerSums(before);
  const sales = [...customerSums(parts)].map(([name, { salesCents, recordCount }]) => ({
    name,
    salesCents: exact([salesCents]),
    recordCount,
    beforeCents: isCompared ? exact([earlier.get(name)?.salesCents ?? 0]) : null,
  }));
  const named = sales.filter(({ name }) => name !== OTHER_CUSTOMERS);
  named.sort((a, b) => (b.salesCents ?? 0) - (a.salesCents ?? 0) || (a.name < b.name ? -1 : 1));
  const customers = named.slice(0, MAX_RANKED);
  const others = sales.filter((each) => !customers.includes(each));
  const untold = parts.filter((part) => !isTold(part));
  return {
    salesCents: sumCents(parts.map((part) => part.salesCents)),
    customers,
    others:
      others.length === 0
        ? null
        : {
            salesCents: exact(others.map(({ salesCents }) => salesCents)),
            recordCount: others.reduce((total, { recordCount }) => total + recordCount, 0),
            beforeCents: isCompared ? exact(othersOf(earlier, customers)) : null,
          },
    untold:
      untold.length === 0
        ? null
        : { salesCents: sumCents(untold.map((part) => part.salesCents)), recordCount: sumCounts(untold) },
  };
}

/** True for one without sales, too: there is nobody to tell. */
function isTold({ customers, recordCount }: WindowPart): boolean {
  return customers !== null || recordCount === 0;
}

/** What all but the ranked had bought before. */
function othersOf(
  earlier: ReadonlyMap<string, { readonly salesCents: number }>,
  ranked: readonly { readonly name: string }[],
): number[] {
  const names = new Set(ranked.map(({ name }) => name));
  return [...earlier].flatMap(([name, { salesCents }]) => (names.has(name) ? [] : salesCents));
}

function exact(all: readonly (number | null)[]): number | null {
  return sumCents(all.map((cents) => cents ?? Number.NaN));
}
