import { evenStarts, type HashKey, hashKeyFromBigInt, hashKeyToBigInt, LAST_HASH_KEY } from './hash-key.ts';
import type { ShardMetadata } from './stream-metadata.ts';

/** A stream's shards while it is resharded: splits and merges are all there is, and each keeps the lineage. */
export interface ShardSet {
  readonly shards: readonly ShardMetadata[];
  readonly nextShardIndex: number;
}

export function evenShards(count: number, createdSeconds: number): ShardSet {
  const starts = evenStarts(count);
  const shards = starts.map((firstHashKey, index) => {
    const nextStart = starts[index + 1];
    const lastHashKey = nextStart === undefined ? LAST_HASH_KEY : before(nextStart);
    return { index, createdSeconds, firstHashKey, lastHashKey, parents: [], closedMs: null };
  });
  return { shards, nextShardIndex: count };
}

/** Closes the shard; its children share its range, the second begins at the hash key. */
export function splitShard(set: ShardSet, shardIndex: number, hashKey: HashKey, nowMs: number): ShardSet {
  const parent = openShard(set, shardIndex);
  return replace(set, [parent], nowMs, [
    [parent.firstHashKey, before(hashKey)],
    [hashKey, parent.lastHashKey],
  ]);
}

/** Closes both; their child has both ranges, which must be adjacent, the first below the second. */
export function mergeShards(
  set: ShardSet,
  shardIndex: number,
  adjacentIndex: number,
  nowMs: number,
): ShardSet {
  const parent = openShard(set, shardIndex);
  const adjacent = openShard(set, adjacentIndex);
  return replace(set, [parent, adjacent], nowMs, [[parent.firstHashKey, adjacent.lastHashKey]]);
}

/**
 * To `count` even shards (UNIFORM_SCALING): splits at every border that is missing, then merges over every border that
 * is left over, from the lowest range to the highest. A shard's middle border goes first, so a record's lineage is short.
 * Like in AWS, shards in between are born closed and empty.
 */
export function scaleShards(set: ShardSet, count: number, nowMs: number): ShardSet {
  const wanted = evenStarts(count);
  const isInside = (border: HashKey, shard: ShardMetadata) =>
    shard.firstHashKey < border && border <= shard.lastHashKey;
  let scaled = set;
  for (const whole of openShards(set)) {
    for (const border of middleFirst(wanted.filter((start) => isInside(start, whole)))) {
      const shard = openShards(scaled).find((open) => isInside(border, open));
      if (shard !== undefined) scaled = splitShard(scaled, shard.index, border, nowMs);
    }
  }
  const keep = new Set(wanted);
  const merge = (below: readonly ShardMetadata[]): ShardMetadata | undefined => {
    if (below.length <= 1) return below[0];
    const middle = below.length >>> 1;
    const left = merge(below.slice(0, middle));
    const right = merge(below.slice(middle));
    if (left === undefined || right === undefined) return left ?? right;
    scaled = mergeShards(scaled, left.index, right.index, nowMs);
    return scaled.shards.at(-1);
  };
  const groups: ShardMetadata[][] = [];
  for (const shard of openShards(scaled)) {
    if (keep.has(shard.firstHashKey)) groups.push([]);
    groups.at(-1)?.push(shard);
  }
  for (const group of groups) merge(group);
  return scaled;
}

/** In the order of their ranges. */
export function openShards(set: ShardSet): ShardMetadata[] {
  return set.shards
    .filter((shard) => shard.closedMs === null)
    .sort((a, b) => (a.firstHashKey < b.firstHashKey ? -1 : 1));
}

function openShard(set: ShardSet, index: number): ShardMetadata {
  const shard = set.shards.find((candidate) => candidate.index === index && candidate.closedMs === null);
  if (shard === undefined) throw new Error(`Expected shard ${index} to be open`);
  return shard;
}

/** Children are created in the second after their parents' end, by which their sequence numbers are higher. */
function replace(
  set: ShardSet,
  parents: readonly ShardMetadata[],
  nowMs: number,
  ranges: readonly (readonly [HashKey, HashKey])[],
): ShardSet {
  const closedSeconds = Math.max(
    Math.floor(nowMs / 1000),
    ...parents.map(({ createdSeconds }) => createdSeconds),
  );
  const children = ranges.map(([firstHashKey, lastHashKey], offset) => ({
    index: set.nextShardIndex + offset,
    createdSeconds: closedSeconds + 1,
    firstHashKey,
    lastHashKey,
    parents: parents.map(({ index }) => index),
    closedMs: null,
  }));
  return {
    shards: [
      ...set.shards.map((shard) => (parents.includes(shard) ? { ...shard, closedMs: nowMs } : shard)),
      ...children,
    ],
    nextShardIndex: set.nextShardIndex + children.length,
  };
}

function before(hashKey: HashKey): HashKey {
  return hashKeyFromBigInt(hashKeyToBigInt(hashKey) - 1n);
}

function middleFirst<T>(items: readonly T[]): T[] {
  const middle = items.length >>> 1;
  const item = items[middle];
  if (item === undefined) return [];
  return [item, ...middleFirst(items.slice(0, middle)), ...middleFirst(items.slice(middle + 1))];
}
