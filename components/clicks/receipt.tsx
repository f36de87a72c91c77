'use client';

import { splitWords } from '@/components/clicks/split-words';
import { Disclosure } from '@/components/ui/disclosure';
import type { Format } from '@/components/ui/format';
import type { Click } from '@/lib/contract/click';
import { type ClickStatus, describeClick, statusOf } from '@/lib/contract/click-status';

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
  readonly format: Format;
  readonly onOpen: (startMs: number) => void;
}

export function Receipt({ click, format, onOpen }: ReceiptProps) {
  const status = statusOf(click);
  const [sign, word, look] = SIGNS[status];
  const { receipt, shares } = click;
  const split = splitWords(click, format);
  return (
    <li data-testid={`receipt-${receipt?.requestId ?? click.id}`} data-status={status} className="py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="tabular-nums">
          <span className="text-muted">{format.clock(click.sentMs)}</span>{' '}
          {receipt !== null && (
            <>
              <span className="font-medium">{format.money(receipt.salesCents)}</span> from{' '}
              {format.records(receipt.recordCount)}
            </>
          )}
        </p>
        <p className={look}>
          <span aria-hidden="true">{sign}</span> {word}
        </p>
      </div>
      <p className="text-muted">{describeClick(click, format)}</p>
      {split !== null && <p className="text-muted">{split}</p>}
      {receipt !== null && !receipt.complete && <p className="text-doubt">{receipt.errorMessage}</p>}
      {receipt !== null && (
        <Disclosure summary={<span className="text-muted text-xs">Windows, objects and raw answer</span>}>
          <ul className="flex flex-col gap-2">
            {shares.map((share) => (
              <li key={`${share.startMs} ${share.counted}`}>
                <button
                  type="button"
                  className="min-h-6 underline decoration-line underline-offset-4 hover:decoration-text"
                  onClick={() => onOpen(share.startMs)}
                >
                  Open {format.range(share.startMs, share.endMs)}
                </button>
                {share.keys.map((key) => (
                  <span key={key} className="block break-all font-mono text-muted text-xs">
                    {key}
                  </span>
                ))}
              </li>
            ))}
          </ul>
          <pre className="mt-2 whitespace-pre-wrap break-all font-mono text-xs">{receipt.raw}</pre>
        </Disclosure>
      )}
    </li>
  );
}
