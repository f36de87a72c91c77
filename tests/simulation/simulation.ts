import type { MappingEnvironment } from '../../infra/local/lambda/event-source-mapping/mapping-environment.ts';
import { startEventSourceMappings } from '../../infra/local/lambda/event-source-mapping/mapping-registry.ts';
import type { EventSourceMappingSettings } from '../../infra/local/lambda/event-source-mappings.ts';
import type { InvocationOutcome } from '../../infra/local/lambda/function-invoker.ts';
import { STATE_LIMIT_BYTES } from '../../infra/local/lambda/window-tracker.ts';
import { MemoryDisk } from '../../infra/local/testing/memory-disk.ts';
import { MemoryStream } from '../../infra/local/testing/memory-stream.ts';
import { Random } from '../../infra/local/testing/random.ts';
import { type ProcessClock, Scheduler, settled } from '../../infra/local/testing/scheduler.ts';
import { foldEvent, type WindowEvent } from './folding-function.ts';
import { BrokenLaw, Laws } from './laws.ts';
import { drawSchedule, type Schedule, START_MS } from './schedule.ts';

/** Changes what the mapping runs on, to prove that the laws notice. */
export type Sabotage = (environment: MappingEnvironment) => MappingEnvironment;

export interface SimulationOptions {
  readonly sabotage?: Sabotage;
  /** Is told what happens, line by line, and in the schedule of which seed. */
  readonly trace?: (line: string, seed: number) => void;
}

export interface Outcome {
  readonly seed: number;
  readonly brokenLaw: string | null;
  readonly events: number;
  readonly invocations: number;
  readonly results: number;
}

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:consumer';
const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/sales';
const FOREVER = Number.MAX_SAFE_INTEGER;
/** A mapping that has nothing more to do is silent; one that goes on for as many steps is caught in a loop. */
const MOST_EVENTS = 20_000;
/** Waiting for promises to settle takes time, and many schedules at once do not fit into a core's cache. */
const MOST_AT_ONCE = 8;

/** One schedule: stream, disk, bucket and function survive; the mapping's process dies and is started again. */
export class Simulation {
  readonly seed: number;
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #scheduler: Scheduler;
  readonly #stream: MemoryStream;
  readonly #disk = new MemoryDisk();
  readonly #results = new Map<string, string>();
  readonly #failures: string[] = [];
  readonly #laws: Laws;
  readonly #sabotage: Sabotage;
  readonly #trace: SimulationOptions['trace'];
  /** Of the mapping's windows, as it was last changed. */
  #windowSeconds: number;
  #process: ProcessClock;
  #mappings: Awaited<ReturnType<typeof startEventSourceMappings>> | null = null;
  #ids = 0;
  #records = 0;
  #events = 0;
  #invocations = 0;
  #brokenLaw: string | null = null;

