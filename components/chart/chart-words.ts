import type { UrlState } from '@/components/live/url-state';
import type { Format } from '@/components/ui/format';
import { MEASURES, type Measure, measureWords } from '@/components/ui/measures';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { sumCents } from '@/lib/core/cents';
import { isDetailable, isOfMoreDays, MAX_DETAILED_DAYS } from '@/lib/core/range';
import type { Slot } from '@/lib/core/slot';

const UNITS = [
  [86_400, 'day', 'd'],
  [3600, 'hour', 'h'],
  [60, 'minute', 'min'],
  [1, 'second', 's'],
] as const;

function inUnits(seconds: number) {
  const [each, noun, sign] = UNITS.find(([length]) => seconds % length === 0) ?? UNITS[3];
  return { count: seconds / each, noun, sign };
}

/** A length as people say it before a noun: `2-minute`, `10-second`. */
export function lengthWords(seconds: number): string {
  const { count, noun } = inUnits(seconds);
  return `${count}-${noun}`;
}

/** A length in short: `1 h`, `15 min`. */
export function lengthLabel(seconds: number): string {
  const { count, sign } = inUnits(seconds);
  return `${count} ${sign}`;
}

/** The sentence over the chart: what, how long each bar is, which range, which zone. */
export function chartTitle(
  shown: Pick<WindowsAnswer, 'stepSeconds' | 'windowSeconds' | 'fromMs' | 'toMs' | 'live'>,
  url: Pick<UrlState, 'measure' | 'mode' | 'day' | 'range' | 'split'>,
  format: Format,
): string {
  const { label, detail, adds }: Measure = MEASURES[url.measure];
  const of = url.measure === 'sales' ? '' : ` of ${label.toLowerCase()}`;
  const by = url.split === 'customer' && adds && isDetailable(shown) ? `${label} by customer` : label;
  const what = url.mode === 'total' ? `Running total${of}` : detail ? `${label}, ≈ within 1 %,` : by;
  const each = `${lengthWords(shown.stepSeconds)} ${shown.stepSeconds > shown.windowSeconds ? 'step' : 'window'}`;
  const first = format.day(shown.fromMs);
  const last = format.day(shown.toMs - 1);
  const days = first === last ? first : `${first} to ${last}`;
  const when = shown.live && url.day === 'today' && !isOfMoreDays(url.range) ? 'today' : days;
  return `${what} per ${each}, ${when}, ${format.zoneWords(shown.fromMs)}`;
}

/** One sentence that says what the chart shows, for whoever cannot see it. */
export function chartSummary(slots: readonly Slot[], measure: Measure, format: Format): string {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return 'Nothing in this range.';
  const closed = slots.filter((slot) => slot.state === 'closed');
  const words = (value: number | null) => measureWords(measure, value, format);
  const total = sumCents(closed.map((slot) => measure.of(slot) ?? 0));
  const highest = closed.reduce<Slot | null>(
    (best, slot) =>
      best === null || (measure.of(slot) ?? -Infinity) > (measure.of(best) ?? -Infinity) ? slot : best,
    null,
  );
  const top =
    highest === null ? '' : `, highest ${words(measure.of(highest))} at ${format.time(highest.startMs)}`;
  const empty = slots.filter((slot) => slot.state === 'empty').length;
  const missing = slots.filter((slot) => slot.state === 'missing').length;
  const lacking = slots.filter((slot) => slot.lack !== null).length;
  return `${slots.length} bars from ${format.time(first.startMs)} to ${format.time(last.endMs)}${measure.adds ? `, total ${words(total)} closed` : ''}${top}, ${empty} without sales${missing === 0 ? '' : `, ${missing} missing`}${lacking === 0 ? '' : `, ${lacking} incomplete`}.`;
}

/** What to say where there is nothing to draw; empty when there is something. */
export function blankWords(
  shown: Pick<WindowsAnswer, 'slots' | 'fromMs' | 'toMs' | 'dayTotal'>,
  { detail, label }: Measure,
  format: Pick<Format, 'day'>,
): string {
  if (detail && !isDetailable(shown)) return `${label}: known in ranges of up to ${MAX_DETAILED_DAYS} days.`;
  const isBlank = shown.slots.every(
    ({ state, recordCount }) =>
      ['before', 'future', 'empty'].includes(state) || (state === 'open' && (recordCount ?? 0) === 0),
  );
  if (!isBlank) return '';
  if (shown.dayTotal.closedWindows > 0) return 'Nothing in this range. The day has sales at other times.';
  return `No sales on ${format.day(shown.fromMs)}.`;
}
