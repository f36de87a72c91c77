import type { ShardDescription, ShardPosition } from '../../kinesis/stream-reader.ts';
import type { EventSourceMappingConfiguration } from '../event-source-mappings.ts';
import { beginAt, resize } from '../window-tracker.ts';
import { tellDestination } from './failure-delivery.ts';
import { patternsOf } from './mapping-definition.ts';
import type { MappingEnvironment } from './mapping-environment.ts';
import type { Checkpoint } from './mapping-store.ts';
import { Pause } from './pause.ts';
import { type RecordFilter, recordFilter } from './record-filter.ts';
import { retryDelayMs } from './retry-policy.ts';
import { ShardWorker } from './shard-worker.ts';
import type { MappingStatus, ShardStatus } from './status.ts';

/** How long a shard rests whose worker failed in a way that nobody foresaw. */
const RESTART_MS = 10_000;

/** One enabled mapping: a worker for every shard whose parents are done with. */
export class MappingRunner {
  readonly #configuration: EventSourceMappingConfiguration;
  readonly #environment: MappingEnvironment;
  readonly #onResult: (text: string) => void;
  readonly #pause: Pause;
  readonly #filter: RecordFilter;
  readonly #workers = new Map<string, { readonly worker: ShardWorker; readonly run: Promise<void> }>();
  #checkpoints = new Map<string, Checkpoint>();
  #supervision: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  #problem: string | null = null;

  constructor(
    configuration: EventSourceMappingConfiguration,
    environment: MappingEnvironment,
    onResult: (text: string) => void,
  ) {
    this.#configuration = configuration;
    this.#environment = environment;
    this.#onResult = onResult;
    this.#pause = new Pause(environment.clock);
    this.#filter = recordFilter(patternsOf(configuration));
  }

  start(): void {
    this.#supervision = this.#supervise();
  }

