import { shardIdOf } from '../../../lib/core/shard-index.ts';
import { DAY_MS } from '../../../lib/core/window.ts';
import type { MappingEnvironment } from '../lambda/event-source-mapping/mapping-environment.ts';
import { startEventSourceMappings } from '../lambda/event-source-mapping/mapping-registry.ts';
import { retryDelayMs } from '../lambda/event-source-mapping/retry-policy.ts';
import type { InvocationOutcome } from '../lambda/function-invoker.ts';
import { exited, timedOut } from '../lambda/functions/function-error.ts';
import { LOCAL_ACCOUNT } from '../local-settings.ts';
import type { HandlerHost } from './handler-call.ts';
import { MemoryDisk } from './memory-disk.ts';
import { MemoryStream } from './memory-stream.ts';
import { type Plan, ScenarioError } from './plan.ts';
import { RunLog } from './run-log.ts';
import type { FailureKind } from './scenario.ts';
import { type ProcessClock, Scheduler, settled } from './scheduler.ts';
import type { WindowRun } from './window-run.ts';
import type { WindowedEvent } from './windowed-event.ts';

const ACCOUNT = `${LOCAL_ACCOUNT.region}:${LOCAL_ACCOUNT.accountId}`;
const FUNCTION_ARN = `arn:aws:lambda:${ACCOUNT}:function:consumer`;
const STREAM_ARN = `arn:aws:kinesis:${ACCOUNT}:stream/records`;
const RETENTION_MS = DAY_MS;

/**
 * Stream, mapping and function on a virtual clock. Everything but time, disk and stream is the local runtime's own: the
 * mapping, its tracker, its retries and its failure records. The clock stands still while a handler runs.
 */
export class VirtualPipeline {
  readonly #plan: Plan;
  readonly #host: HandlerHost;
  readonly #scheduler: Scheduler;
  readonly #stream: MemoryStream;
  readonly #disk = new MemoryDisk();
  readonly #log = new RunLog();
  /** Handlers that have been called and have not answered. */
  readonly #running = new Set<Promise<unknown>>();
  #process: ProcessClock;
  #ids = 0;
  #problem: unknown = null;

