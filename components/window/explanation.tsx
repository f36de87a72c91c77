'use client';

import { CopyButton } from '@/components/ui/copy-button';
import type { Format } from '@/components/ui/format';
import { ProblemNote } from '@/components/ui/problem-note';
import { shardName } from '@/components/ui/shard-name';
import { repeatedInvocations } from '@/components/window/repeated-invocations';
import { isGoingOn, useExplanation } from '@/components/window/use-explanation';
import type { ExplainedInvocation } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** Every invocation of the consumer that a window took, from the consumer's own log. */
export function Explanation({ slot, format }: { slot: Slot; format: Format }) {
  const { data, error } = useExplanation(slot.startMs, isGoingOn(slot));
  if (data === undefined) {
    return error === undefined ? (
      <p className="text-muted">Reading the consumer’s log…</p>
    ) : (
      <ProblemNote problem={error.problem} />
    );
  }
  const repeated = repeatedInvocations(data.invocations);
  return (
    <>
      {data.problem !== null && <ProblemNote problem={data.problem} />}
      {data.problem === null && data.invocations.length === 0 && (
        <p className="text-muted">The log holds no invocation for this window.</p>
      )}
      <ol data-testid="explanation" className="ml-1 border-line border-l">
        {data.invocations.map((invocation) => (
          <Invocation
            key={`${invocation.requestId} ${invocation.timeMs}`}
            invocation={invocation}
            isRepeated={repeated.has(invocation)}
            format={format}
          />
        ))}
      </ol>
      <p className="wrap-anywhere font-mono text-xs">{data.command}</p>
      <div className="-ml-2">
        <CopyButton text={data.command}>Copy command</CopyButton>
      </div>
    </>
  );
}

function Invocation({
  invocation,
  isRepeated,
  format,
}: {
  invocation: ExplainedInvocation;
  isRepeated: boolean;
  format: Format;
}) {
  const { before, after, records, rejected, skipped, final, error, writtenKey } = invocation;
  const flags = [
    final && 'final invocation',
    isRepeated && 'delivered again, from the state before',
    invocation.terminatedEarly && 'ended early: state over 1 MB',
    skipped > 0 && `${format.count(skipped)} skipped, folded in before`,
    rejected > 0 && `${format.count(rejected)} rejected`,
  ].filter((flag) => flag !== false);
  const state = (sums: ExplainedInvocation['before']) =>
    `${format.count(sums.recordCount)} · ${format.money(sums.salesCents)}`;
  return (
    <li className="relative pb-4 pl-5">
      <span
        aria-hidden="true"
        className={
          error !== null
            ? 'absolute top-1.5 -left-1.25 size-2.5 rotate-45 bg-error'
            : final
              ? 'absolute top-1.5 -left-1.25 size-2.5 rounded-full bg-settled'
              : 'absolute top-1.5 -left-1.25 size-2.5 rounded-full border-2 border-settled bg-bg'
        }
      />
      <p className="font-medium">
        {format.clock(invocation.timeMs)} {shardName(invocation.shardId)}:{' '}
        {records === 0 && final ? 'no records' : format.records(records)}
      </p>
      <p className="text-muted">
        state {state(before)} → {state(after)}
        {flags.length > 0 && ` (${flags.join(', ')})`}
      </p>
      {writtenKey !== null && (
        <p className="break-all">
          PutObject <span className="font-mono text-xs">{writtenKey}</span>
        </p>
      )}
      {error !== null && <p className="text-error">Failed, so it is tried again: {error}</p>}
      <p className="break-all text-muted text-xs">
        {format.count(invocation.durationMs)} ms, state of {format.count(invocation.stateBytes)} bytes,
        request {invocation.requestId}
      </p>
    </li>
  );
}
