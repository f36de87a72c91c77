import { amountOf } from '../core/cents.ts';
import { type Fields, isoTime, jsonLine } from '../core/json-fields.ts';
import { windowTime } from '../core/window.ts';
import type { Click, Share } from './click.ts';

/** A receipt as a line of a replay file; of a failure only its words are kept. */
export function receiptLine({ id, sentMs, durationMs, receipt, problem, shares, overdue }: Click): string {
  return jsonLine({
    kind: 'receipt',
    id,
    sent: isoTime(sentMs),
    duration_ms: durationMs,
    receipt: receipt && {
      request_id: receipt.requestId,
      record_count: receipt.recordCount,
      sales: amountOf(receipt.salesCents),
      complete: receipt.complete,
      error_message: receipt.errorMessage,
      raw: receipt.raw,
    },
    problem: problem?.message ?? null,
    windows: shares.map((share) => ({
      start: windowTime(share.startMs),
      end: windowTime(share.endMs),
      record_count: share.recordCount,
      sales: amountOf(share.salesCents),
      counted: share.counted,
      keys: share.keys,
    })),
    overdue,
  });
}

/** The inverse of `receiptLine`; `place` names the pipeline that the receipt is of. Throws FieldError. */
export function parseReceiptLine(fields: Fields, place: string): Click {
  const sentMs = fields.time('sent');
  const durationMs = fields.whole('duration_ms', 0);
  const receipt = fields.value.receipt === null ? null : fields.object('receipt');
  const message = fields.textOrNull('problem');
  return {
    id: fields.text('id'),
    place,
    sentMs,
    durationMs,
    receipt: receipt && {
      requestId: receipt.text('request_id'),
      sentMs,
      durationMs,
      recordCount: receipt.whole('record_count', 0),
      salesCents: receipt.cents('sales'),
      complete: receipt.flag('complete'),
      errorMessage: receipt.textOrNull('error_message'),
      raw: receipt.text('raw'),
    },
    problem: message === null ? null : { kind: 'unknown', message, fix: null, action: null, resource: null },
    shares: fields.objects('windows').map(
      (share): Share => ({
        startMs: share.time('start'),
        endMs: share.time('end'),
        recordCount: share.whole('record_count', 0),
        salesCents: share.cents('sales'),
        counted: share.flag('counted'),
        keys: share.texts('keys'),
      }),
    ),
    overdue: fields.flag('overdue'),
  };
}
