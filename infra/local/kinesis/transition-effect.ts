import { mergeShards, scaleShards, splitShard } from './reshard.ts';
import type { StreamMetadata, StreamTransition } from './stream-metadata.ts';

/** What a transition that is due changes of a stream. */
export function effectOf(
  transition: StreamTransition,
  metadata: StreamMetadata,
  nowMs: number,
): Partial<StreamMetadata> {
  switch (transition.kind) {
    case 'split':
      return splitShard(metadata, transition.shardIndex, transition.hashKey, nowMs);
    case 'merge':
      return mergeShards(metadata, transition.shardIndex, transition.adjacentIndex, nowMs);
    case 'scale':
      return scaleShards(metadata, transition.shardCount, nowMs);
    case 'change':
      return transition.settings;
    default:
      return {};
  }
}
