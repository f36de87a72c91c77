import path from 'node:path';
import { shardIdOf } from '../../../lib/core/shard-index.ts';
import { HOUR_MS } from '../../../lib/core/window.ts';
import { type HashKey, hashOfPartitionKey } from './hash-key.ts';
import { noSuchShard, StorageError } from './kinesis-error.ts';
import type { LogRecord } from './log/record-frame.ts';
import { dataBytes, ShardLog } from './log/shard-log.ts';
import { Shard } from './shard.ts';
import { ShardThrottle } from './shard-throttle.ts';
import {
  hasStreamMetadata,
  type ShardMetadata,
  type StreamMetadata,
  writeStreamMetadata,
} from './stream-metadata.ts';
import { effectOf } from './transition-effect.ts';

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';

export interface PutEntry extends LogRecord {
  /** Overrides the partition key's hash. */
  readonly explicitHashKey: HashKey | null;
}

export type PutOutcome =
  | { readonly kind: 'stored'; readonly shardId: string; readonly sequenceNumber: string }
  | {
      readonly kind: 'refused';
      readonly errorCode: 'ProvisionedThroughputExceededException' | 'InternalFailure';
      readonly message: string;
    };

export interface StreamEnvironment {
  readonly accountId: string;
  readonly enforceShardLimits: boolean;
  readonly segmentBytes?: number | undefined;
}

/** Old files are looked for this often; what a reader sees is trimmed to the millisecond. */
const SWEEP_MS = 60_000;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const DEFAULT_RECORD_KIB = 1024;

/** One stream: its metadata, its shards, and which of them takes a record. */
export class Stream {
  readonly #environment: StreamEnvironment;
  #shards = new Map<number, Shard>();
  /** By range, for routing: a record belongs to the first whose last hash key is not below its own. */
  #open: Shard[] = [];
  #throttles = new Map<number, ShardThrottle>();
  #turn = 0;
  #sweptMs = Number.NEGATIVE_INFINITY;

  constructor(
    public metadata: StreamMetadata,
    readonly arn: string,
    readonly folder: string,
    environment: StreamEnvironment,
  ) {
    this.#environment = environment;
    this.#takeShards();
  }

  get name(): string {
    return this.metadata.streamName;
  }

  get status(): StreamStatus {
    const kind = this.metadata.transition?.kind;
    if (kind === undefined) return 'ACTIVE';
    return kind === 'create' ? 'CREATING' : kind === 'delete' ? 'DELETING' : 'UPDATING';
  }

  /** The most bytes that a record may have, partition key included. */
  get maxRecordBytes(): number {
    return (this.metadata.maxRecordKib ?? DEFAULT_RECORD_KIB) * 1024;
  }

  /** Whether the partition keys say which shard takes a record: a strategy of distribution is an on-demand stream's. */
  get usesPartitionKeys(): boolean {
    return this.metadata.mode !== 'ON_DEMAND' || this.metadata.distribution !== 'AUTO';
  }

  /** None while the stream is being created. */
  get shards(): readonly Shard[] {
    return this.status === 'CREATING' ? [] : [...this.#shards.values()];
  }

  get openShardCount(): number {
    return this.#open.length;
  }

  /** Throws ResourceNotFoundException. */
  shard(shardId: string): Shard {
    const shard = this.shards.find((candidate) => candidate.shardId === shardId);
    if (shard !== undefined) return shard;
    throw noSuchShard(shardId, this.name, this.#environment.accountId);
  }

  /** In the order of the request. One write for each shard. Throws StorageError when nothing at all could be stored. */
  put(entries: readonly PutEntry[], nowMs: number): PutOutcome[] {
    // Deleted under the runtime, which knows it still: records without it would not be found by the next start.
    if (!hasStreamMetadata(this.folder)) this.update({});
    const outcomes = new Array<PutOutcome>(entries.length);
    for (const [shard, positions] of this.#route(entries, nowMs, outcomes)) {
      const records =
        positions.length === entries.length
          ? entries
          : positions.flatMap((position) => entries[position] ?? []);
      try {
        const run = shard.sequenceRun(shard.log.append(records, nowMs));
        const { shardId } = shard;
        for (const position of positions) {
          outcomes[position] = { kind: 'stored', shardId, sequenceNumber: run.next() };
        }
      } catch (error) {
        if (!(error instanceof StorageError) || positions.length === entries.length) throw error;
        const refused = { kind: 'refused', errorCode: 'InternalFailure', message: error.message } as const;
        for (const position of positions) outcomes[position] = refused;
      }
    }
    return outcomes;
  }

  /** Stores a record as if it had arrived at that time. */
  putAt(entry: PutEntry, arrivalMs: number): PutOutcome {
    const shard = this.#shardFor(entry);
    const run = shard.sequenceRun(shard.log.appendAt(entry, arrivalMs));
    return { kind: 'stored', shardId: shard.shardId, sequenceNumber: run.next() };
  }

  /** The positions of the entries that each shard takes; what a shard's limits refuse has its outcome already. */
  #route(entries: readonly PutEntry[], nowMs: number, outcomes: PutOutcome[]): Map<Shard, number[]> {
    const routes = new Map<Shard, number[]>();
    for (let position = 0; position < entries.length; position += 1) {
      const entry = entries[position];
      if (entry === undefined) continue;
      const shard = this.#shardFor(entry);
      if (this.#environment.enforceShardLimits && !this.#admits(shard, entry, nowMs)) {
        outcomes[position] = {
          kind: 'refused',
          errorCode: 'ProvisionedThroughputExceededException',
          message: `Rate exceeded for shard ${shard.shardId} in stream ${this.name} under account ${this.#environment.accountId}.`,
        };
        continue;
      }
      const route = routes.get(shard);
      if (route === undefined) routes.set(shard, [position]);
      else route.push(position);
    }
    return routes;
  }

  #shardFor(entry: PutEntry): Shard {
    const [only] = this.#open;
    if (only !== undefined && this.#open.length === 1) return only;
    if (!this.usesPartitionKeys) {
      this.#turn = (this.#turn + 1) % this.#open.length; // evenly, which is all that is promised
      return this.#openAt(this.#turn);
    }
    const hashKey = entry.explicitHashKey ?? hashOfPartitionKey(entry.partitionKey);
    let low = 0;
    let high = this.#open.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#open[middle]?.metadata.lastHashKey ?? '') < hashKey) low = middle + 1;
      else high = middle;
    }
    return this.#openAt(low);
  }

