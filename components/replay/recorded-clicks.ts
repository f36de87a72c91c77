import { type Click, dueMs, type Share, sharesOf } from '@/lib/contract/click';
import type { ReplayFile } from '@/lib/contract/replay-file';
import type { WindowPart } from '@/lib/core/window-part';
import { BLANK_PART } from '@/lib/core/window-part';

/** A file, and where its clicks' records are. */
export interface RecordedClicks {
  readonly file: ReplayFile;
  /** By request id: in which results the records of each click are. */
  readonly traces: ReadonlyMap<string, readonly Trace[]>;
}

/** Records of a click in a result. */
export interface Trace {
  readonly part: WindowPart;
  readonly recordCount: number;
  readonly salesCents: number;
}

/**
 * The receipts of a moment: those that had come, each with where its records were by then. Newest first. `toMs`: when all is
 * known that the file knows.
 */
export function clicksAt(
  { file, traces, toMs }: RecordedClicks & { readonly toMs: number },
  nowMs: number,
): Click[] {
  return file.clicks
    .filter((click) => heardMs(click) <= nowMs)
    .map((click) => {
      const traced = (traces.get(idOf(click)) ?? [])
        .filter(({ part }) => part.window.startMs <= nowMs || part.lastModifiedMs <= nowMs)
        .map(({ part, recordCount, salesCents }) => {
          const counted = part.lastModifiedMs <= nowMs;
          return {
            ...part.window,
            recordCount,
            salesCents,
            counted,
            key: counted ? part.key : BLANK_PART.key,
          };
        });
      const rest = untraced(click, traces)
        .filter(({ startMs }) => startMs <= nowMs)
        // When it was counted the file does not say: at its end all is as it was when the file was made.
        .map((share) => ({ ...share, counted: share.counted && nowMs >= toMs }));
      const shares = sharesOf(traced).map((share) => ({ ...share, keys: share.keys.filter(isKey) }));
      return {
        ...click,
        shares: [...shares, ...rest].sort((a, b) => a.startMs - b.startMs),
        overdue: click.overdue && nowMs > dueMs(click, file.header),
      };
    });
}

/** When the browser had the producer's answer. */
export function heardMs({ sentMs, durationMs }: Click): number {
  return sentMs + durationMs;
}

function idOf(click: Click): string {
  return click.receipt?.requestId ?? '';
}

/** Of each click, by its request id: in which results its records are. */
export function tracesOf({ results, clicks }: ReplayFile): Map<string, Trace[]> {
  const traces = new Map(
    clicks.flatMap((click): [string, Trace[]][] => (click.receipt === null ? [] : [[idOf(click), []]])),
  );
  for (const { part } of results) {
    for (const { requestId, ...sums } of part.requests) traces.get(requestId)?.push({ part, ...sums });
  }
  return traces;
}

/** The shares of windows that the file holds no result of: still open when it was made, or of another day. */
function untraced(click: Click, traces: RecordedClicks['traces']): Share[] {
  const found = new Set((traces.get(idOf(click)) ?? []).map(({ part }) => part.window.startMs));
  return click.shares.filter((share) => !found.has(share.startMs));
}

/** In place of the consumer's open snapshots, of which no history is kept: what receipts say of windows without a result. */
export function soFarOf({ file, traces }: RecordedClicks, nowMs: number): WindowPart[] {
  const snapshots = new Map<WindowPart | string, WindowPart>();
  const add = (of: WindowPart | string, blank: WindowPart, requestId: string, sums: Omit<Trace, 'part'>) => {
    const known = snapshots.get(of) ?? blank;
    snapshots.set(of, {
      ...known,
      recordCount: (known.recordCount ?? 0) + sums.recordCount,
      salesCents: known.salesCents + sums.salesCents,
      requests: [
        ...known.requests,
        { requestId, recordCount: sums.recordCount, salesCents: sums.salesCents },
      ],
    });
  };
  for (const click of file.clicks) {
    if (heardMs(click) > nowMs) continue;
    for (const { part, ...sums } of traces.get(idOf(click)) ?? []) {
      const { window, shardId, lastModifiedMs } = part;
      if (window.startMs <= nowMs && lastModifiedMs > nowMs)
        add(part, { ...BLANK_PART, window, shardId }, idOf(click), sums);
    }
    for (const { startMs, endMs, counted, ...sums } of untraced(click, traces)) {
      if (startMs <= nowMs && !counted)
        add(`${startMs} ${endMs}`, { ...BLANK_PART, window: { startMs, endMs } }, idOf(click), sums);
    }
  }
  return [...snapshots.values()];
}

/** What is known from a receipt alone is in no object. */
export function isKey(key: string): boolean {
  return key !== BLANK_PART.key;
}
