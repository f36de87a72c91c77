import type { Played } from '../testing/play.ts';
import { differInDigits, type Results } from './results.ts';
import type { Case } from './shrink.ts';

/** Why a consumer breaks, and the rule of docs/fidelity.md that it is broken by. */
export interface Explanation {
  readonly why: string;
  readonly rule: string;
}

/** The rules, as the first cells of the tables begin. */
export const RULES = {
  emptyFinal: 'It is an invocation of its own: `Records` is `[]`',
  finalRepeats: 'Until the final invocation succeeds nothing later in the shard runs',
  finalAfterRestart: 'A final invocation is repeated after a restart, too',
  batchRepeats: 'A failed batch is sent again, in order; the shard is blocked, other shards are not',
  failures: 'An error, a time-out and a crash are failures; the state of a failed call is not kept',
  answer: 'An answer without `state` is a failure',
  batches: '`BatchSize` is the most records of a batch; fewer are normal',
  idle: 'An idle window is closed some time after its end',
  early: 'A state above 1 MB ends the window early',
  shards: 'Windows, states and final invocations are of one shard',
  late: 'A record older than the open window',
  frozen: 'A sandbox that has answered is frozen',
  nextWindow: 'After a final invocation the next window begins with `{}`',
} as const;

/** S3 denied all, and the mapping went on. */
export function swallowsRefusal({ run }: Played): boolean {
  return run.invocations.some(({ accepted, failure }) => failure === 's3 refuses' && accepted);
}

export const SWALLOWED =
  'S3 refused, and the handler answered as if all were well: the mapping went on, and the result is lost. Let errors of S3 propagate, and the invocation is made again.';

/** Of the least case that breaks it: what is left in the schedule is what the consumer does not bear. */
export function explain({ schedule }: Case, played: Played, before: Results, after: Results): Explanation {
  const { run, writes } = played;
  const [expected, got] = [before.sum, after.sum];
  if (swallowsRefusal(played)) return { why: SWALLOWED, rule: RULES.failures };
  if (differInDigits(before, after)) {
    return {
      why: 'The results differ in their last digits alone: where batches are cut elsewhere, decimals are added in another order, and floating point rounds every sum. Add whole numbers, such as cents.',
      rule: RULES.batches,
    };
  }
  const keys = (call: number) =>
    writes
      .filter((write) => write.call === call)
      .map(({ key }) => key)
      .join();
  const other = run.invocations.find(({ event, number }) =>
    run.invocations.some(
      (before) =>
        before.number < number &&
        JSON.stringify(before.event) === JSON.stringify(event) &&
        keys(before.number) !== '' &&
        keys(number) !== '' &&
        keys(before.number) !== keys(number),
    ),
  );
  if (other !== undefined) {
    return {
      why: 'The same invocation was made twice, and wrote under another key the second time: the key comes from the clock, from chance, or from what the handler keeps in memory. Make it of the event alone: window, shard, first sequence number.',
      rule: RULES.finalRepeats,
    };
  }
  const [fault] = schedule.faults;
  const more = expected !== null && got !== null && got > expected ? 'more' : 'another number';
  if (fault !== undefined) {
    const lost = fault.how === 'crashes' || fault.how === 'times out';
    if (fault.how === 'killed' && fault.of === 'final') {
      return {
        why: 'The final invocation was made again after a restart, and left something else.',
        rule: RULES.finalAfterRestart,
      };
    }
    const last = run.invocations.findLast(({ event }) => event.isFinalInvokeForWindow);
    const wroteAgain = last === undefined || last.attempt === 1 || keys(last.number) !== '';
    if (
      fault.of === 'final' &&
      !lost &&
      !wroteAgain &&
      [...before.objects.keys()].some((key) => !after.objects.has(key))
    ) {
      return {
        why: 'A final invocation was made again, and wrote nothing the second time: the handler remembers outside `state` that it had written, and the first time that failed. Write on every final invocation; the same content under the same key does no harm.',
        rule: RULES.finalRepeats,
      };
    }
    return {
      why: lost
        ? `The sandbox ended, and what the handler kept in memory with it: it counts ${got !== null && expected !== null && got < expected ? 'less' : more} than came. Whatever counts has to be in \`state\`.`
        : `${fault.of === 'final' ? 'A final invocation' : 'A batch'} was made again, and the handler counted ${more}: it counts outside \`state\`, where a failed call is not taken back.`,
      rule: lost ? RULES.failures : fault.of === 'final' ? RULES.finalRepeats : RULES.batchRepeats,
    };
  }
  if (schedule.stateLimit !== null || run.finals.some(({ terminatedEarly }) => terminatedEarly)) {
    return {
      why: 'The state became too large, and its window ended early: the rest of the window is a part of its own, which took the place of the first. Keep the state bounded, and give each part a key of its own (the first sequence number).',
      rule: RULES.early,
    };
  }
  if (schedule.reshardings.length > 0) {
    return {
      why: `A shard was split or merged, and its window came in parts, one of each shard: ${writes.length === 0 ? 'what the handler keeps outside `state` does not come with them' : 'a key without the shard is written by each of them'}.`,
      rule: RULES.shards,
    };
  }
  if (schedule.late.length > 0) {
    return {
      why: 'A record came late: it was folded into a later window, or opened its own again, which then has a second final invocation. Its result took the place of the first: give each part a key of its own (the first sequence number).',
      rule: RULES.late,
    };
  }
  if (schedule.idleSeconds !== 1) {
    return {
      why: 'Nothing failed; a window was only closed at another moment, and the result is another: it comes from the clock, not from the event.',
      rule: RULES.idle,
    };
  }
  if (schedule.batchSize !== 100 || schedule.batchingWindowSeconds !== 0) {
    return {
      why: 'Nothing failed; the batches were only cut elsewhere, and the result is another. Fold all of `Records`, whatever their number, into the `state` that came with them: it holds what the batches before left.',
      rule: RULES.batches,
    };
  }
  return {
    why: 'Two runs without any disturbance left different results: key or content comes from the clock or from chance, and an invocation that is made twice leaves two. Make both of the event alone: window, shard, first sequence number.',
    rule: RULES.finalRepeats,
  };
}
