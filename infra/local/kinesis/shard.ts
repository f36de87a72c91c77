import { shardIdOf } from '../../../lib/core/shard-index.ts';
import { hashKeyToDecimal } from './hash-key.ts';
import type { ShardLog } from './log/shard-log.ts';
import { CLOSING_INDEX, parseSequenceNumber, SequenceRun, sequenceNumberOf } from './sequence-number.ts';
import type { ShardMetadata } from './stream-metadata.ts';
import type { ShardPage, ShardPosition, StreamRecord } from './stream-reader.ts';

/** One shard: its place in the hash space and its log. */
export class Shard {
  readonly shardId: string;

  constructor(
    public metadata: ShardMetadata,
    readonly log: ShardLog,
  ) {
    this.shardId = shardIdOf(metadata.index);
  }

  get isOpen(): boolean {
    return this.metadata.closedMs === null;
  }

  get origin() {
    return { createdSeconds: this.metadata.createdSeconds, shardIndex: this.metadata.index };
  }

  /** Below every record's. */
  get startingSequenceNumber(): string {
    return sequenceNumberOf(this.origin, 0, this.metadata.createdSeconds);
  }

  /** Above every record's; null while the shard is open. */
  get endingSequenceNumber(): string | null {
    const { closedMs } = this.metadata;
    return closedMs === null ? null : sequenceNumberOf(this.origin, CLOSING_INDEX, seconds(closedMs));
  }

  /** The numbers of a stored call's records, first to last. */
  sequenceRun(stored: { readonly firstIndex: number; readonly arrivalMs: number }): SequenceRun {
    return new SequenceRun(this.origin, stored.firstIndex, seconds(stored.arrivalMs));
  }

  /**
   * Where a sequence number, or the one after it, stands in the log. Any number has a place: a number from before the
   * shard (of a deleted stream of the same name) comes before all of its records, not in their midst.
   */
  indexOf(sequenceNumber: string, relation: 'at' | 'after'): number {
    const parsed = parseSequenceNumber(sequenceNumber);
    if (parsed?.version !== 2 || parsed.createdSeconds !== this.metadata.createdSeconds) {
      return BigInt(sequenceNumber) < BigInt(this.startingSequenceNumber) ? 1 : this.log.nextIndex;
    }
    const index = parsed.recordIndex + (relation === 'after' ? 1 : 0);
    return Math.min(Math.max(index, 1), this.log.nextIndex);
  }

  /** Throws StorageError where the position is behind the newest record: what somebody has read there is gone. */
  requirePosition(position: ShardPosition): void {
    if (position.type !== 'AFTER_SEQUENCE_NUMBER') return;
    const parsed = parseSequenceNumber(position.sequenceNumber);
    if (parsed?.createdSeconds === this.metadata.createdSeconds) this.log.requireRecord(parsed.recordIndex);
  }

  indexOfPosition(position: ShardPosition): number {
    switch (position.type) {
      case 'TRIM_HORIZON':
        return this.log.trimIndex;
      case 'LATEST':
        return this.log.nextIndex;
      case 'AT_TIMESTAMP':
        return this.log.indexAtTime(position.timestampMs);
      case 'AFTER_SEQUENCE_NUMBER':
        return this.indexOf(position.sequenceNumber, 'after');
    }
  }

  read(
    position: ShardPosition,
    limits: { readonly maxRecords: number; readonly maxBytes: number },
    nowMs: number,
  ): ShardPage {
    const page = this.readFrom(this.indexOfPosition(position), limits, nowMs);
    // Nothing has arrived since that time: which record will be the first is still open.
    const isWaiting = position.type === 'AT_TIMESTAMP' && page.records.length === 0;
    return { ...page, next: isWaiting ? position : this.#positionAt(page.nextIndex) };
  }

  readFrom(
    index: number,
    limits: { readonly maxRecords: number; readonly maxBytes: number },
    nowMs: number,
  ): Omit<ShardPage, 'next'> & { readonly nextIndex: number } {
    const { batches, nextIndex } = this.log.read(index, limits);
    const records: StreamRecord[] = [];
    for (const batch of batches) {
      const run = this.sequenceRun(batch);
      for (const { partitionKey, data } of batch.records) {
        records.push({ sequenceNumber: run.next(), partitionKey, data, arrivalMs: batch.arrivalMs });
      }
    }
    const isCaughtUp = nextIndex >= this.log.nextIndex;
    const behindMs = nowMs - (batches.at(-1)?.arrivalMs ?? nowMs);
    return {
      records,
      nextIndex,
      millisBehindLatest: isCaughtUp ? 0 : Math.max(1, behindMs),
      ended: isCaughtUp && !this.isOpen,
    };
  }

  /** Just before an index. The order of sequence numbers within a shard is that of indices, whatever their time. */
  #positionAt(index: number): ShardPosition {
    return {
      type: 'AFTER_SEQUENCE_NUMBER',
      sequenceNumber: this.sequenceNumberBefore(index),
    };
  }

  /** A number that `AFTER_SEQUENCE_NUMBER` goes on from at an index. */
  sequenceNumberBefore(index: number): string {
    return sequenceNumberOf(this.origin, index - 1, this.metadata.createdSeconds);
  }

  /** As the API describes it: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Shard.html */
  describe(): ShardSummary {
    const [parent, adjacent] = this.metadata.parents;
    const ending = this.endingSequenceNumber;
    return {
      ShardId: this.shardId,
      ...(parent === undefined ? {} : { ParentShardId: shardIdOf(parent) }),
      ...(adjacent === undefined ? {} : { AdjacentParentShardId: shardIdOf(adjacent) }),
      HashKeyRange: {
        StartingHashKey: hashKeyToDecimal(this.metadata.firstHashKey),
        EndingHashKey: hashKeyToDecimal(this.metadata.lastHashKey),
      },
      SequenceNumberRange: {
        StartingSequenceNumber: this.startingSequenceNumber,
        ...(ending === null ? {} : { EndingSequenceNumber: ending }),
      },
    };
  }
}

export interface ShardSummary {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: {
    readonly StartingSequenceNumber: string;
    readonly EndingSequenceNumber?: string;
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