  #openAt(position: number): Shard {
    const shard = this.#open[position];
    if (shard === undefined) throw new Error(`Expected stream ${this.name} to have an open shard`);
    return shard;
  }

  #admits(shard: Shard, entry: PutEntry, nowMs: number): boolean {
    let throttle = this.#throttles.get(shard.metadata.index);
    if (throttle === undefined) {
      throttle = new ShardThrottle();
      this.#throttles.set(shard.metadata.index, throttle);
    }
    return throttle.admits(dataBytes(entry.data) + Buffer.byteLength(entry.partitionKey), nowMs);
  }

  /** Stores the change first, then shows it. Throws StorageError; nothing has changed then. */
  update(change: Partial<StreamMetadata>): void {
    const metadata = { ...this.metadata, ...change };
    writeStreamMetadata(this.folder, metadata);
    this.metadata = metadata;
    this.#takeShards();
  }

  /** Takes effect what is due; true when something did. A deletion is the registry's to carry out. */
  settle(nowMs: number): boolean {
    const { transition } = this.metadata;
    if (transition === null || transition.kind === 'delete' || transition.dueMs > nowMs) return false;
    this.update({ ...effectOf(transition, this.metadata, nowMs), transition: null });
    return true;
  }

  /** Forgets the records that are older than the retention, and closed shards once all they held is. */
  trim(nowMs: number): void {
    const cutoffMs = nowMs - this.metadata.retentionHours * HOUR_MS;
    for (const shard of this.#shards.values()) shard.log.trim(cutoffMs);
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    const isExpired = (shard: Shard) =>
      shard.metadata.closedMs !== null && shard.metadata.closedMs < cutoffMs;
    const expired = [...this.#shards.values()].filter(isExpired);
    if (expired.length === 0) return;
    const kept = this.metadata.shards.filter(({ index }) => !expired.some((s) => s.metadata.index === index));
    this.update({ shards: kept });
    for (const shard of expired) shard.log.remove();
  }

  close(): void {
    for (const shard of this.#shards.values()) shard.log.close();
  }

  #takeShards(): void {
    const shards = new Map<number, Shard>();
    for (const metadata of this.metadata.shards) {
      const known = this.#shards.get(metadata.index);
      const folder = path.join(this.folder, shardIdOf(metadata.index));
      const shard = known ?? new Shard(metadata, this.#logOf(metadata, folder));
      shard.metadata = metadata;
      shards.set(metadata.index, shard);
    }
    this.#shards = shards;
    this.#open = [...shards.values()]
      .filter((shard) => shard.isOpen)
      .sort((a, b) => (a.metadata.firstHashKey < b.metadata.firstHashKey ? -1 : 1));
  }

  #logOf({ index, files }: ShardMetadata, folder: string): ShardLog {
    return new ShardLog(folder, this.#environment.segmentBytes, {
      noted: files ?? null,
      note: (noted) =>
        this.update({
          shards: this.metadata.shards.map((shard) =>
            shard.index === index ? { ...shard, files: noted } : shard,
          ),
        }),
    });
  }
}
