import type { UrlState } from '@/components/live/url-state';
import type { Format } from '@/components/ui/format';
import type { WindowsAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** A length as people say it before a noun: `2-minute`, `10-second`. */
export function lengthWords(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}-day`;
  if (seconds % 3600 === 0) return `${seconds / 3600}-hour`;
  if (seconds % 60 === 0) return `${seconds / 60}-minute`;
  return `${seconds}-second`;
}

/** The sentence over the chart: what, how long each bar is, which range, which zone. */
export function chartTitle(
  shown: Pick<WindowsAnswer, 'stepSeconds' | 'windowSeconds' | 'fromMs' | 'toMs' | 'live'>,
  url: Pick<UrlState, 'mode' | 'day' | 'range'>,
  format: Format,
): string {
  const what = url.mode === 'total' ? 'Running total' : 'Sales';
  const each = `${lengthWords(shown.stepSeconds)} ${shown.stepSeconds > shown.windowSeconds ? 'step' : 'window'}`;
  const first = format.day(shown.fromMs);
  const last = format.day(shown.toMs - 1);
  const days = first === last ? first : `${first} to ${last}`;
  const when = shown.live && url.day === 'today' && url.range !== '7d' ? 'today' : days;
  return `${what} per ${each}, ${when}, ${format.zoneWords(shown.fromMs)}`;
}

/** One sentence that says what the chart shows, for whoever cannot see it. */
export function chartSummary(slots: readonly Slot[], format: Pick<Format, 'money' | 'time'>): string {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return 'Nothing in this range.';
  const closed = slots.filter((slot) => slot.state === 'closed');
  const total = closed.reduce((sum, slot) => sum + (slot.salesCents ?? 0), 0);
  const highest = closed.reduce<Slot | null>(
    (best, slot) => ((slot.salesCents ?? -Infinity) > (best?.salesCents ?? -Infinity) ? slot : best),
    null,
  );
  const top =
    highest === null
      ? ''
      : `, highest ${format.money(highest.salesCents)} at ${format.time(highest.startMs)}`;
  const empty = slots.filter((slot) => slot.state === 'empty').length;
  const missing = slots.filter((slot) => slot.state === 'missing').length;
  return `${slots.length} bars from ${format.time(first.startMs)} to ${format.time(last.endMs)}, total ${format.money(total)} closed${top}, ${empty} without sales${missing === 0 ? '' : `, ${missing} missing`}.`;
}

/** What to say where there is nothing to draw; empty when there is something. */
export function blankWords(
  shown: Pick<WindowsAnswer, 'slots' | 'fromMs' | 'dayTotal'>,
  format: Pick<Format, 'day'>,
): string {
  const isBlank = shown.slots.every((slot) => ['before', 'future', 'empty'].includes(slot.state));
  if (!isBlank) return '';
  if (shown.dayTotal.closedWindows > 0) return 'Nothing in this range. The day has sales at other times.';
  return `No sales on ${format.day(shown.fromMs)}.`;
}
