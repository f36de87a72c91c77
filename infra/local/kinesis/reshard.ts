import { evenStarts, type HashKey, hashKeyFromBigInt, hashKeyToBigInt, LAST_HASH_KEY } from './hash-key.ts';
import type { ShardMetadata } from './stream-metadata.ts';

/** A stream's shards while it is resharded: splits and merges are all there is, and each keeps the lineage. */
export interface ShardSet {
  readonly shards: readonly ShardMetadata[];
  readonly nextShardIndex: number;
}

/** Far more than rounding ever adds up to, and nothing of the 2^128 hash keys. */
const ROUNDING = 1n << 32n;

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
 * To `count` even shards (UNIFORM_SCALING), from the lowest range to the highest: splits what lies across the range's upper
 * border, then merges what lies within. So does AWS, as observed: of four shards scaled to three, 6, 9 and 10 are left.
 * Shards in between are born closed and empty.
 */
export function scaleShards(set: ShardSet, count: number, nowMs: number): ShardSet {
  const starts = nearPresent(evenStarts(count), set);
  let scaled = set;
  for (const [position, start] of starts.entries()) {
    const border = starts[position + 1];
    if (border !== undefined) scaled = splitAt(scaled, border, starts, nowMs);
    const within = openShards(scaled).filter(
      ({ firstHashKey }) => start <= firstHashKey && (border === undefined || firstHashKey < border),
    );
    scaled = mergeAll(scaled, within, nowMs).set;
  }
  return scaled;
}

/**
 * The starts, each moved onto a border that is there already and differs by rounding only: a fifth of the hash space is not
 * exactly two tenths, and a shard of a few hash keys is no use to anybody.
 */
function nearPresent(starts: readonly HashKey[], set: ShardSet): HashKey[] {
  const present = openShards(set).map(({ firstHashKey }) => hashKeyToBigInt(firstHashKey));
  return starts.map((start) => {
    const wanted = hashKeyToBigInt(start);
    const near = present.find((border) => border - wanted < ROUNDING && wanted - border < ROUNDING);
    return near === undefined ? start : hashKeyFromBigInt(near);
  });
}

/** The middle border of a shard goes first, where several lie in it: the lineage stays short. */
function splitAt(set: ShardSet, border: HashKey, borders: readonly HashKey[], nowMs: number): ShardSet {
  const isInside = (hashKey: HashKey, shard: ShardMetadata) =>
    shard.firstHashKey < hashKey && hashKey <= shard.lastHashKey;
  const shard = openShards(set).find((open) => isInside(border, open));
  if (shard === undefined) return set;
  const inside = borders.filter((hashKey) => isInside(hashKey, shard));
  const middle = inside[inside.length >>> 1] ?? border;
  return splitAt(splitShard(set, shard.index, middle, nowMs), border, borders, nowMs);
}

/** Neighbours in order, in pairs of halves: the lineage stays short. */
function mergeAll(
  set: ShardSet,
  shards: readonly ShardMetadata[],
  nowMs: number,
): { readonly set: ShardSet; readonly merged: ShardMetadata | null } {
  if (shards.length <= 1) return { set, merged: shards[0] ?? null };
  const middle = shards.length >>> 1;
  const left = mergeAll(set, shards.slice(0, middle), nowMs);
  const right = mergeAll(left.set, shards.slice(middle), nowMs);
  if (left.merged === null || right.merged === null) return right;
  const whole = mergeShards(right.set, left.merged.index, right.merged.index, nowMs);
  return { set: whole, merged: whole.shards.at(-1) ?? null };
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
