import { compareSequenceNumbers } from '../../../lib/core/sequence-order.ts';
import { shardIdOf } from '../../../lib/core/shard-index.ts';
import { evenStarts, hashKeyToBigInt, hashOfPartitionKey, LAST_HASH_KEY } from '../kinesis/hash-key.ts';
import { KinesisError } from '../kinesis/kinesis-error.ts';
import type {
  ShardDescription,
  ShardPage,
  ShardPosition,
  StreamReader,
  StreamRecord,
} from '../kinesis/stream-reader.ts';

export interface MemoryShard {
  readonly shardId: string;
  readonly parentShardId: string | null;
  readonly adjacentParentShardId: string | null;
  /** Hash keys, both inclusive. */
  readonly first: bigint;
  readonly last: bigint;
  closed: boolean;
  readonly records: StreamRecord[];
}

const END_OF_KEYS = hashKeyToBigInt(LAST_HASH_KEY);

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
    const starts = evenStarts(shardCount).map(hashKeyToBigInt);
    for (const [index, first] of starts.entries()) {
      this.#open({ first, last: (starts[index + 1] ?? END_OF_KEYS + 1n) - 1n }, null, null);
    }
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

  /** The open shard that takes this partition key's records. */
  shardOf(partitionKey: string): MemoryShard {
    const { openShards } = this;
    const [only] = openShards;
    if (only !== undefined && openShards.length === 1) return only;
    const key = hashKeyToBigInt(hashOfPartitionKey(partitionKey));
    const found = openShards.find(({ first, last }) => first <= key && key <= last);
    if (found === undefined) throw new RangeError(`Expected an open shard for ${partitionKey}, got none`);
    return found;
  }

  /** `data`: text, or bytes. */
  put(shardId: string, data: string | Uint8Array, arrivalMs: number, partitionKey = 'key'): StreamRecord {
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

  /** In the middle of its hash keys. */
  split(shardId: string): void {
    const parent = this.shard(shardId);
    const middle = (parent.first + parent.last) / 2n;
    parent.closed = true;
    this.#open({ first: parent.first, last: middle }, shardId, null);
    this.#open({ first: middle + 1n, last: parent.last }, shardId, null);
    this.#changed();
  }

  /** Whether the hash keys of the one go on where those of the other end: only then can they be merged. */
  areNeighbours(shardId: string, otherShardId: string): boolean {
    const [one, other] = [this.shard(shardId), this.shard(otherShardId)];
    return one.last + 1n === other.first || other.last + 1n === one.first;
  }

  merge(shardId: string, adjacentShardId: string): void {
    const parents = [this.shard(shardId), this.shard(adjacentShardId)] as const;
    for (const parent of parents) parent.closed = true;
    const [low, high] = parents[0].first < parents[1].first ? parents : [parents[1], parents[0]];
    this.#open({ first: low.first, last: high.last }, shardId, adjacentShardId);
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
      requirePosition: () => {},
      keep: async () => {},
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

  #open(
    keys: { readonly first: bigint; readonly last: bigint },
    parentShardId: string | null,
    adjacentParentShardId: string | null,
  ): void {
    const shardId = shardIdOf(this.#shardCount++);
    this.shards.push({ shardId, parentShardId, adjacentParentShardId, ...keys, closed: false, records: [] });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #nextSequenceNumber(): string {
    this.#sequence += 1;
    return `49590338271490256608559692538361571095921575${String(this.#sequence).padStart(12, '0')}`;
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

/** The index of the first record at or after a position, in the records' order. */
function beginning(records: readonly StreamRecord[], position: ShardPosition): number {
  switch (position.type) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return records.length;
    case 'AT_TIMESTAMP': {
      const index = records.findIndex((record) => record.arrivalMs >= position.timestampMs);
      return index === -1 ? records.length : index;
    }
    case 'AFTER_SEQUENCE_NUMBER':
      return countUpTo(records, position.sequenceNumber);
  }
}

/** By halves: a shard of ten thousand records is read from ten thousand times. */
function countUpTo(records: readonly StreamRecord[], sequenceNumber: string): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const record = records[middle];
    if (record !== undefined && compareSequenceNumbers(record.sequenceNumber, sequenceNumber) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
