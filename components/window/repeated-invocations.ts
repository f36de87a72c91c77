import type { ExplainedInvocation } from '@/lib/contract/answers';

/**
 * The invocations that began from a state older than the one their shard had reached: the answer to an earlier one was
 * lost or was an error, so its batch was delivered again. `invocations`: of one window, in the order of their time.
 */
export function repeatedInvocations(
  invocations: readonly ExplainedInvocation[],
): ReadonlySet<ExplainedInvocation> {
  const reached = new Map<string, number>();
  const repeated = new Set<ExplainedInvocation>();
  for (const invocation of invocations) {
    const { shardId, before, after } = invocation;
    // A part that ended early hands on an empty state: it is no repetition.
    const known = reached.get(shardId) ?? 0;
    if (before.recordCount < known) repeated.add(invocation);
    reached.set(shardId, invocation.terminatedEarly ? 0 : Math.max(known, after.recordCount));
  }
  return repeated;
}
