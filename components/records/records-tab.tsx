'use client';

import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { PageData } from '@/components/live/page-data';
import { matching, NO_TAIL, type Tail } from '@/components/records/followed-records';
import { RecordRows } from '@/components/records/record-rows';
import { useFollowedRecords } from '@/components/records/use-followed-records';
import { useReadingHold } from '@/components/records/use-reading-hold';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { ProblemNote } from '@/components/ui/problem-note';
import { shardIdsOf } from '@/components/ui/shard-name';
import { HELD_RECORDS } from '@/lib/contract/records-answer';
import { sumCents } from '@/lib/core/cents';

interface RecordsTabProps extends PageData {
  /** The filter takes the focus whenever this becomes another number but 0. */
  readonly filterAsks: number;
}

/** What flows through the stream, all shards, newest first. The list stands still while someone reads in it. */
export function RecordsTab({ answer, format, change, filterAsks }: RecordsTabProps) {
  const [paused, setPaused] = useState(false);
  const [text, setText] = useState('');
  const { tail: followed, problem } = useFollowedRecords(paused);
  // Two hundred rows at once are a long task: they come in slices, between which the page stays responsive.
  const newest = useDeferredValue(followed);
  const { list, held, catchUp, reading } = useReadingHold(newest);
  const filter = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (filterAsks > 0) filter.current?.focus();
  }, [filterAsks]);

  const tail = held ?? newest ?? NO_TAIL;
  const records = useMemo(() => matching(tail.records, text, format), [tail, text, format]);
  const shardIds = useMemo(() => shardIdsOf(answer.slots, tail.records), [answer.slots, tail]);
  const onOpen = useCallback((w: number) => change({ w }), [change]);
  const isThrottled = problem?.kind === 'throttled';
  const failure = isThrottled ? null : problem;
  // What cannot be read is unknown, not nothing.
  const isKnown = tail.records.length > 0 || (newest !== undefined && failure === null);
  const sum = sumCents(records.map(({ sale }) => sale?.salesCents ?? 0));
  const behind = held === null ? 0 : (newest?.count ?? 0) - held.count;
  return (
    <div className="flex flex-col gap-2 pt-1">
      <div className="flex gap-2">
        <input
          ref={filter}
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          aria-label="Filter the records"
          aria-keyshortcuts="/"
          placeholder="Customer, amount, request id or shard"
          className="min-h-8 min-w-0 flex-1 rounded-md border border-control bg-bg px-3 text-sm placeholder:text-muted pointer-coarse:min-h-11"
        />
        <Button className="min-w-24" onClick={() => setPaused(!paused)}>
          <Icon name={paused ? 'play' : 'pause'} />
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </div>
      {failure !== null && isKnown && <ProblemNote problem={failure} />}
      <div className="flex min-h-8 items-center justify-between gap-4 pointer-coarse:min-h-11">
        <p data-testid="tail-sum" data-count={records.length} data-cents={sum}>
          {isKnown && (
            <>
              {countWords(records.length, tail, text, format)},{' '}
              <span className="font-medium">{format.money(sum)}</span>
            </>
          )}
        </p>
        {behind > 0 ? (
          <Button className="border-focus text-focus" onClick={catchUp}>
            <Icon name="up" /> {format.count(behind)} new
          </Button>
        ) : (
          <span className="text-muted text-xs">{statusWord(paused, held !== null, failure !== null)}</span>
        )}
      </div>
      <section
        ref={list}
        aria-label="Records of the stream"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
        tabIndex={0}
        className="isolate h-80 overflow-auto contain-content"
        {...reading}
      >
        {records.length > 0 ? (
          <RecordRows
            records={records}
            shardIds={shardIds}
            windowSeconds={answer.windowSeconds}
            format={format}
            onOpen={onOpen}
          />
        ) : (
          <>
            {failure !== null && !isKnown && <ProblemNote problem={failure} />}
            <p className="py-2 text-muted">{emptyWords(newest, text, paused, failure !== null)}</p>
          </>
        )}
      </section>
      <p className="min-h-9 text-muted text-xs sm:min-h-4.5" data-testid="tail-note">
        {isThrottled ? problem.message : <LossWords tail={tail} format={format} />}
      </p>
    </div>
  );
}

function countWords(matches: number, { records }: Tail, text: string, format: Format): string {
  const all = format.records(records.length);
  return text.trim() === '' ? all : `${format.count(matches)} of ${all}`;
}

function statusWord(paused: boolean, isHeld: boolean, isFailing: boolean): string {
  if (paused) return 'Paused';
  if (isFailing) return 'Trying again';
  return isHeld ? 'Held while you read' : 'Live';
}

function emptyWords(tail: Tail | undefined, text: string, paused: boolean, isFailing: boolean): string {
  if (tail !== undefined && tail.records.length > 0) return `No record here has “${text.trim()}” in it.`;
  if (isFailing) return 'Only this tab reads the stream; everything else goes on without it.';
  if (tail === undefined) return 'Reading the stream…';
  if (paused) return 'Paused: the stream is not read.';
  return 'Nothing has come in the last seconds. Press Generate sales, and see its records arrive here.';
}

/** What is not here is said, always. */
function LossWords({ tail: { count, records, unreadUntilMs }, format }: { tail: Tail; format: Format }) {
  const dropped = count - records.length;
  const newest = records[0];
  const unread = unreadUntilMs !== null && ` Some before ${format.clock(unreadUntilMs)} were not read.`;
  return (
    <>
      {newest !== undefined && `Times in ${format.zoneName(newest.arrivalMs)}. `}
      {dropped === 0
        ? `The newest ${HELD_RECORDS} are kept.`
        : `The newest ${records.length} of ${format.count(count)} are kept, ${format.count(dropped)} dropped.`}
      {unread}
    </>
  );
}
