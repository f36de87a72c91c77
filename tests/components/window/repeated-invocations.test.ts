import { expect, test } from 'vitest';
import { repeatedInvocations } from '../../../components/window/repeated-invocations.ts';
import type { ExplainedInvocation } from '../../../lib/contract/answers.ts';

function invocation(
  shardId: string,
  before: number,
  after: number,
  rest: Partial<ExplainedInvocation> = {},
): ExplainedInvocation {
  const sums = (recordCount: number) => ({ recordCount, salesCents: recordCount * 100 });
  return {
    timeMs: 0,
    requestId: `${shardId} ${before}-${after}`,
    shardId,
    records: after - before,
    rejected: 0,
    skipped: 0,
    final: false,
    terminatedEarly: false,
    durationMs: 1,
    stateBytes: 100,
    before: sums(before),
    after: sums(after),
    writtenKey: null,
    error: null,
    ...rest,
  };
}

test('a batch that began anew from an older state was delivered again, in halves too', () => {
  const first = invocation('a', 0, 30);
  const half = invocation('a', 0, 15);
  const otherHalf = invocation('a', 15, 30);
  const next = invocation('a', 30, 40);
  expect([...repeatedInvocations([first, half, otherHalf, next])]).toEqual([half, otherHalf]);
});

test('shards do not repeat one another, and a part that ended early leaves an empty state', () => {
  const early = invocation('a', 0, 30, { terminatedEarly: true });
  expect(repeatedInvocations([early, invocation('b', 0, 10), invocation('a', 0, 5)]).size).toBe(0);
});
