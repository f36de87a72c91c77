import { setMaxListeners } from 'node:events';
import path from 'node:path';
import { HOUR_MS } from '../../../lib/core/window.ts';
import type { Clock } from '../clock.ts';
import { type HashKey, hashKeyFromDecimal } from './hash-key.ts';
import { KinesisError, StorageError, shardLimitError, streamNotFound } from './kinesis-error.ts';
import { type NewStream, newStream } from './new-stream.ts';
import { recoveredShards, type ShardRecovery } from './recovery.ts';
import type { Shard } from './shard.ts';
import { type PutEntry, type PutOutcome, Stream, type StreamEnvironment } from './stream.ts';
import { deleteStreamFolder, folderOfStream, storedStreams } from './stream-folder.ts';
import { createStreamFolder, type StreamMetadata, type StreamTransition } from './stream-metadata.ts';
import { DEFAULT_SHARD_LIMIT, DEFAULT_TRANSITION_MS, type StreamsOptions } from './streams-options.ts';
import { Subscriptions } from './subscriptions.ts';
import { sweep } from './sweep.ts';

/** All streams of the account in one region. */
export class Streams {
  readonly recovery: readonly ShardRecovery[];
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly shardLimit: number;
  readonly #root: string;
  /** How long a stream or a consumer is CREATING, UPDATING or DELETING. */
  readonly transitionMs: number;
  readonly subscriptions = new Subscriptions();
  readonly #environment: StreamEnvironment;
  readonly #streams = new Map<string, Stream>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #closing = new AbortController();
  /** When the newest shard of all that were deleted was created. */
  #deletedSeconds = 0;

