import { AmountSketch } from './amount-sketch.ts';
import { sumCents } from './cents.ts';
import { type CustomerPart, customerSums, OTHER_CUSTOMERS } from './customers.ts';
import type { Detail, Slot } from './slot.ts';
import type { WindowPart } from './window-part.ts';

/** Customers that are told apart in the slots of a range: more would be too many to tell apart by eye. */
const TOP_CUSTOMERS = 8;
/** Of a slot by itself, which is read line by line. */
const TOP_OF_ONE = 50;

/** The slots with what is asked for besides; `parts` are those that each slot is made of, in the slots' order. */
export function withDetails(
  slots: readonly Slot[],
  parts: readonly (readonly WindowPart[])[],
  asked: readonly Detail[],
): Slot[] {
  const top = asked.includes('customers')
    ? topCustomers(parts.flat(), slots.length === 1 ? TOP_OF_ONE : TOP_CUSTOMERS)
    : null;
  return slots.map((slot, index) => {
    const own = parts[index] ?? [];
    return {
      ...slot,
      ...(top === null ? {} : { customers: customersOf(own, top) }),
      ...(asked.includes('quantiles') ? { quantiles: quantilesOf(own) } : {}),
    };
  });
}

function topCustomers(parts: readonly WindowPart[], count: number): ReadonlySet<string> {
  const named = [...customerSums(parts)].filter(([name]) => name !== OTHER_CUSTOMERS);
  const ranked = named.sort(([a, x], [b, y]) => y.salesCents - x.salesCents || (a < b ? -1 : 1));
  return new Set(ranked.slice(0, count).map(([name]) => name));
}

/** None when one of them is beyond what cents say exactly. */
function customersOf(parts: readonly WindowPart[], top: ReadonlySet<string>): CustomerPart[] {
  const named: CustomerPart[] = [];
  const others: { salesCents: number; recordCount: number }[] = [];
  for (const [name, sums] of customerSums(parts)) {
    if (top.has(name)) named.push({ name, ...sums });
    else others.push(sums);
  }
  named.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  const salesCents = sumCents(others.map((other) => other.salesCents));
  if (salesCents === null || named.some((part) => Number.isNaN(part.salesCents))) return [];
  if (others.length === 0) return named;
  return [
    ...named,
    { name: null, salesCents, recordCount: others.reduce((sum, o) => sum + o.recordCount, 0) },
  ];
}

/** Null as soon as one part with sales does not say how they are spread. */
function quantilesOf(parts: readonly WindowPart[]): NonNullable<Slot['quantiles']> {
  const sketch = new AmountSketch();
  for (const { amounts, recordCount } of parts) {
    if (amounts !== null) sketch.merge(amounts);
    else if (recordCount !== 0) return { medianCents: null, p95Cents: null };
  }
  return { medianCents: sketch.quantile(0.5), p95Cents: sketch.quantile(0.95) };
}
