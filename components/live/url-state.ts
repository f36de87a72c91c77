import { MEASURES, type Measure, type MeasureName, parseMeasure } from '@/components/ui/measures';
import type { Split } from '@/components/ui/split';
import { type NamedRange, parseRange, rangeText, type Span } from '@/lib/core/range';
import { parseUtcDate, utcDate } from '@/lib/core/window';

/** What the page shows, as its address says it. Values that are not understood fall back to the default. */
export interface UrlState {
  /** `today` or a UTC day, YYYY-MM-DD. */
  readonly day: string;
  readonly range: NamedRange;
  readonly tz: 'local' | 'utc';
  readonly view: 'chart' | 'table';
  readonly measure: MeasureName;
  /** What does not add up has no running total. */
  readonly mode: 'window' | 'total';
  readonly cmp: boolean;
  /** What bars are split by; null when they are whole. */
  readonly split: Split | null;
  /** Cents, from an amount with at most two decimals in the address. */
  readonly limitCents: number | null;
  /** Marks where this browser clicked. */
  readonly flags: boolean;
  /** Start of the inspected window. */
  readonly w: number | null;
  /** Start of the window that it is compared with. */
  readonly vs: number | null;
  readonly kiosk: boolean;
}

function timeOf(text: string | null): number | null {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : null;
}

/** Never throws: an address is written by anyone. */
export function parseUrlState(search: string): UrlState {
  const query = new URLSearchParams(search);
  const day = query.get('day') ?? '';
  const limit = query.get('limit') ?? '';
  const measure = parseMeasure(query.get('measure') ?? '') ?? 'sales';
  return {
    day: parseUtcDate(day) === null ? 'today' : day,
    range: parseRange(query.get('range') ?? '') ?? '1h',
    tz: query.get('tz') === 'utc' ? 'utc' : 'local',
    view: query.get('view') === 'table' ? 'table' : 'chart',
    measure,
    mode: query.get('mode') === 'total' && MEASURES[measure].adds ? 'total' : 'window',
    cmp: query.get('cmp') === 'yesterday',
    split: query.get('customers') === '1' ? 'customer' : query.get('shards') === '1' ? 'shard' : null,
    limitCents: /^\d{1,12}(\.\d{1,2})?$/.test(limit) ? Math.round(Number(limit) * 100) : null,
    flags: query.get('flags') === '1',
    w: timeOf(query.get('w')),
    vs: timeOf(query.get('vs')),
    kiosk: query.get('kiosk') === '1',
  };
}

/** The shortest address that parses to the same state: defaults are left out. */
export function serializeUrlState(state: UrlState): string {
  const query = new URLSearchParams();
  if (state.day !== 'today') query.set('day', state.day);
  if (state.range !== '1h') query.set('range', rangeText(state.range));
  if (state.tz !== 'local') query.set('tz', state.tz);
  if (state.view !== 'chart') query.set('view', state.view);
  if (state.measure !== 'sales') query.set('measure', state.measure);
  if (state.mode !== 'window') query.set('mode', state.mode);
  if (state.cmp) query.set('cmp', 'yesterday');
  if (state.split !== null) query.set(`${state.split}s`, '1');
  if (state.limitCents !== null) query.set('limit', String(state.limitCents / 100));
  if (state.flags) query.set('flags', '1');
  if (state.w !== null) query.set('w', String(state.w));
  if (state.vs !== null) query.set('vs', String(state.vs));
  if (state.kiosk) query.set('kiosk', '1');
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The address's words for the time between two moments. */
export function spanQuery({ fromMs, toMs }: Span): Pick<UrlState, 'day' | 'range'> {
  return { day: utcDate(fromMs), range: { fromMs, toMs } };
}

/** A link that shows tomorrow what is seen now: a range that moves with the clock becomes its two ends. */
export function freezeUrlState(state: UrlState, shown: Span): UrlState {
  return { ...state, ...spanQuery(shown) };
}

/** What slots have to be asked for it besides, as requests spell it; empty for nothing. */
export function detailsOf({ split, measure }: Pick<UrlState, 'split' | 'measure'>): string {
  const { detail }: Measure = MEASURES[measure];
  return [split === 'customer' ? 'customers' : [], detail ?? []].flat().join();
}
