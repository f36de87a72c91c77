import type { Bar } from '@/components/chart/bars';
import { type ClickFlag, flagWords } from '@/components/chart/click-flags';
import type { Format } from '@/components/ui/format';
import { MEASURES, type Measure, measureWords } from '@/components/ui/measures';
import { type Split, splitOf } from '@/components/ui/split';
import { STATE_WORDS } from '@/components/ui/state-words';
import { averageCents } from '@/lib/core/cents';

/** What the tooltip says of a bar: names and values, always in this order, so that the eye finds them again. */
export interface BarWords {
  readonly range: string;
  readonly state: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

const KEY_LENGTH = 34;

/**
 * `before`: the bar to its left. `mode`: in `total`, the bar's height is the sum up to it. `flag`: the clicks in it, where
 * they are shown.
 */
export function barWords(
  bar: Bar,
  before: Bar | undefined,
  measure: Measure,
  mode: 'window' | 'total',
  format: Format,
  split: Split | null,
  flag: ClickFlag | null = null,
): BarWords {
  const { slot } = bar;
  const words = (value: number | null) => measureWords(measure, value, format);
  const rows: [string, string][] = [['Total', format.money(slot.salesCents)]];
  if (mode === 'total') rows.push(['Up to here', words(bar.value)]);
  rows.push(['Records', recordWords(slot.recordCount, slot.rejected, format)]);
  const average = averageCents(slot);
  if (average !== null) rows.push(['Average', format.money(average)]);
  if (slot.minCents !== null && slot.maxCents !== null) {
    rows.push(['Spread', `${format.money(slot.minCents)} to ${format.money(slot.maxCents)}`]);
  }
  const [now, was] = [measure.of(slot), before && measure.of(before.slot)];
  if (measure.isMoney && now !== null && was != null && slot.state === 'closed') {
    rows.push(['Change', format.change(now - was)]);
  }
  if (bar.previous !== null) rows.push(['Day before', words(bar.previous)]);
  const partMeasure = measure.adds ? measure : MEASURES.sales;
  for (const part of splitOf([slot], split ?? 'shard')) {
    const share = part.of(slot);
    if (share !== null) rows.push([part.name, measureWords(partMeasure, partMeasure.of(share), format)]);
  }
  if (flag !== null) rows.push(['Clicks from here', flagWords(flag, format.count)]);
  const [object] = slot.objects;
  if (object !== undefined) {
    const more = slot.objects.length - 1;
    rows.push(['Object', `${shortKey(object.key)}${more === 0 ? '' : ` and ${more} more`}`]);
  }
  const state = STATE_WORDS[slot.state] + (slot.inferred ? ', window inferred' : '');
  return { range: format.range(slot.startMs, slot.endMs), state, rows };
}

/** The same in one breath. */
export function spokenWords({ range, state, rows }: BarWords): string {
  return `${range}, ${state}. ${rows.map(([name, value]) => `${name} ${value}`).join(', ')}.`;
}

function recordWords(count: number | null, rejected: number, format: Format): string {
  return format.count(count) + (rejected === 0 ? '' : `, ${format.count(rejected)} rejected`);
}

/** The middle goes: a key's beginning says what it is, its end which one. */
function shortKey(key: string): string {
  if (key.length <= KEY_LENGTH) return key;
  return `${key.slice(0, KEY_LENGTH / 2)}…${key.slice(1 - KEY_LENGTH / 2)}`;
}