  /** Opens what the data folder holds, making it if need be. Throws StorageError. */
  constructor(options: StreamsOptions) {
    this.accountId = options.accountId;
    this.region = options.region;
    this.clock = options.clock;
    this.shardLimit = options.shardLimit ?? DEFAULT_SHARD_LIMIT;
    this.transitionMs = options.transitionMs ?? DEFAULT_TRANSITION_MS;
    this.#environment = {
      accountId: options.accountId,
      enforceShardLimits: options.enforceShardLimits ?? false,
      segmentBytes: options.segmentBytes,
    };
    setMaxListeners(0, this.#closing.signal); // any number of streams may be in transition
    this.#root = path.join(options.dataDir, 'kinesis');
    for (const { metadata, folder } of storedStreams(this.#root)) {
      this.#adopt(metadata, folder);
    }
    for (const stream of this.#streams.values()) stream.trim(this.clock.now());
    this.recovery = [...this.#streams.values()].flatMap(recoveredShards);
    sweep(this.#streams, this.clock, this.#closing.signal);
  }

  #adopt(metadata: StreamMetadata, folder: string): Stream {
    const stream = new Stream(metadata, this.arnOf(metadata.streamName), folder, this.#environment);
    this.#streams.set(stream.name, stream);
    if (!this.#settle(stream)) void this.#settleLater(stream);
    return stream;
  }

  arnOf(streamName: string): string {
    return `arn:aws:kinesis:${this.region}:${this.accountId}:stream/${streamName}`;
  }

  /** In the order of their names. */
  list(): Stream[] {
    for (const stream of [...this.#streams.values()]) this.#settle(stream);
    return [...this.#streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws ResourceNotFoundException. */
  stream(streamName: string): Stream {
    const stream = this.#streams.get(streamName);
    if (stream === undefined) throw streamNotFound(streamName, this.accountId);
    this.#settle(stream);
    if (!this.#streams.has(streamName)) throw streamNotFound(streamName, this.accountId);
    return stream;
  }

  /** Open shards in the account. */
  openShardCount(): number {
    let count = 0;
    for (const stream of this.#streams.values()) count += stream.openShardCount;
    return count;
  }

  /** Throws LimitExceededException when so many more shards would be too many. */
  requireShards(additional: number): void {
    const current = this.openShardCount();
    if (current + additional <= this.shardLimit) return;
    throw shardLimitError(this, current, additional);
  }

  /** Throws ResourceInUseException, LimitExceededException, StorageError. */
  create(request: NewStream): Stream {
    const { streamName, shardCount } = request;
    const existing = this.#streams.get(streamName);
    if (existing !== undefined) this.#settle(existing);
    if (this.#streams.has(streamName)) {
      throw new KinesisError(
        'ResourceInUseException',
        `Stream ${streamName} under account ${this.accountId} already exists.`,
      );
    }
    this.requireShards(shardCount);
    const nowMs = this.clock.now();
    const folder = path.join(this.#root, folderOfStream(streamName));
    const metadata = newStream(request, nowMs, nowMs + this.transitionMs, this.#deletedSeconds);
    createStreamFolder(folder, metadata);
    return this.#adopt(metadata, folder);
  }

  /**
   * For the start: the stream exists and is ACTIVE afterwards. An existing one keeps its shards and its retention.
   * Throws LimitExceededException, StorageError.
   */
  ensure(request: {
    readonly streamName: string;
    readonly shardCount: number;
    readonly retentionHours?: number;
  }): { readonly streamArn: string; readonly created: boolean } {
    const created = !this.#streams.has(request.streamName);
    const stream = created ? this.create(request) : this.stream(request.streamName);
    if (created) {
      stream.update({
        transition: null,
        retentionHours: request.retentionHours ?? stream.metadata.retentionHours,
      });
    }
    return { streamArn: stream.arn, created };
  }

  /** Begins a change of an ACTIVE stream, which shows after the transition time. */
  begin(stream: Stream, transition: WithoutDue<StreamTransition>): void {
    // A stream that is deleted while it is created never had shards.
    const change = stream.status === 'CREATING' ? { shards: [] } : {};
    stream.update({ ...change, transition: { ...transition, dueMs: this.clock.now() + this.transitionMs } });
    if (!this.#settle(stream)) void this.#settleLater(stream);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.subscriptions.close();
    for (const stream of this.#streams.values()) stream.close();
  }

  put(stream: Stream, entries: readonly PutEntry[]): PutOutcome[] {
    const outcomes = stream.put(entries, this.clock.now());
    this.#changed(stream);
    return outcomes;
  }

  /**
   * A record that arrives with a time of its own, like one that was held up on its way. Not part of the AWS API, so not
   * reachable over it: for the control API and for tests. `data` is base64. Throws KinesisError.
   */
  putRecordAt(request: {
    readonly streamName: string;
    readonly partitionKey: string;
    readonly data: string;
    readonly arrivalMs: number;
    /** A decimal in [0, 2^128 - 1]. */
    readonly explicitHashKey?: string;
  }): { readonly shardId: string; readonly sequenceNumber: string } {
    const stream = this.stream(request.streamName);
    const explicitHashKey: HashKey | null =
      request.explicitHashKey === undefined ? null : hashKeyFromDecimal(request.explicitHashKey);
    const { partitionKey, data, arrivalMs } = request;
    const outcome = stream.putAt({ partitionKey, data, explicitHashKey }, arrivalMs);
    this.#changed(stream);
    if (outcome.kind === 'refused') throw new KinesisError('InternalFailure', outcome.message);
    return outcome;
  }

  /** The shard, trimmed to the retention as of now. Throws ResourceNotFoundException. */
  shard(streamName: string, shardId: string): Shard {
    const stream = this.stream(streamName);
    stream.trim(this.clock.now());
    return stream.shard(shardId);
  }

  /** How long the stream keeps its records, in milliseconds; null when there is no such stream. */
  retentionMs(streamName: string): number | null {
    const stream = this.#streams.get(streamName);
    return stream === undefined ? null : stream.metadata.retentionHours * HOUR_MS;
  }

  /** Calls back after records were put on the stream or its shards changed. Returns the unsubscribe function. */
  onChange(streamName: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(streamName) ?? new Set();
    this.#listeners.set(streamName, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #changed(stream: Stream): void {
    for (const listener of this.#listeners.get(stream.name) ?? []) listener();
  }

  /** Carries out what is due; true when something was. */
  #settle(stream: Stream): boolean {
    const { transition } = stream.metadata;
    if (transition?.kind === 'delete' && transition.dueMs <= this.clock.now()) {
      this.#remove(stream);
      return true;
    }
    if (!stream.settle(this.clock.now())) return false;
    this.#changed(stream);
    return true;
  }

  /** So that a reader hears of it even when nobody asks for the stream. */
  async #settleLater(stream: Stream): Promise<void> {
    const { transition } = stream.metadata;
    if (transition === null) return;
    const { signal } = this.#closing;
    // A timer may be early by a millisecond, and a wall clock that was set back by more.
    const leftMs = () => transition.dueMs - this.clock.now();
    do {
      await this.clock.sleep(Math.max(0, leftMs()), signal);
      if (signal.aborted || this.#streams.get(stream.name) !== stream) return;
    } while (leftMs() > 0);
    try {
      this.#settle(stream);
    } catch (error) {
      // The disk refused. Whoever asks for the stream next tries again, and is told why it failed.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  #remove(stream: Stream): void {
    stream.close();
    deleteStreamFolder(stream.folder);
    for (const { createdSeconds } of stream.metadata.shards) {
      this.#deletedSeconds = Math.max(this.#deletedSeconds, createdSeconds);
    }
    this.#streams.delete(stream.name);
    this.#changed(stream);
  }
}

type WithoutDue<T> = T extends unknown ? Omit<T, 'dueMs'> : never;
