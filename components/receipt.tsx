'use client';

import { type Click, type ClickStatus, describeClick, statusOf, type WindowTimes } from '@/lib/click';
import type { Format } from '@/lib/format';
import { OVERDUE_STEP_MS, useServerNow } from '@/lib/server-clock';

/** A sign and a word, so that colour is never the only difference. */
const SIGNS: Readonly<Record<ClickStatus, readonly [sign: string, word: string, look: string]>> = {
  failed: ['✕', 'failed', 'text-error'],
  sent: ['→', 'sent', 'text-muted'],
  'in-stream': ['…', 'in stream', 'text-muted'],
  counted: ['✓', 'counted', 'text-settled'],
  late: ['⚠', 'late', 'text-doubt'],
  missing: ['?', 'missing', 'text-doubt'],
  twice: ['⚠', 'counted twice', 'text-doubt'],
};

interface ReceiptProps {
  readonly click: Click;
  readonly times: WindowTimes;
  readonly format: Format;
  readonly onOpen: (startMs: number) => void;
}

export function Receipt({ click, times, format, onOpen }: ReceiptProps) {
  const now = useServerNow(OVERDUE_STEP_MS);
  const status = statusOf(click, now, times);
  const [sign, word, look] = SIGNS[status];
  const { receipt, shares } = click;
  const windows = [...new Set(shares.map((share) => share.startMs))];
  return (
    <li data-testid={`receipt-${receipt?.requestId ?? click.id}`} data-status={status} className="py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="tabular-nums">
          <span className="text-muted">{format.time(click.sentMs)}</span>{' '}
          {receipt !== null && (
            <>
              <span className="font-medium">{format.money(receipt.salesCents)}</span> from{' '}
              {format.count(receipt.recordCount)} records
            </>
          )}
        </p>
        <p className={look}>
          <span aria-hidden="true">{sign}</span> {word}
        </p>
      </div>
      <p className="text-muted">{describeClick(click, status, format)}</p>
      {receipt !== null && !receipt.complete && <p className="text-doubt">{receipt.errorMessage}</p>}
      {(windows.length > 0 || receipt !== null) && (
        <details>
          <summary className="inline-block min-h-6 cursor-pointer text-muted text-xs">
            Objects and raw answer
          </summary>
          <ul className="mt-1 flex flex-col gap-1">
            {shares.flatMap((share) =>
              share.keys.map((key) => (
                <li key={`${key} ${share.counted}`}>
                  <button
                    type="button"
                    className="break-all text-left font-mono text-xs underline"
                    onClick={() => onOpen(share.startMs)}
                  >
                    {key}
                  </button>
                </li>
              )),
            )}
          </ul>
          {receipt !== null && (
            <pre className="mt-1 overflow-x-auto whitespace-pre-wrap break-all font-mono text-xs">
              {receipt.raw}
            </pre>
          )}
        </details>
      )}
    </li>
  );
}
