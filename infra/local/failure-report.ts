import type { InvocationReport } from './lambda/event-source-mapping/sender.ts';

/** Says that the consumer fails, the first time and ever more rarely while it goes on. */
export function reportFailure({ attempt, functionArn, shardId, verdict }: InvocationReport): void {
  if (verdict.kind === 'accepted' || (attempt & (attempt - 1)) !== 0) return;
  const name = functionArn.split(':').at(-1);
  console.warn(`${name} failed for ${shardId} (attempt ${attempt}): ${verdict.message}`);
}
