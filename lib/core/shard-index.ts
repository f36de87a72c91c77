/** A shard's id from its index: `shardId-` and twelve digits. */
export function shardIdOf(shardIndex: number): string {
  return `shardId-${String(shardIndex).padStart(12, '0')}`;
}

/** The index of a shard by its id; null for a name of another kind. */
export function shardIndexOf(shardId: string): number | null {
  const digits = /^shardId-(\d{12})$/.exec(shardId)?.[1];
  return digits === undefined ? null : Number(digits);
}
