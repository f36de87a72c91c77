import { shardIdOf } from '../../../../lib/core/shard-index.ts';

const LAST_SHARD_INDEX = 2_147_483_647;

/**
 * Kinesis reads a shard id generously: any prefix, any number of digits (`shard-0`, `7`). Answers the id as it is
 * written, null when there is no index in it.
 */
export function normalShardId(given: string): string | null {
  const digits = given.split('-')[1] || given;
  if (!/^\d+$/.test(digits) || Number(digits) > LAST_SHARD_INDEX) return null;
  return shardIdOf(Number(digits));
}
