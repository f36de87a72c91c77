import { isWaiting } from '@/components/chart/bars';
import type { Format } from '@/components/ui/format';
import type { Slot } from '@/lib/core/slot';

/** What has been seen of the windows since a limit is watched. */
export interface LimitWatch {
  readonly limitCents: number;
  /** Windows that began earlier were over before anyone watched. */
  readonly sinceMs: number;
  /** Starts of the windows that have reached the limit, and are no news any more. */
  readonly reached: ReadonlySet<number>;
}

/**
 * Goes on watching with what is known of the windows now: `news` are those that have reached the limit since the last look,
 * ascending, each only once. The first look at a limit has no news: what it finds was so before.
 */
export function watchLimit(
  before: LimitWatch | null,
  limitCents: number,
  windows: readonly Slot[],
): { readonly watch: LimitWatch; readonly news: readonly Slot[] } {
  const over = windows.filter(({ salesCents }) => salesCents !== null && salesCents >= limitCents);
  if (before === null || before.limitCents !== limitCents) {
    const waiting = windows.filter(({ state }) => isWaiting(state));
    const sinceMs = Math.min(...waiting.map((slot) => slot.startMs));
    return { watch: { limitCents, sinceMs, reached: new Set(over.map((slot) => slot.startMs)) }, news: [] };
  }
  const news = over
    .filter(({ startMs }) => startMs >= before.sinceMs && !before.reached.has(startMs))
    .sort((a, b) => a.startMs - b.startMs);
  if (news.length === 0) return { watch: before, news };
  const reached = new Set([...before.reached, ...news.map((slot) => slot.startMs)]);
  return { watch: { ...before, reached }, news };
}

/** One message for all that is new, so that who comes back after a while is told once. */
export function limitMessage(
  news: readonly Slot[],
  limitCents: number,
  format: Pick<Format, 'money' | 'count' | 'records' | 'range'>,
): { readonly title: string; readonly body: string } {
  const range = ({ startMs, endMs }: Slot) => format.range(startMs, endMs);
  const last = news.at(-1);
  if (last === undefined) return { title: '', body: '' };
  const limit = format.money(limitCents);
  if (news.length > 1) {
    return {
      title: `${format.count(news.length)} windows reached ${limit}`,
      body: `The newest is ${range(last)} with ${format.money(last.salesCents)}${last.state === 'closed' ? '' : ' so far'}.`,
    };
  }
  const records = format.records(last.recordCount);
  return {
    title: `${range(last)} reached ${limit}`,
    body:
      last.state === 'closed'
        ? `Closed with ${format.money(last.salesCents)} from ${records}.`
        : `${format.money(last.salesCents)} so far from ${records}, not final yet.`,
  };
}