  /** Resolves when invocations under way have come back and been stored. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const { worker } of this.#workers.values()) worker.stop();
    this.#pause.wake();
    await this.#supervision;
  }

  /** Stores nothing from now on. */
  abandon(): void {
    this.#stop.abort();
    for (const { worker } of this.#workers.values()) worker.abandon();
    this.#pause.wake();
  }

  async #supervise(): Promise<void> {
    const { clock, log, reader } = this.#environment;
    const { EventSourceArn: streamArn } = this.#configuration;
    const unsubscribe = reader.onChange(streamArn, () => {
      for (const { worker } of this.#workers.values()) worker.wake();
      // New shards only come of ones that are being read, and those say when they have ended.
      if (this.#workers.size === 0 || this.#problem !== null) this.#pause.wake();
    });
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      try {
        if (this.#checkpoints.size === 0) await this.#loadCheckpoints();
        await this.#startWorkers(await reader.shards(streamArn));
        this.#problem = null;
        failures = 0;
        await this.#pause.until(null);
      } catch (error) {
        failures += 1;
        const problem = `PROBLEM: ${error instanceof Error ? error.message : String(error)}`;
        if (problem !== this.#problem) log(`Event source mapping of ${streamArn}: ${problem}`);
        this.#problem = problem;
        await this.#pause.until(clock.now() + retryDelayMs(failures));
      }
    }
    unsubscribe();
    await Promise.all([...this.#workers.values()].map(({ run }) => run));
  }

  async #loadCheckpoints(): Promise<void> {
    const { TumblingWindowInSeconds: windowSeconds, UUID } = this.#configuration;
    for (const [shardId, checkpoint] of await this.#environment.store.checkpoints(UUID)) {
      this.#checkpoints.set(
        shardId,
        checkpoint.windowSeconds === windowSeconds
          ? checkpoint
          : { ...checkpoint, windowSeconds, progress: resize(checkpoint.progress) },
      );
    }
  }

  /** Parents before children: a shard starts when each of its parents has ended, or is gone. */
  async #startWorkers(shards: readonly ShardDescription[]): Promise<void> {
    const listed = new Map(shards.map((shard) => [shard.shardId, shard]));
    for (const [shardId, { ended }] of this.#checkpoints) {
      const shard = listed.get(shardId);
      if (shard === undefined && ended) {
        await this.#environment.store.removeCheckpoint(this.#configuration.UUID, shardId);
        this.#checkpoints.delete(shardId);
      } else if (shard === undefined) {
        this.#start(shardId); // finds the shard gone, and closes its window
      } else if (ended && !shard.closed) {
        this.#checkpoints.delete(shardId); // another stream of the same name: its shards begin afresh
      }
    }
    const isDone = (shardId: string | null) =>
      shardId === null || !listed.has(shardId) || this.#checkpoints.get(shardId)?.ended === true;
    for (const { shardId, parentShardId, adjacentParentShardId } of shards) {
      if (this.#checkpoints.get(shardId)?.ended) continue;
      if (isDone(parentShardId) && isDone(adjacentParentShardId)) this.#start(shardId);
    }
  }

  #start(shardId: string): void {
    if (this.#stop.signal.aborted || this.#workers.has(shardId)) return;
    const worker = this.#worker(shardId);
    const run = worker.run().then(
      (end) => {
        if (end === 'ended') this.#workers.delete(shardId);
        this.#pause.wake();
      },
      async (error: unknown) => {
        // A fault of ours, or of whoever watches: the shard goes on from its checkpoint, and not at full speed.
        this.#problem = `PROBLEM: ${shardId} stopped: ${error instanceof Error ? error.stack : String(error)}`;
        this.#environment.log(this.#problem);
        await this.#environment.clock.sleep(RESTART_MS, this.#stop.signal);
        this.#workers.delete(shardId);
        this.#pause.wake();
      },
    );
    this.#workers.set(shardId, { worker, run });
  }

  #worker(shardId: string): ShardWorker {
    const { clock, idleSeconds, invoker, log, newId, reader, resolveStream, stateLimitBytes, store } =
      this.#environment;
    const mapping = this.#configuration;
    const [, , , , account = '', , functionName = ''] = mapping.FunctionArn.split(':');
    const [, , , region = ''] = mapping.EventSourceArn.split(':');
    const age = mapping.MaximumRecordAgeInSeconds;
    return new ShardWorker({
      source: {
        shardId,
        streamArn: mapping.EventSourceArn,
        region,
        roleArn: `arn:aws:iam::${account}:role/${functionName}`,
      },
      checkpoint: this.#checkpoints.get(shardId) ?? {
        windowSeconds: mapping.TumblingWindowInSeconds,
        progress: beginAt(this.#startOf(mapping)),
        ended: false,
      },
      rules: {
        windowSeconds: mapping.TumblingWindowInSeconds,
        batchSize: mapping.BatchSize,
        batchingMs: mapping.MaximumBatchingWindowInSeconds * 1000,
        idleMs: idleSeconds * 1000,
        ...(stateLimitBytes === undefined ? {} : { stateLimitBytes }),
      },
      filter: this.#filter,
      reader,
      clock,
      log,
      save: async (checkpoint) => {
        await reader.keep(mapping.EventSourceArn, shardId); // a checkpoint is never ahead of the shard
        await store.saveCheckpoint(mapping.UUID, shardId, checkpoint);
        this.#checkpoints.set(shardId, checkpoint);
      },
      sender: {
        functionArn: mapping.FunctionArn,
        invoker,
        newId,
        retry: {
          maximumRetryAttempts: mapping.MaximumRetryAttempts,
          bisect: mapping.BisectBatchOnFunctionError,
        },
        reportsItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        strictFinal: this.#environment.strictFinal ?? false,
        maximumRecordAgeMs: age === -1 ? null : age * 1000,
        retentionMs: async () => (await resolveStream(mapping.EventSourceArn))?.retentionMs ?? null,
        giveUp: (givenUp) => tellDestination(givenUp, mapping, this.#environment),
        onInvocation: (report) => {
          this.#onResult(report.verdict.kind === 'accepted' ? 'OK' : 'PROBLEM: Function call failed');
          this.#environment.onInvocation?.({ ...report, mappingUuid: mapping.UUID });
        },
      },
    });
  }

  /** A shard that was there when the mapping was made has its LATEST in a checkpoint; what came later begins at its beginning. */
  #startOf(mapping: EventSourceMappingConfiguration): ShardPosition {
    return mapping.StartingPosition === 'AT_TIMESTAMP'
      ? { type: 'AT_TIMESTAMP', timestampMs: (mapping.StartingPositionTimestamp ?? 0) * 1000 }
      : { type: 'TRIM_HORIZON' };
  }

  get status(): Pick<MappingStatus, 'problem' | 'shards'> {
    const ended = [...this.#checkpoints].filter(([shardId]) => !this.#workers.has(shardId));
    const shards: ShardStatus[] = [
      ...ended.map(([shardId, checkpoint]) => statusOf(shardId, checkpoint)),
      ...[...this.#workers.values()].map(({ worker }) => worker.status),
    ];
    return { problem: this.#problem, shards: shards.sort((a, b) => (a.shardId < b.shardId ? -1 : 1)) };
  }
}

/** Of a shard that nobody reads: it has ended, or its mapping is disabled. */
export function statusOf(shardId: string, { ended, progress }: Checkpoint): ShardStatus {
  const { open, position, lateRecords, droppedRecords } = progress;
  return {
    shardId,
    position,
    window: open && { startMs: open.startMs, endMs: open.endMs },
    foldedRecords: open?.recordCount ?? 0,
    waitingRecords: 0,
    lateRecords,
    droppedRecords,
    failedAttempts: 0,
    lastError: null,
    millisBehindLatest: ended ? 0 : null,
    invocationInFlight: false,
    ended,
  };
}
