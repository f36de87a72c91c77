import type { UrlState } from '@/components/live/url-state';
import { MEASURES, type Measure, partMeasure, runningTotals } from '@/components/ui/measures';
import { splitOf } from '@/components/ui/split';
import { amountOf, averageCents } from '@/lib/core/cents';
import type { Slot } from '@/lib/core/slot';

/** How far the shown zone is ahead of UTC at a moment, in milliseconds. */
export type OffsetMs = (ms: number) => number;

/** What is shown: the columns of shards and customers are of its measure. */
type Shown = Pick<UrlState, 'measure' | 'mode' | 'split'>;

type Cell = string | number | boolean | null;

/** One row for each slot, one column for each fact, RFC 4180; an unknown amount is an empty cell. */
export function windowsCsv(slots: readonly Slot[], offsetMs: OffsetMs, shown: Shown): string {
  const rows = rowsOf(slots, offsetMs, shown);
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? null))];
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/** The same rows, as JSON. */
export function windowsJson(slots: readonly Slot[], offsetMs: OffsetMs, shown: Shown): string {
  return `${JSON.stringify(rowsOf(slots, offsetMs, shown), null, 2)}\n`;
}

/** `sales-20211124T140000Z-20211124T150000Z.csv`: the file says what is in it. */
export function exportName(fromMs: number, toMs: number, extension: string): string {
  const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  return `sales-${stamp(fromMs)}-${stamp(toMs)}.${extension}`;
}

function rowsOf(
  slots: readonly Slot[],
  offsetMs: OffsetMs,
  { measure: name, mode, split }: Shown,
): Record<string, Cell>[] {
  const columns = splitOf(slots, split ?? 'shard');
  const amount = (cents: number | null | undefined) => (cents == null ? null : amountOf(cents));
  const measure: Measure = MEASURES[name];
  const cell = (value: number | null) => (MEASURES[part].isMoney ? amount(value) : value);
  const part = partMeasure(name);
  const totals = mode === 'total' ? runningTotals(slots, measure) : [];
  return slots.map((slot, index) => ({
    window_start_utc: utcTime(slot.startMs),
    window_end_utc: utcTime(slot.endMs),
    window_start_local: localTime(slot.startMs, offsetMs),
    window_end_local: localTime(slot.endMs, offsetMs),
    state: slot.state,
    sales: amount(slot.salesCents),
    records: MEASURES.records.of(slot),
    rejected: slot.rejected,
    average: amount(averageCents(slot)),
    min: amount(slot.minCents),
    max: amount(slot.maxCents),
    ...(measure.detail === undefined ? {} : { [`${name}_within_1_percent`]: amount(measure.of(slot)) }),
    ...(mode === 'total' ? { running_total: cell(totals[index] ?? null) } : {}),
    ...Object.fromEntries(
      columns.map(({ id, of }) => {
        const share = of(slot);
        return [`${part}_${id}`, share === null ? null : cell(MEASURES[part].of(share))];
      }),
    ),
    inferred: slot.inferred,
    objects: slot.objects.map((object) => object.key).join(' '),
  }));
}

function utcTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function localTime(ms: number, offsetMs: OffsetMs): string {
  const offset = offsetMs(ms);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${new Date(ms + offset).toISOString().slice(0, 19)}${zone}`;
}

/**
 * A spreadsheet takes a text that begins like a formula for one: an apostrophe before it says that it is text. Numbers
 * stay numbers, refunds with their minus among them.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
