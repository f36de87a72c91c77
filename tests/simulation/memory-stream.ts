import { KinesisError } from '../../infra/local/kinesis/kinesis-error.ts';
import type {
  ShardDescription,
  ShardPage,
  ShardPosition,
  StreamReader,
  StreamRecord,
} from '../../infra/local/kinesis/stream-reader.ts';
import { compareSequenceNumbers } from '../../lib/core/sequence-number.ts';

export interface MemoryShard {
  readonly shardId: string;
  readonly parentShardId: string | null;
  readonly adjacentParentShardId: string | null;
  closed: boolean;
  readonly records: StreamRecord[];
}

/** A stream that survives every crash: the Kinesis that the mapping reads from. */
export class MemoryStream {
  readonly shards: MemoryShard[] = [];
  readonly #listeners = new Set<() => void>();
  #sequence = 0;
  #shardCount = 0;
  #gone = false;

  constructor(
    readonly arn: string,
    shardCount: number,
  ) {
    for (let i = 0; i < shardCount; i += 1) this.#open(null, null);
  }

  get openShards(): readonly MemoryShard[] {
    return this.shards.filter((shard) => !shard.closed);
  }

  shard(shardId: string): MemoryShard {
    const found = this.shards.find((shard) => shard.shardId === shardId);
    if (found === undefined || this.#gone) {
      throw new KinesisError(
        'ResourceNotFoundException',
        `Shard ${shardId} in stream ${this.arn} not found.`,
      );
    }
    return found;
  }

  put(shardId: string, data: string, arrivalMs: number, partitionKey = 'key'): StreamRecord {
    const record: StreamRecord = {
      sequenceNumber: this.#nextSequenceNumber(),
      partitionKey,
      data: Buffer.from(data).toString('base64'),
      arrivalMs,
    };
    this.shard(shardId).records.push(record);
    this.#changed();
    return record;
  }

  split(shardId: string): void {
    this.shard(shardId).closed = true;
    this.#open(shardId, null);
    this.#open(shardId, null);
    this.#changed();
  }

  merge(shardId: string, adjacentShardId: string): void {
    this.shard(shardId).closed = true;
    this.shard(adjacentShardId).closed = true;
    this.#open(shardId, adjacentShardId);
    this.#changed();
  }

  /** As if the stream had been deleted. */
  remove(): void {
    this.#gone = true;
    this.#changed();
  }

  /** The shards' retention is over: they are not listed any more. */
  forget(shardId: string): void {
    this.shards.splice(this.shards.indexOf(this.shard(shardId)), 1);
    this.#changed();
  }

  /** `pause` is waited for around every read, `pageSize` bounds a page. */
  reader(
    pause: () => Promise<void> = async () => {},
    pageSize: () => number = () => Number.POSITIVE_INFINITY,
  ): StreamReader {
    return {
      shards: async () => {
        await pause();
        if (this.#gone) {
          throw new KinesisError('ResourceNotFoundException', `Stream ${this.arn} not found.`);
        }
        return this.shards.map(
          ({ shardId, parentShardId, adjacentParentShardId, closed }): ShardDescription => ({
            shardId,
            parentShardId,
            adjacentParentShardId,
            closed,
          }),
        );
      },
      read: async (_, shardId, position, limits) => {
        await pause();
        const page = readPage(this.shard(shardId), position, Math.min(limits.maxRecords, pageSize()));
        await pause();
        return page;
      },
      onChange: (_, listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** The process that listened is dead. */
  forgetListeners(): void {
    this.#listeners.clear();
  }

  #open(parentShardId: string | null, adjacentParentShardId: string | null): void {
    const shardId = `shardId-${String(this.#shardCount++).padStart(12, '0')}`;
    this.shards.push({ shardId, parentShardId, adjacentParentShardId, closed: false, records: [] });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #nextSequenceNumber(): string {
    this.#sequence += 1;
    return `4959033827149025660855969253836157109592157598913660${String(this.#sequence).padStart(4, '0')}`;
  }
}

function readPage(shard: MemoryShard, position: ShardPosition, maxRecords: number): ShardPage {
  const { records } = shard;
  const begin = beginning(records, position);
  const page = records.slice(begin, begin + maxRecords);
  const left = records.length - begin - page.length;
  const last = page.at(-1) ?? (position.type === 'LATEST' ? records.at(-1) : undefined);
  return {
    records: page,
    next:
      last !== undefined
        ? { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last.sequenceNumber }
        : position.type === 'LATEST'
          ? { type: 'TRIM_HORIZON' }
          : position,
    millisBehindLatest: left === 0 ? 0 : 1000,
    ended: shard.closed && left === 0,
  };
}

function beginning(records: readonly StreamRecord[], position: ShardPosition): number {
  const first = (matches: (record: StreamRecord) => boolean) => {
    const index = records.findIndex(matches);
    return index === -1 ? records.length : index;
  };
  switch (position.type) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return records.length;
    case 'AT_TIMESTAMP':
      return first((record) => record.arrivalMs >= position.timestampMs);
    case 'AFTER_SEQUENCE_NUMBER':
      return first((record) => compareSequenceNumbers(record.sequenceNumber, position.sequenceNumber) > 0);
  }
}