  constructor(seed: number, { sabotage = (environment) => environment, trace }: SimulationOptions = {}) {
    this.seed = seed;
    this.#trace = trace;
    this.#random = new Random(seed);
    this.#schedule = drawSchedule(this.#random);
    this.#scheduler = new Scheduler(START_MS, () => this.#random.next());
    this.#windowSeconds = this.#schedule.windowSeconds;
    this.#stream = new MemoryStream(STREAM_ARN, this.#schedule.shardCount);
    this.#laws = new Laws(this.#stream, {
      windowSeconds: this.#schedule.windowSeconds,
      idleMs: this.#schedule.idleSeconds * 1000,
      stateLimitBytes: STATE_LIMIT_BYTES,
      maximumRetryAttempts: this.#schedule.maximumRetryAttempts,
    });
    this.#sabotage = sabotage;
    this.#process = this.#scheduler.process();
    for (const { atMs, kind } of this.#schedule.actions) {
      this.#scheduler.at(atMs, () => this.#act(kind));
    }
    this.#scheduler.at(this.#schedule.calmMs, () => this.#act('enable'));
    this.#tell(() => JSON.stringify({ ...this.#schedule, actions: this.#schedule.actions.length }));
    this.#start();
  }

  /** Does the next thing, once all promises have settled; null while there is one more to do. */
  step(): Outcome | null {
    this.#events += 1;
    if (this.#events > MOST_EVENTS) this.#brokenLaw ??= 'comes to rest: it does not';
    if (this.#brokenLaw === null && this.#scheduler.step(FOREVER)) return null;
    if (this.#brokenLaw === null) this.#check(() => this.#laws.atRest(this.#results, this.#failures));
    this.#process.kill();
    return {
      seed: this.seed,
      brokenLaw: this.#brokenLaw,
      events: this.#events,
      invocations: this.#invocations,
      results: this.#results.size,
    };
  }

  #tell(line: () => string): void {
    if (this.#trace === undefined) return;
    const seconds = ((this.#scheduler.nowMs - START_MS) / 1000).toFixed(3).padStart(9);
    this.#trace(`${seconds}  ${line()}`, this.seed);
  }

  #act(kind: Schedule['actions'][number]['kind']): void {
    if (kind !== 'put') this.#tell(() => kind);
    const open = this.#stream.openShards;
    const shard = open[this.#random.int(0, open.length - 1)];
    switch (kind) {
      case 'put':
        if (shard !== undefined) this.#put(shard.shardId);
        return;
      case 'split':
        if (shard !== undefined && this.#stream.shards.length < 8) this.#stream.split(shard.shardId);
        return;
      case 'merge': {
        const other = open.find((candidate) => candidate !== shard);
        if (shard && other) this.#stream.merge(shard.shardId, other.shardId);
        return;
      }
      case 'crash':
        this.#process.kill();
        this.#stream.forgetListeners();
        this.#windowSeconds = this.#storedSeconds() ?? this.#windowSeconds;
        this.#laws.crashed(this.#windowSeconds);
        this.#process = this.#scheduler.process();
        this.#start();
        return;
      default:
        this.#change(kind);
    }
  }

  #put(shardId: string): void {
    const { jitterMs } = this.#schedule;
    for (let i = this.#random.pick([1, 1, 1, 4]); i > 0; i -= 1) {
      const id = `record-${++this.#records}`;
      const sale = { cust_name: 'Kobold', cust_id: 1, sales: this.#random.int(1, 500), request_id: id };
      const arrivalMs = this.#scheduler.nowMs - this.#random.int(0, jitterMs);
      this.#tell(() => `${id} arrives in ${shardId} at ${(arrivalMs - START_MS) / 1000}`);
      const { sequenceNumber } = this.#stream.put(shardId, JSON.stringify(sale), arrivalMs);
      this.#laws.arrived(shardId, sequenceNumber, arrivalMs, this.#scheduler.nowMs);
    }
  }

  #change(kind: 'disable' | 'enable' | 'update'): void {
    const mappings = this.#mappings;
    if (mappings === null) return;
    const settings = kind === 'update' ? this.#drawUpdate() : { Enabled: kind === 'enable' };
    const after = this.#schedule.calmMs <= this.#scheduler.nowMs;
    void mappings
      .list()
      .then(async ([mapping]) => {
        if (mapping === undefined) return;
        await mappings.update(mapping.UUID, settings);
        this.#windowSeconds = this.#storedSeconds() ?? this.#windowSeconds;
        this.#laws.restarted(this.#windowSeconds);
      })
      .catch(() => {
        // Busy with another change. At the end everything has to be enabled, so that one is asked for again.
        if (after) this.#scheduler.at(this.#scheduler.nowMs + 1000, () => this.#act('enable'));
      });
  }

  #drawUpdate(): EventSourceMappingSettings {
    return this.#random.chance(0.5)
      ? { BatchSize: this.#random.int(1, 5) }
      : { TumblingWindowInSeconds: this.#random.pick([1, 3, 10]) };
  }

  /** The length of the windows as the next process will find it. */
  #storedSeconds(): number | undefined {
    const [stored] = this.#disk.mappings.values();
    return stored?.configuration.TumblingWindowInSeconds;
  }

  #start(): void {
    const schedule = this.#schedule;
    const process = this.#process;
    const pause = (mostMs: number) => () =>
      mostMs === 0 ? Promise.resolve() : process.sleep(this.#random.int(0, mostMs));
    /** A pause that may end in an error, once the mapping is made: its making is asked for once only. */
    const io = (mostMs: number) => async () => {
      await pause(mostMs)();
      const calm = this.#mappings === null || this.#scheduler.nowMs >= schedule.calmMs;
      if (calm || !this.#random.chance(schedule.ioFaultRate)) return;
      this.#tell(() => 'disk or stream fails');
      throw new Error('as the schedule says');
    };
    const environment = this.#sabotage({
      store: this.#disk.store(io(schedule.writeMs), pause(schedule.writeMs)),
      reader: this.#stream.reader(io(schedule.readMs), () => schedule.pageSize),
      clock: process,
      invoker: {
        invoke: (_, payload, requestId = '') => this.#invoke(process, payload, requestId),
      },
      putFailureObject: async (_, __, body) => {
        await pause(schedule.writeMs)();
        this.#tell(() => `given up ${JSON.stringify(JSON.parse(body).KinesisBatchInfo)}`);
        this.#failures.push(body);
        this.#check(() => this.#laws.gaveUp(body));
      },
      resolveStream: async () => ({ retentionMs: 24 * 3_600_000 }),
      idleSeconds: schedule.idleSeconds,
      newId: () => `id-${++this.#ids}`,
      log: () => {},
    });
    this.#mappings = null;
    startEventSourceMappings(environment)
      .then(async (mappings) => {
        await mappings.ensure({
          FunctionArn: FUNCTION_ARN,
          EventSourceArn: STREAM_ARN,
          StartingPosition: 'TRIM_HORIZON',
          TumblingWindowInSeconds: this.#windowSeconds,
          MaximumBatchingWindowInSeconds: schedule.batchingSeconds,
          MaximumRetryAttempts: schedule.maximumRetryAttempts,
          BisectBatchOnFunctionError: schedule.bisect,
          FunctionResponseTypes: schedule.reportItemFailures ? ['ReportBatchItemFailures'] : [],
          BatchSize: schedule.batchSize,
          DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
        });
        if (!process.killed) this.#mappings = mappings;
        if (this.#scheduler.nowMs >= schedule.calmMs) this.#change('enable');
      })
      .catch((error: unknown) => {
        this.#brokenLaw ??= `the mapping starts: ${String(error)}`;
      });
  }

  async #invoke(process: ProcessClock, payload: string, requestId: string): Promise<InvocationOutcome> {
    const { faultRate, invokeMs, calmMs } = this.#schedule;
    const random = this.#random;
    const calm = this.#scheduler.nowMs >= calmMs;
    const fault = !calm && random.chance(faultRate) ? random.pick(FAULTS) : null;
    if (fault === 'throttled') {
      this.#tell(() => `throttled ${requestId}`);
      await process.sleep(1);
      return { kind: 'not-invoked', errorType: 'TooManyRequestsException', message: 'Rate Exceeded.' };
    }
    this.#invocations += 1;
    this.#tell(() => `call ${requestId}${fault === null ? '' : ` (${fault})`} ${outline(payload)}`);
    let event: WindowEvent | undefined;
    this.#check(() => {
      event = this.#laws.called(payload, this.#scheduler.nowMs);
    });
    if (event === undefined) return new Promise(() => {});
    const called = event;
    const failed = (outcome: InvocationOutcome) => {
      this.#tell(() => `back ${requestId} failed`);
      this.#laws.failed(called.shardId);
      return outcome;
    };
    await process.sleep(random.int(1, invokeMs));
    if (fault === 'error') return failed(functionError(requestId, 'Handled'));
    if (fault === 'bad state' && !called.isFinalInvokeForWindow) {
      return failed({ kind: 'success', requestId, payload: '{}' });
    }

    const failAt =
      this.#schedule.reportItemFailures && called.Records.length > 1 && !calm && random.chance(faultRate)
        ? random.int(1, called.Records.length - 1)
        : null;
    const padding = random.chance(this.#schedule.overflowRate) ? STATE_LIMIT_BYTES : 0;
    const { response, object } = foldEvent(called, failAt, padding);
    if (object !== null) {
      // A function that is given up on may still be writing, when its retry has already written the same.
      const writes = () => this.#results.set(object.key, object.body);
      if (fault === 'timeout' && random.chance(0.5)) {
        this.#scheduler.at(this.#scheduler.nowMs + random.int(0, 10_000), writes);
      } else {
        writes();
      }
    }
    await process.sleep(random.int(0, invokeMs));
    if (fault === 'timeout' || fault === 'lost answer') {
      return failed(functionError(requestId, 'Unhandled'));
    }
    const count = failAt ?? called.Records.length;
    this.#tell(() => `back ${requestId} ${count}${failAt === null ? '' : ', the rest reported'}`);
    this.#laws.succeeded(called.shardId, count, response.state);
    return { kind: 'success', requestId, payload: JSON.stringify(response) };
  }

  #check(law: () => void): void {
    try {
      law();
    } catch (error) {
      this.#brokenLaw ??=
        error instanceof BrokenLaw ? error.message : `no error in the laws: ${String(error)}`;
    }
  }
}

/** The event in one line: the records by their ids. */
function outline(payload: string): string {
  const event: WindowEvent = JSON.parse(payload);
  const ids = event.Records.map(
    ({ kinesis }) => JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).request_id,
  );
  const { shardId, window, state, isFinalInvokeForWindow: final, isWindowTerminatedEarly: early } = event;
  const kind = early ? 'early final' : final ? 'final' : ids.join(' ');
  return `${shardId} ${window.start}: ${kind}, state ${JSON.stringify(state.requests ?? {})}`;
}

