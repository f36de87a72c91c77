import type { Fault } from '@/components/live/deed-store';
import type { ExplainedInvocation } from '@/lib/contract/answers';
import type { RuntimeAnswer } from '@/lib/contract/runtime-answer';
import { counted } from '@/lib/core/counted';

export interface Lesson {
  /** For the menu, in the imperative. */
  readonly name: string;
  /** What Lambda does then; what it really did is told beside it. */
  readonly rule: string;
  readonly means: string;
  /** The heading in docs/fidelity.md under which the rule and its test stand. */
  readonly heading: string;
}

/** In the menu's order. */
export const LESSONS: Readonly<Record<Fault, Lesson>> = {
  'late-record': {
    name: 'Send a record that comes late',
    rule: 'A record belongs to the window of its arrival. One that is older than the open window is folded into that, or opens its own window once more.',
    means:
      'A total may get a part that comes late. Parts are added, so no sale is lost and none counts twice.',
    heading: 'Windows',
  },
  'poison-record': {
    name: 'Send a record that is no sale',
    rule: 'To Lambda it is a record like any other: it is handed to the consumer in its batch.',
    means:
      'The consumer counts it as rejected and keeps it. If it threw instead, the shard would stand still.',
    heading: 'Failures and retries',
  },
  'consumer-error': {
    name: 'Let the consumer fail once',
    rule: 'The same batch is sent again with the state of before. Its shard waits, others go on.',
    means:
      'What a failed attempt had added is gone with its state: the total is right, and only comes later.',
    heading: 'Failures and retries',
  },
  'consumer-crash': {
    name: 'Crash the consumer once',
    rule: 'A process that ends is a failed attempt: the batch goes to a fresh one, with the state of before.',
    means: 'Nothing may be kept in the memory of a function. State, position and window are stored together.',
    heading: 'Failures and retries',
  },
  'duplicate-delivery': {
    name: 'Deliver a batch twice',
    rule: 'Delivery is at least once: after a lost answer the same records come again.',
    means: 'The consumer knows by sequence number what its state holds, and skips it: the total stays.',
    heading: 'Failures and retries',
  },
  'split-shard': {
    name: 'Split a shard',
    rule: 'The parent is read to its end and its window closes; then its children begin with empty states.',
    means: 'One window may have results of several shards. They are added up, and none is missing.',
    heading: 'Resharding',
  },
  'merge-shards': {
    name: 'Merge two shards',
    rule: 'Both parents are read to their ends and their windows close; then the child begins with an empty state.',
    means: 'The window has a part of each parent and of the child. They are added up.',
    heading: 'Resharding',
  },
  'stop-consumer': {
    name: 'Stop the consumer',
    rule: 'No invocation runs. Records wait in the stream, and windows stay without a total.',
    means: 'Late is not lost: Kinesis keeps the records, and receipts say that they are on their way.',
    heading: 'Windows',
  },
  'start-consumer': {
    name: 'Start the consumer',
    rule: 'The backlog goes through window by window, each in the window of its arrival.',
    means: 'Totals come late and are the same as if nothing had happened.',
    heading: 'Windows',
  },
};

export interface Evidence {
  readonly runtime: Pick<RuntimeAnswer, 'shards' | 'consumerStopped'> | undefined;
  /** Of the window that it happened in, since then. */
  readonly invocations: readonly ExplainedInvocation[];
}

/** What Lambda has really done since, in sentences; empty while nothing can be seen yet. */
export function whatLambdaDid(fault: Fault, { runtime, invocations }: Evidence): string[] {
  const failed = invocations.filter((each) => each.error !== null);
  const skipped = invocations.reduce((sum, each) => sum + each.skipped, 0);
  const rejected = invocations.reduce((sum, each) => sum + each.rejected, 0);
  const waiting = (runtime?.shards ?? []).reduce((sum, shard) => sum + (shard.recordsWaiting ?? 0), 0);
  const open = (runtime?.shards ?? []).filter((shard) => !shard.closed).length;
  const errors = [
    ...failed.map((each) => each.error),
    ...(runtime?.shards ?? []).map((each) => each.lastError),
  ];
  const [error] = errors.filter((each) => each !== null);
  switch (fault) {
    case 'stop-consumer':
      return [
        `${runtime?.consumerStopped === true ? 'It is stopped' : 'It runs again'}; ${counted(waiting, 'record')} waiting.`,
      ];
    case 'start-consumer':
      return [waiting === 0 ? 'Nothing waits any more.' : `${counted(waiting, 'record')} still waiting.`];
    case 'split-shard':
    case 'merge-shards':
      return [`The stream has ${counted(open, 'open shard')} now.`];
    default:
      return [
        ...(error === undefined ? [] : [`Failed: ${error.slice(0, 160)}`]),
        ...(rejected === 0 ? [] : [`${counted(rejected, 'record')} rejected.`]),
        ...(skipped === 0 ? [] : [`${counted(skipped, 'record')} skipped as known.`]),
        ...(invocations.length === 0 ? [] : [`${counted(invocations.length, 'invocation')} since then.`]),
      ];
  }
}
