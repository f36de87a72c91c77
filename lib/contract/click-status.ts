import { type Click, progressOf } from './click.ts';

/**
 * sent: not seen by the consumer yet. in-stream: in an open window so far, or counted in part. counted: all of it is in
 * window results. late: the consumer has it, yet its result is overdue. missing: a result is overdue, and the consumer has
 * not seen all of it. twice: the consumer has more than was sent. failed: nothing got in.
 */
export type ClickStatus = 'failed' | 'sent' | 'in-stream' | 'counted' | 'late' | 'missing' | 'twice';

export function statusOf(click: Pick<Click, 'receipt' | 'shares' | 'overdue'>): ClickStatus {
  const { sent, counted, soFar } = progressOf(click);
  if (sent.recordCount === 0) return 'failed';
  if (counted.recordCount + soFar.recordCount > sent.recordCount) return 'twice';
  if (counted.recordCount === sent.recordCount) return 'counted';
  if (click.overdue) {
    return counted.recordCount + soFar.recordCount < sent.recordCount ? 'missing' : 'late';
  }
  return click.shares.length === 0 ? 'sent' : 'in-stream';
}

export interface ClickFormat {
  readonly count: (count: number | null) => string;
  readonly range: (startMs: number, endMs: number) => string;
}

/** Where the records are, in one sentence: `counted: 91 in 14:36–14:38, 65 in 14:38–14:40`. */
export function describeClick(click: Click, format: ClickFormat): string {
  const status = statusOf(click);
  if (status === 'failed')
    return click.problem?.message ?? click.receipt?.errorMessage ?? 'Nothing was sent.';
  const { sent, counted, soFar } = progressOf(click);
  const windows = (isCounted: boolean) =>
    click.shares
      .filter((share) => share.counted === isCounted)
      .map((share) => `${format.count(share.recordCount)} in ${format.range(share.startMs, share.endMs)}`)
      .join(', ');
  const unseen = sent.recordCount - counted.recordCount - soFar.recordCount;
  const clauses = [
    ...(counted.recordCount > 0 ? [`counted: ${windows(true)}`] : []),
    ...(soFar.recordCount > 0 ? [`in stream, so far: ${windows(false)}`] : []),
    ...(unseen > 0 && status !== 'missing' ? [`${format.count(unseen)} on the way to the consumer`] : []),
    ...(unseen > 0 && status === 'missing'
      ? [`${format.count(unseen)} in no window, though a result is overdue`]
      : []),
    ...(status === 'late' ? ['the result is overdue: is the consumer running?'] : []),
    ...(status === 'twice' ? [`${format.count(-unseen)} more than were sent`] : []),
  ];
  return clauses.join('; ');
}
