import type { Format } from '@/components/ui/format';
import { shardName } from '@/components/ui/shard-name';
import { HELD_RECORDS, type RecordsAnswer, type StreamedRecord } from '@/lib/contract/records-answer';
import { type Window, windowAt } from '@/lib/core/window';

/** The newest records of the stream, as one page has followed it. */
export interface Tail {
  /** Of the answer that came last; null before the first. */
  readonly cursor: string | null;
  /** Newest first, at most HELD_RECORDS. */
  readonly records: readonly StreamedRecord[];
  /** All that came while it was followed, those among them that are not held. */
  readonly count: number;
  /** Before this moment there may have been others, which nobody read; null when there cannot. */
  readonly unreadUntilMs: number | null;
}

export const NO_TAIL: Tail = { cursor: null, records: [], count: 0, unreadUntilMs: null };

/** The tail with what an answer adds; the same object when that is nothing. */
export function follow(tail: Tail, answer: RecordsAnswer): Tail {
  const { cursor, restarted, records, dropped, unreadUntilMs } = answer;
  if (cursor === tail.cursor) return tail;
  const before = restarted ? NO_TAIL : tail;
  return {
    cursor,
    records: [...records.toReversed(), ...before.records].slice(0, HELD_RECORDS),
    count: before.count + records.length + dropped,
    unreadUntilMs: unreadUntilMs ?? before.unreadUntilMs,
  };
}

/** Those whose customer, amount, request id, shard or reason has the text in it, whatever the case. */
export function matching(
  records: readonly StreamedRecord[],
  text: string,
  format: Format,
): readonly StreamedRecord[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return records;
  return records.filter(({ sale, reason, shardId }) =>
    [
      shardName(shardId),
      ...(sale === null
        ? [`no sale ${reason}`]
        : [
            sale.custName,
            format.money(sale.salesCents),
            String(sale.salesCents / 100),
            sale.requestId ?? '',
          ]),
    ].some((field) => field.toLowerCase().includes(wanted)),
  );
}

export interface WindowGroup {
  readonly window: Window;
  readonly records: readonly StreamedRecord[];
  /** Of the sales among them. */
  readonly salesCents: number;
}

/** By the window of their arrival, the newest window first, each in the order that is given. */
export function byWindow(records: readonly StreamedRecord[], windowSeconds: number): WindowGroup[] {
  const groups = new Map<number, { window: Window; records: StreamedRecord[]; salesCents: number }>();
  for (const record of records) {
    const window = windowAt(record.arrivalMs, windowSeconds);
    const group = groups.get(window.startMs) ?? { window, records: [], salesCents: 0 };
    groups.set(window.startMs, group);
    group.records.push(record);
    group.salesCents += record.sale?.salesCents ?? 0;
  }
  return [...groups.values()].sort((a, b) => b.window.startMs - a.window.startMs);
}
