import type { Span } from './range.ts';
import type { WindowPart } from './window-part.ts';

/**
 * What one shard has in several windows of a day that is over, in one part: from the first window's start to the last one's
 * end, without the objects and requests that only a slot of one window names.
 */
export interface RolledPart extends WindowPart {
  /**
   * The starts of all windows that were rolled up at once, ascending, whichever shards they have results of: the parts of a
   * slot and a day share one list. Those of different days have no start in common.
   */
  readonly starts: Float64Array;
}

/** The slots that parts are rolled up for (`buildSlots`). */
export interface Grid extends Span {
  readonly stepSeconds: number;
  readonly windowSeconds: number;
  /** Windows that end later may still change: results of a day with one of them stay single. Epoch ms. */
  readonly settledMs: number;
}

export function isRolled(part: WindowPart): part is RolledPart {
  return 'starts' in part;
}
