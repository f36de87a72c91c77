import type { Format } from '@/components/ui/format';
import { averageCents } from '@/lib/core/cents';
import type { Detail, Slot } from '@/lib/core/slot';

/** What a slot and a shard's share of it both say. */
type Measured = Pick<Slot, 'salesCents' | 'recordCount'> &
  Partial<Pick<Slot, 'state' | 'minCents' | 'maxCents' | 'quantiles'>>;

/** One way to put a window in a number. A new one is an entry of `MEASURES`, and what it reads of a slot. */
export interface Measure {
  readonly label: string;
  /** Cents, or else a count. */
  readonly isMoney: boolean;
  /** Whether the numbers of parts add up to that of the whole: only then can bars be split and summed up. */
  readonly adds: boolean;
  /** What slots have to be asked for it. It is within 1 %, and says so. */
  readonly detail?: Detail;
  /** Null when it is unknown. */
  readonly of: (part: Measured) => number | null;
}

export const MEASURES = {
  sales: { label: 'Sales', isMoney: true, adds: true, of: ({ salesCents }) => salesCents },
  records: {
    label: 'Records',
    isMoney: false,
    adds: true,
    // What was sent and is missing is not counted.
    of: ({ state, recordCount }) => (state === 'missing' ? null : recordCount),
  },
  average: { label: 'Average sale', isMoney: true, adds: false, of: averageCents },
  median: {
    label: 'Median sale',
    isMoney: true,
    adds: false,
    detail: 'quantiles',
    of: ({ quantiles }) => quantiles?.medianCents ?? null,
  },
  p95: {
    label: '95th percentile',
    isMoney: true,
    adds: false,
    detail: 'quantiles',
    of: ({ quantiles }) => quantiles?.p95Cents ?? null,
  },
  smallest: { label: 'Smallest sale', isMoney: true, adds: false, of: ({ minCents }) => minCents ?? null },
  largest: { label: 'Largest sale', isMoney: true, adds: false, of: ({ maxCents }) => maxCents ?? null },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof MEASURES;

/** As addresses spell it; null for any other text. */
export function parseMeasure(text: string): MeasureName | null {
  return MEASURE_NAMES.find((name) => name === text) ?? null;
}

export const MEASURE_NAMES: readonly MeasureName[] = Object.keys(MEASURES).filter(isMeasure);

function isMeasure(name: string): name is MeasureName {
  return Object.hasOwn(MEASURES, name);
}

/** What parts of a window are told in: their sales, where the measure does not add up. */
export function partMeasure(name: MeasureName): MeasureName {
  return MEASURES[name].adds ? name : 'sales';
}

/** Each slot's sum with all before it; it stands through a blank, and is unknown before the first data and in the future. */
export function runningTotals(slots: readonly Slot[], measure: Measure): (number | null)[] {
  let sum = 0;
  return slots.map((slot) => {
    sum += measure.of(slot) ?? 0;
    return slot.state === 'future' || slot.state === 'before' ? null : sum;
  });
}

export function measureWords({ isMoney, detail }: Measure, value: number | null, format: Format): string {
  const words = isMoney ? format.money(value) : format.count(value);
  return detail === undefined || value === null ? words : `≈ ${words}`;
}
