/** Provisioned, as the stacks deploy it, in us-east-1. https://aws.amazon.com/kinesis/data-streams/pricing/ */
const SHARD_HOUR_USD = 0.015;
const IDLE_MS = 3 * 3_600_000;

/** What a stream costs while it exists, whether or not it is used. */
export function streamCost(shards: number): { readonly dayUsd: number; readonly monthUsd: number } {
  const dayUsd = shards * SHARD_HOUR_USD * 24;
  return { dayUsd, monthUsd: dayUsd * 30 };
}

/** Whole hours since the last window that sold something, once they are three; null before, and when nothing is known. */
export function idleHours(lastEndMs: number | null, nowMs: number): number | null {
  if (lastEndMs === null || nowMs - lastEndMs < IDLE_MS) return null;
  return Math.floor((nowMs - lastEndMs) / 3_600_000);
}
