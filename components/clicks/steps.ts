import { type Click, progressOf } from '@/lib/contract/click';
import { statusOf } from '@/lib/contract/click-status';

/** done: behind. now: on its way. todo: not begun. doubt: overdue, or twice. failed: it ends here. */
export type StepState = 'done' | 'now' | 'todo' | 'doubt' | 'failed';

export interface Step {
  readonly name: 'sent' | 'in stream' | 'counted' | 'file';
  readonly state: StepState;
}

const steps = (...states: readonly [StepState, StepState, StepState, StepState]): readonly Step[] => [
  { name: 'sent', state: states[0] },
  { name: 'in stream', state: states[1] },
  { name: 'counted', state: states[2] },
  { name: 'file', state: states[3] },
];

/** The way before anything was sent, and while it is. */
export const NOT_YET = steps('todo', 'todo', 'todo', 'todo');
export const SENDING = steps('now', 'todo', 'todo', 'todo');

/** A click's way: invoked, taken by the stream, folded by the consumer, written to the bucket. */
export function stepsOf(click: Pick<Click, 'receipt' | 'shares' | 'overdue'>): readonly Step[] {
  const { sent, counted, soFar } = progressOf(click);
  const isSeen = counted.recordCount + soFar.recordCount >= sent.recordCount;
  switch (statusOf(click)) {
    case 'failed':
      return steps(
        click.receipt === null ? 'failed' : 'done',
        click.receipt === null ? 'todo' : 'failed',
        'todo',
        'todo',
      );
    case 'twice':
      return steps('done', 'done', 'doubt', 'done');
    case 'counted':
      return steps('done', 'done', 'done', 'done');
    case 'missing':
      return steps('done', 'done', 'doubt', 'todo');
    case 'late':
      return steps('done', 'done', 'done', 'doubt');
    default:
      return steps('done', 'done', isSeen ? 'done' : 'now', isSeen ? 'now' : 'todo');
  }
}

/** How many of a click's records the consumer has counted, so far or for good. */
export function countedOf(click: Pick<Click, 'receipt' | 'shares'>): number {
  const { counted, soFar } = progressOf(click);
  return counted.recordCount + soFar.recordCount;
}

/** When the last window that holds records of a click ends; null while none is known to. */
export function closesAtMs({ shares }: Pick<Click, 'shares'>): number | null {
  const waiting = shares.filter((share) => !share.counted);
  return waiting.length === 0 ? null : Math.max(...waiting.map((share) => share.endMs));
}
