import { clsx } from 'clsx';
import { memo } from 'react';
import { byWindow } from '@/components/records/followed-records';
import type { Format } from '@/components/ui/format';
import { looksOf, PartSwatch } from '@/components/ui/part-looks';
import { shardName } from '@/components/ui/shard-name';
import { useNarrow } from '@/components/ui/use-narrow';
import type { StreamedRecord } from '@/lib/contract/records-answer';

/** As much of a request id as tells one click from another. */
const ID_CHARACTERS = 8;

interface RecordRowsProps {
  readonly records: readonly StreamedRecord[];
  /** In the chart's order, which gives each its colour; none when there is one shard only. */
  readonly shardIds: readonly string[];
  readonly windowSeconds: number;
  readonly format: Format;
  readonly onOpen: (windowStartMs: number) => void;
}

/** Records by window. The columns are as wide as they are, whatever comes. */
export function RecordRows({ records, shardIds, windowSeconds, format, onOpen }: RecordRowsProps) {
  const isNarrow = useNarrow();
  const groups = byWindow(records, windowSeconds);
  const hasShards = shardIds.length > 0;
  const looks = looksOf(shardIds);
  const columns = isNarrow ? 3 : hasShards ? 5 : 4;
  return (
    <table className="w-full table-fixed border-separate border-spacing-0 text-sm">
      <thead className="text-muted text-xs">
        <tr>
          <Head className="w-20 text-left">Arrived</Head>
          {hasShards && !isNarrow && <Head className="w-24 text-left">Shard</Head>}
          <Head className="text-left">Customer</Head>
          {!isNarrow && <Head className="w-22 text-left">Request</Head>}
          <Head className="w-24 pr-2 text-right">Amount</Head>
        </tr>
      </thead>
      {groups.map(({ window, records: shown, salesCents }) => (
        <tbody key={window.startMs}>
          <tr data-testid="tail-window">
            <th
              scope="rowgroup"
              colSpan={columns}
              className="sticky top-6 border-line border-b bg-panel p-0 font-normal"
            >
              <div className="flex items-baseline gap-2 pr-2">
                <button
                  type="button"
                  className="min-h-8 whitespace-nowrap font-medium underline decoration-line underline-offset-4 hover:decoration-text"
                  onClick={() => onOpen(window.startMs)}
                >
                  {format.range(window.startMs, window.endMs)}
                </button>
                <span className="ml-auto text-muted text-xs">{format.records(shown.length)}</span>
                <span className="w-20 text-right">{format.money(salesCents)}</span>
              </div>
            </th>
          </tr>
          {shown.map((record) => (
            <Row
              key={`${record.shardId} ${record.sequenceNumber}`}
              record={record}
              look={looks.get(record.shardId) ?? null}
              startMs={window.startMs}
              isNarrow={isNarrow}
              format={format}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Head({ className, children }: { className: string; children: string }) {
  return (
    <th scope="col" className={clsx('sticky top-0 z-1 h-6 bg-panel p-0 font-normal', className)}>
      {children}
    </th>
  );
}

interface RowProps {
  readonly record: StreamedRecord;
  readonly look: number | null;
  readonly startMs: number;
  /** Shard and request stand in a second line then. */
  readonly isNarrow: boolean;
  readonly format: Format;
  readonly onOpen: (windowStartMs: number) => void;
}

const CELL = 'border-line border-b p-0 py-1 align-top';

const Row = memo(function Row({ record, look, startMs, isNarrow, format, onOpen }: RowProps) {
  const { sale, reason, arrivalMs, shardId } = record;
  const shardWords = look !== null && <Shard look={look} name={shardName(shardId)} />;
  const requestId = sale?.requestId ?? null;
  return (
    <tr data-testid="tail-record" data-cents={sale?.salesCents ?? ''}>
      <td className={clsx(CELL, 'text-muted')}>{format.clock(arrivalMs)}</td>
      {look !== null && !isNarrow && <td className={CELL}>{shardWords}</td>}
      <td className={CELL} colSpan={sale !== null ? 1 : isNarrow ? 2 : 3}>
        {sale !== null ? (
          <span className="block truncate">{sale.custName}</span>
        ) : (
          <span className="block break-words">
            <span className="text-error">
              <span aria-hidden="true">✕</span> no sale:
            </span>{' '}
            {reason}
          </span>
        )}
        {isNarrow && (
          <span className="flex gap-3 text-muted text-xs">
            {shardWords}
            {requestId !== null && <span className="font-mono">{requestId.slice(0, ID_CHARACTERS)}</span>}
          </span>
        )}
      </td>
      {sale !== null && !isNarrow && (
        <td className={CELL}>
          {requestId !== null && <Request id={requestId} onOpen={() => onOpen(startMs)} />}
        </td>
      )}
      {sale !== null && <td className={clsx(CELL, 'pr-2 text-right')}>{format.money(sale.salesCents)}</td>}
    </tr>
  );
});

function Shard({ look, name }: { look: number; name: string }) {
  return (
    <span className="flex items-center gap-2 whitespace-nowrap text-muted">
      <PartSwatch look={look} />
      {name}
    </span>
  );
}

/** By the keyboard one comes to the same window through the button above its records: two hundred more would be a maze. */
function Request({ id, onOpen }: { id: string; onOpen: () => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      title={id}
      className="font-mono text-muted text-xs underline decoration-line underline-offset-4 hover:decoration-text"
      onClick={onOpen}
    >
      {id.slice(0, ID_CHARACTERS)}
    </button>
  );
}
