import { excerptOfError } from '../../lib/core/excerpt.ts';
import { liveKey } from '../../lib/core/object-key.ts';
import { serializeResult, type WindowResult } from '../../lib/core/window-result.ts';
import type { BucketWriter } from './bucket-writer.ts';

const INTERVAL_MS = 1000;
/** So long none is tried after one that could not be written: a shard is held up by a tenth of its time at most. */
const PAUSE_MS = 10_000;

/** The open snapshots: a gauge for those who watch, whose loss must not hold up the window. */
export class OpenSnapshots {
  readonly #bucket: BucketWriter;
  readonly #limitMs: number;
  /** By shard, when the next one may be written. Lost with a cold start, which costs one write more. */
  readonly #dueMs = new Map<string, number>();

  constructor(bucket: BucketWriter, limitMs: number) {
    this.#bucket = bucket;
    this.#limitMs = limitMs;
  }

  /** Writes one, at most once a second and shard. Never rejects. */
  async put(result: WindowResult | null): Promise<void> {
    if (result === null) return;
    const { shardId } = result;
    const nowMs = Date.now();
    const waitMs = (this.#dueMs.get(shardId) ?? 0) - nowMs;
    // One that would have to wait longer was told by a clock that has been set back since.
    if (waitMs > 0 && waitMs <= PAUSE_MS) return;
    this.#dueMs.set(shardId, nowMs + INTERVAL_MS);
    try {
      await this.#bucket.putOnce(liveKey(shardId), serializeResult(result), this.#limitMs);
    } catch (error) {
      this.#dueMs.set(shardId, nowMs + PAUSE_MS);
      console.warn(`The open snapshot of ${shardId} was not written: ${excerptOfError(error)}`);
    }
  }
}
