import { shardIndexOf } from '@/lib/core/shard-index';
import type { Slot } from '@/lib/core/slot';

/** `shardId-000000000003` is read as `Shard 3`; a name of another kind stays as it is. Null: an original result does not say. */
export function shardName(shardId: string | null): string {
  if (shardId === null) return 'Shard not named';
  const index = shardIndexOf(shardId);
  return index === null ? shardId : `Shard ${index}`;
}

/**
 * The shards that take part in the slots, and in records besides them, ascending; none when there is only one, for then
 * there is nothing to tell apart.
 */
export function shardIdsOf(
  slots: readonly Pick<Slot, 'shards'>[],
  records: readonly { readonly shardId: string }[] = [],
): string[] {
  const ids = new Set(slots.flatMap((slot) => slot.shards.flatMap((shard) => shard.shardId ?? [])));
  for (const { shardId } of records) ids.add(shardId);
  return ids.size < 2 ? [] : [...ids].sort();
}
