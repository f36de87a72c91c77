import { Disclosure } from '@/components/ui/disclosure';
import type { Format } from '@/components/ui/format';
import type { Click } from '@/lib/contract/click';

const FIRST = 50;

/** The producer's invocations by this browser, newest first, the failed ones too. */
export function InvocationList({ clicks, format }: { clicks: readonly Click[]; format: Format }) {
  if (clicks.length === 0) return <p className="py-2 text-muted">Nothing has been invoked from here yet.</p>;
  return (
    <ol className="max-h-96 divide-y divide-line overflow-auto">
      {clicks.slice(0, FIRST).map((click) => (
        <li key={click.id} className="py-1">
          <Disclosure summary={<Line click={click} format={format} />}>
            <p className="break-all text-muted text-xs">Request id {click.receipt?.requestId ?? 'unknown'}</p>
            <pre className="mt-1 whitespace-pre-wrap break-all font-mono text-xs">
              {click.receipt?.raw ?? click.problem?.message}
            </pre>
          </Disclosure>
        </li>
      ))}
    </ol>
  );
}

function Line({ click: { sentMs, durationMs, receipt }, format }: { click: Click; format: Format }) {
  const isOk = receipt?.complete === true;
  return (
    <span className="inline-flex w-[calc(100%-1.5rem)] flex-wrap gap-x-3 align-top">
      <span className="w-15 text-muted">{format.clock(sentMs)}</span>
      <span className={isOk ? 'w-16 text-settled' : 'w-16 text-error'}>
        {isOk ? '✓ ok' : receipt === null ? '✕ failed' : '✕ in part'}
      </span>
      <span className="w-18 text-right text-muted">{format.count(durationMs)} ms</span>
      <span className="ml-auto text-right">
        {receipt !== null && `${format.count(receipt.recordCount)} · ${format.money(receipt.salesCents)}`}
      </span>
    </span>
  );
}