  constructor(plan: Plan, host: HandlerHost) {
    this.#plan = plan;
    this.#scheduler = new Scheduler(plan.startMs);
    this.#host = host;
    this.#stream = new MemoryStream(STREAM_ARN, plan.shards);
    this.#process = this.#scheduler.process();
    for (const { atMs, merge, split } of plan.resharding) {
      this.#scheduler.at(atMs, () => {
        if (split !== null) this.#stream.split(this.#openShard('resharding', split));
        if (merge !== null) {
          const [one = '', other = ''] = merge.map((shard) => this.#openShard('resharding', shard));
          if (this.#stream.areNeighbours(one, other)) this.#stream.merge(one, other);
          else
            this.#problem ??= new ScenarioError('resharding', 'of two shards whose hash keys adjoin', merge);
        }
      });
    }
    for (const { arrivalMs, data, partitionKey, readableMs, shard } of plan.records) {
      this.#scheduler.at(readableMs, () => {
        const shardId =
          shard === null ? this.#stream.shardOf(partitionKey).shardId : this.#openShard('records', shard);
        this.#stream.put(shardId, data, arrivalMs, partitionKey);
      });
    }
  }

  get now(): () => number {
    return () => this.#scheduler.nowMs;
  }

  /** Plays the plan until nothing is left to do. Throws ScenarioError for a shard that is not open. */
  async run(): Promise<Omit<WindowRun, 'objects'>> {
    this.#start();
    do {
      await settled();
      while (this.#running.size > 0) {
        await Promise.race(this.#running);
        await settled();
      }
      if (this.#problem !== null) throw this.#problem;
    } while (this.#scheduler.step(this.#plan.untilMs));
    this.#process.kill();
    return this.#log.run(this.#disk);
  }

  /** A process that runs the mapping, on the disk of the one before it. */
  #start(): void {
    const plan = this.#plan;
    const process = this.#process;
    const environment: MappingEnvironment = {
      store: this.#disk.store(() => (process.killed ? new Promise(() => {}) : Promise.resolve())),
      reader: this.#stream.reader(),
      clock: process,
      invoker: { invoke: (_, payload, requestId = '') => this.#invoke(process, payload, requestId) },
      putFailureObject: async (_, __, body) => this.#log.drop(body),
      resolveStream: async () => ({ retentionMs: RETENTION_MS }),
      idleSeconds: plan.idleSeconds,
      strictFinal: plan.strictFinal,
      stateLimitBytes: plan.stateLimitBytes,
      newId: () => `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`,
      onInvocation: (report) => this.#log.judge(report),
      log: () => {},
    };
    startEventSourceMappings(environment)
      .then((mappings) =>
        mappings.ensure({
          FunctionArn: FUNCTION_ARN,
          EventSourceArn: STREAM_ARN,
          StartingPosition: 'TRIM_HORIZON',
          TumblingWindowInSeconds: plan.windowSeconds,
          BatchSize: plan.batchSize,
          MaximumBatchingWindowInSeconds: plan.batchingWindowSeconds,
          MaximumRetryAttempts: plan.maximumRetryAttempts,
          MaximumRecordAgeInSeconds: plan.maximumRecordAgeSeconds,
          BisectBatchOnFunctionError: plan.bisectBatchOnFunctionError,
          FunctionResponseTypes: plan.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
          DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
        }),
      )
      .catch((error: unknown) => {
        this.#problem ??= error;
      });
  }

  async #invoke(process: ProcessClock, payload: string, requestId: string): Promise<InvocationOutcome> {
    const { failures, invocationMs, timeoutSeconds } = this.#plan;
    const event: WindowedEvent = JSON.parse(payload);
    const call = this.#log.begin(requestId, event, payload, process.now());
    const how = failures.find((failure) => failure.call === call.number || failure.when?.(call))?.how ?? null;
    if (how !== null) call.fail(how);
    if (how === 'throttled') {
      return { kind: 'not-invoked', errorType: 'TooManyRequestsException', message: 'Rate Exceeded.' };
    }
    let outcome: InvocationOutcome = functionError(requestId, THROWN);
    if (how !== 'throws') {
      const timeoutMs = timeoutSeconds * 1000;
      const running = this.#host.call(payload, {
        requestId,
        functionArn: FUNCTION_ARN,
        now: process.now.bind(process),
        timeoutMs,
        number: call.number,
        refusesS3: how === 's3 refuses',
      });
      this.#running.add(running);
      const { kind, payload: returned } = await running;
      this.#running.delete(running);
      if (process.killed) return new Promise(() => {});
      call.answer(kind, returned);
      outcome =
        kind === 'answer'
          ? { kind: 'success', requestId, payload: returned }
          : functionError(requestId, returned);
    }
    if (invocationMs > 0) await process.sleep(invocationMs);
    return how === null || how === 'throws' || how === 's3 refuses'
      ? outcome
      : this.#lose(how, process, requestId, call.attempt);
  }

  /** The handler has run, and the mapping gets something else than its answer. */
  async #lose(
    how: FailureKind,
    process: ProcessClock,
    requestId: string,
    attempt: number,
  ): Promise<InvocationOutcome> {
    switch (how) {
      case 'killed':
        // At once; but who is killed at each attempt must not stand in the way of the clock for ever.
        this.#scheduler.at(process.now() + (attempt === 1 ? 0 : retryDelayMs(attempt)), () =>
          this.#restart(),
        );
        return new Promise(() => {});
      case 'answer lost':
        return { kind: 'not-invoked', errorType: 'ServiceException', message: 'The answer was lost' };
      case 'times out': {
        const { timeoutSeconds } = this.#plan;
        this.#host.restart();
        await process.sleep(timeoutSeconds * 1000);
        return functionError(requestId, timedOut(requestId, timeoutSeconds));
      }
      default:
        this.#host.restart();
        return functionError(requestId, exited(requestId, 'signal: killed'));
    }
  }

  #restart(): void {
    this.#process.kill();
    this.#stream.forgetListeners();
    this.#process = this.#scheduler.process();
    this.#start();
  }

  #openShard(member: string, shard: number): string {
    const shardId = shardIdOf(shard);
    if (this.#stream.openShards.some((open) => open.shardId === shardId)) return shardId;
    this.#problem ??= new ScenarioError(member, `of a shard that is open at that moment`, shard);
    return this.#stream.openShards[0]?.shardId ?? '';
  }
}

const THROWN = JSON.stringify({ errorType: 'Error', errorMessage: 'As the scenario has it', trace: [] });

function functionError(requestId: string, payload: string): InvocationOutcome {
  return { kind: 'function-error', requestId, functionError: 'Unhandled', payload };
}
