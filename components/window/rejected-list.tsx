'use client';

import useSWR from 'swr';
import { getJson, type RequestError } from '@/components/live/request';
import { Disclosure } from '@/components/ui/disclosure';
import type { Format } from '@/components/ui/format';
import { ProblemNote } from '@/components/ui/problem-note';
import { shardName } from '@/components/ui/shard-name';
import { RawObject } from '@/components/window/raw-object';
import type { RejectedAnswer } from '@/lib/contract/answers';
import type { Window } from '@/lib/core/window';

interface RejectedListProps {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  /** Only those that arrived in it; null for all of the day. */
  readonly within: Window | null;
  /** Another number means that there may be others: they are read anew. */
  readonly version: number;
  readonly format: Format;
}

/** Records that are not sales, each with the reason, in words for the one who sent it. */
export function RejectedList({ day, within, version, format }: RejectedListProps) {
  const { data, error } = useSWR<RejectedAnswer, RequestError, [string, number]>(
    [`/api/rejected?${new URLSearchParams({ day })}`, version],
    ([url]) => getJson(url),
    { keepPreviousData: true, revalidateOnFocus: false },
  );
  if (data === undefined) {
    return error === undefined ? (
      <p className="text-muted">Reading the rejected records…</p>
    ) : (
      <ProblemNote problem={error.problem} />
    );
  }
  const records = data.records.filter(
    ({ arrivalMs }) => within === null || (arrivalMs >= within.startMs && arrivalMs < within.endMs),
  );
  if (records.length === 0) {
    return (
      <p className="text-muted">
        {data.isWhole
          ? `No rejected record is kept of ${within === null ? `${day} (UTC)` : 'it'}.`
          : `None of the ${data.records.length} rejected records that are shown of a day is of it.`}
      </p>
    );
  }
  return (
    <>
      {!data.isWhole && (
        <p className="text-muted">
          Of a day, {data.records.length} rejected records are shown; there may be more.
        </p>
      )}
      <ul className="flex flex-col divide-y divide-line">
        {records.map((record) => (
          <li key={`${record.shardId} ${record.sequenceNumber}`} className="py-2">
            <p>
              <span className="text-muted">
                {format.clock(record.arrivalMs)}, {shardName(record.shardId)}:
              </span>{' '}
              {record.reason}
            </p>
            <Disclosure
              summary={<span className="break-all font-mono text-muted text-xs">{record.preview}</span>}
            >
              <RawObject objectKey={record.key} format={format} />
            </Disclosure>
          </li>
        ))}
      </ul>
    </>
  );
}
