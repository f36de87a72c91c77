'use client';

import type { Format } from '@/components/ui/format';
import { shardName } from '@/components/ui/shard-name';
import { repeatedInvocations } from '@/components/window/repeated-invocations';
import { isGoingOn, useExplanation } from '@/components/window/use-explanation';
import type { ExplainedInvocation } from '@/lib/contract/answers';
import { counted } from '@/lib/core/counted';
import type { Slot } from '@/lib/core/slot';

/** What became of a shard's records of one window. */
export interface ShardTimeline {
  readonly shardId: string;
  /** Those that went in; one that was delivered again is counted once. */
  readonly batches: number;
  /** Sales that were added. */
  readonly records: number;
  readonly hasFile: boolean;
  /** In the order of their time. */
  readonly failed: readonly ExplainedInvocation[];
}

/** `invocations`: of one window, in the order of their time. By shard, ascending. */
export function shardTimelines(invocations: readonly ExplainedInvocation[]): ShardTimeline[] {
  // What failed has changed no state: the next attempt is no repetition.
  const repeated = repeatedInvocations(invocations.filter(({ error }) => error === null));
  const shardIds = [...new Set(invocations.map(({ shardId }) => shardId))].sort();
  return shardIds.map((shardId) => {
    const own = invocations.filter((each) => each.shardId === shardId);
    const done = own.filter(({ error }) => error === null);
    // A part that ended early hands on an empty state: what it held is in its file.
    let ended = 0;
    let reached = 0;
    for (const { after, terminatedEarly } of done) {
      reached = Math.max(reached, after.recordCount);
      if (terminatedEarly) [ended, reached] = [ended + reached, 0];
    }
    return {
      shardId,
      batches: done.filter((each) => each.records > 0 && !repeated.has(each)).length,
      records: ended + reached,
      hasFile: done.some(({ writtenKey }) => writtenKey !== null),
      failed: own.filter(({ error }) => error !== null),
    };
  });
}

/** How the window came to be, in a line for each shard; nothing where no log tells of it. */
export function ShardTimelines({ slot, format }: { slot: Slot; format: Format }) {
  const timelines = shardTimelines(useExplanation(slot.startMs, isGoingOn(slot)).data?.invocations ?? []);
  if (timelines.length === 0) return null;
  return (
    <ul aria-label="By shard, from stream to file" className="flex flex-col gap-1">
      {timelines.map(({ shardId, batches, records, hasFile, failed }) => (
        <li key={shardId}>
          <span className="text-muted">{shardName(shardId)}:</span>{' '}
          {counted(batches, 'batch', 'batches', format.count)} → {format.records(records)} →{' '}
          {hasFile ? 'file' : 'no file yet'}
          {failed.map((attempt) => (
            <span key={attempt.timeMs} className="block text-error">
              {format.clock(attempt.timeMs)} failed, so it is tried again: {attempt.error}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