const FAULTS = ['throttled', 'error', 'bad state', 'timeout', 'lost answer'] as const;

function functionError(requestId: string, kind: 'Handled' | 'Unhandled'): InvocationOutcome {
  const payload = JSON.stringify({ errorType: 'Error', errorMessage: 'as the schedule says', trace: [] });
  return { kind: 'function-error', requestId, functionError: kind, payload };
}

/** What is said of a schedule that broke a law: enough to play it again. */
export function failureText({ seed, brokenLaw }: Outcome): string {
  return `seed ${seed}: ${brokenLaw}\n  play it again: npm run simulate -- --seed ${seed}`;
}

/** Plays one schedule after the other, some at a time. */
export async function simulate(
  seeds: Iterable<number>,
  onOutcome: (outcome: Outcome) => void,
  options?: SimulationOptions,
): Promise<void> {
  const waiting = seeds[Symbol.iterator]();
  let running: Simulation[] = [];
  for (;;) {
    while (running.length < MOST_AT_ONCE) {
      const next = waiting.next();
      if (next.done) break;
      running.push(new Simulation(next.value, options));
    }
    if (running.length === 0) return;
    await settled();
    const going: Simulation[] = [];
    for (const simulation of running) {
      const outcome = simulation.step();
      if (outcome === null) going.push(simulation);
      else onOutcome(outcome);
    }
    running = going;
  }
}
