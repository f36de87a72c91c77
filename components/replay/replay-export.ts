import { NO_ANSWER, RequestError } from '@/components/live/request';
import type { Click } from '@/lib/contract/click';
import { receiptLine } from '@/lib/contract/receipt-line';
import { parseHeader } from '@/lib/contract/replay-file';
import { DAY_MS, parseUtcDate } from '@/lib/core/window';

export interface ReplayExport {
  /** `replay-2021-01-24.ndjson` */
  readonly name: string;
  readonly text: string;
}

/** The day's file as the server makes it, with this browser's receipts. Rejects with RequestError. */
export async function exportReplay(day: string, clicks: readonly Click[]): Promise<ReplayExport> {
  const response = await fetch(`/api/replay?${new URLSearchParams({ day })}`).catch(() => null);
  if (response?.ok !== true) throw new RequestError(await problemIn(response));
  const text = await response.text();
  // Not the day that was asked for: `today` may have become another one meanwhile.
  const header = parseHeader(text.slice(0, text.indexOf('\n')));
  return {
    name: `replay-${header.day}.ndjson`,
    text: text + clicksOf(header.day, clicks).map(receiptLine).join(''),
  };
}

/** Those that were sent on a day, and those of the evening before whose records came on it. */
function clicksOf(day: string, clicks: readonly Click[]): Click[] {
  const dayMs = parseUtcDate(day) ?? 0;
  const isWithin = (ms: number) => ms >= dayMs && ms < dayMs + DAY_MS;
  return clicks.filter(
    (click) => isWithin(click.sentMs) || click.shares.some((share) => isWithin(share.startMs)),
  );
}

async function problemIn(response: Response | null): Promise<RequestError['problem']> {
  const message = response === null ? NO_ANSWER : `/api/replay answered ${response.status}.`;
  const unsaid = { kind: 'unknown', message, fix: null, action: null, resource: null } as const;
  const body: { problem?: RequestError['problem'] } = (await response?.json().catch(() => null)) ?? {};
  return body.problem ?? unsaid;
}
