import type { MappingEnvironment } from '../../../../../infra/local/lambda/event-source-mapping/mapping-environment.ts';
import {
  type RunningEventSourceMappings,
  startEventSourceMappings,
} from '../../../../../infra/local/lambda/event-source-mapping/mapping-registry.ts';
import type {
  CreateEventSourceMapping,
  EventSourceMappingSettings,
} from '../../../../../infra/local/lambda/event-source-mappings.ts';
import type { InvocationOutcome } from '../../../../../infra/local/lambda/function-invoker.ts';
import { MemoryDisk } from '../../../../../infra/local/testing/memory-disk.ts';
import { MemoryStream } from '../../../../../infra/local/testing/memory-stream.ts';
import { type ProcessClock, Scheduler, settled } from '../../../../../infra/local/testing/scheduler.ts';

/** Second 0 of every timeline. */
export const NOON_MS = Date.UTC(2026, 0, 1, 12);
export const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/letters';
export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:collector';

/** The event as a function gets it; without windows it has `Records` alone. */
export interface SeenEvent {
  readonly Records: readonly {
    readonly kinesis: {
      readonly sequenceNumber: string;
      readonly data: string;
      readonly approximateArrivalTimestamp: number;
    };
    readonly [member: string]: unknown;
  }[];
  readonly shardId?: string;
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: { readonly letters?: string };
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

export interface SeenCall {
  readonly atMs: number;
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  readonly event: SeenEvent;
}

/** What the function does with one event; an object is its answer, an error its failure. */
export type Handler = (event: SeenEvent, call: SeenCall) => unknown;

export interface VirtualMappingOptions {
  readonly settings?: Partial<CreateEventSourceMapping>;
  readonly idleSeconds?: number;
  readonly strictFinal?: boolean;
  readonly shardCount?: number;
  readonly retentionSeconds?: number;
  readonly handler?: Handler;
  /** How long an invocation takes. */
  readonly invokeMs?: number;
  /** When the mapping is made, in seconds after noon; records may have arrived before. */
  readonly createdAt?: number;
  /** Before the mapping is made. */
  readonly before?: (mapping: VirtualMapping) => void;
  readonly environment?: (environment: MappingEnvironment) => MappingEnvironment;
}

export interface FailureObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
  readonly contentType: string;
}

/**
 * One mapping on a virtual clock, over a stream in memory. The function collects the records' data, which are letters,
 * in its state, so every call can be written as one line: when, what, the window, the state that it was handed:
 *
 *     1 batch a [0-10) {}      12 final [0-10) ab
 */
export class VirtualMapping {
  readonly stream: MemoryStream;
  readonly disk = new MemoryDisk();
  readonly scheduler = new Scheduler(NOON_MS);
  readonly calls: SeenCall[] = [];
  readonly failures: FailureObject[] = [];
  readonly log: string[] = [];
  handler: Handler;
  /** Errors of the failure destination, to be thrown one by one. */
  readonly destinationErrors: Error[] = [];
  #mappings: RunningEventSourceMappings | null = null;
  #clock: ProcessClock;
  #ids = 0;

  constructor(readonly options: VirtualMappingOptions) {
    this.stream = new MemoryStream(STREAM_ARN, options.shardCount ?? 1);
    this.handler = options.handler ?? collect;
    this.#clock = this.scheduler.process();
  }

  get mappings(): RunningEventSourceMappings {
    if (this.#mappings === null) throw new Error('Expected the mapping to have been started');
    return this.#mappings;
  }

  get uuid(): string {
    return [...this.disk.mappings.keys()][0] ?? '';
  }

  /** Starts the process that runs the mappings on this disk; again after `kill`. */
  async start(): Promise<void> {
    const { idleSeconds = 1, retentionSeconds = 86_400, invokeMs = 0, strictFinal } = this.options;
    const clock = this.scheduler.process();
    this.#clock = clock;
    const environment: MappingEnvironment = {
      store: this.disk.store(),
      reader: this.stream.reader(),
      clock,
      invoker: {
        invoke: async (functionArn, payload, requestId = '') => {
          const event: SeenEvent = JSON.parse(payload);
          const call: SeenCall = { atMs: clock.now(), requestId, functionArn, payload, event };
          this.calls.push(call);
          const answer = await this.#answer(event, call);
          if (invokeMs > 0) await clock.sleep(invokeMs);
          return answer;
        },
      },
      putFailureObject: async (bucket, key, body, contentType) => {
        const error = this.destinationErrors.shift();
        if (error !== undefined) throw error;
        this.failures.push({ bucket, key, body, contentType });
      },
      resolveStream: async () => ({ retentionMs: retentionSeconds * 1000 }),
      idleSeconds,
      ...(strictFinal === undefined ? {} : { strictFinal }),
      newId: () => `id-${++this.#ids}`,
      log: (line) => this.log.push(line),
    };
    this.#mappings = await startEventSourceMappings(this.options.environment?.(environment) ?? environment);
  }

  /** `kill -9`: nothing of the process goes on, and what is on the disk stays as it is. */
  kill(): void {
    this.#clock.kill();
    this.stream.forgetListeners();
  }

  /** Creates the mapping with the test's settings. */
  async create(more: Partial<CreateEventSourceMapping> = {}): Promise<string> {
    const { UUID } = await this.mappings.create({
      FunctionArn: FUNCTION_ARN,
      EventSourceArn: STREAM_ARN,
      StartingPosition: 'TRIM_HORIZON',
      TumblingWindowInSeconds: 10,
      ...this.options.settings,
      ...more,
    });
    return UUID;
  }

  async update(settings: EventSourceMappingSettings & { readonly FunctionArn?: string }): Promise<void> {
    await this.mappings.update(this.uuid, settings);
    await settled();
  }

  /** A record at this moment, in seconds after noon; `arrival`: when Kinesis says that it arrived. */
  async put(letter: string, seconds: number, { shard = 0, arrival = seconds } = {}): Promise<void> {
    await this.until(seconds);
    this.putNow(letter, arrival, shard);
  }

  putNow(data: string, arrival: number, shard = 0): void {
    this.stream.put(`shardId-${String(shard).padStart(12, '0')}`, data, NOON_MS + arrival * 1000);
  }

  /** Lets time pass until then, in seconds after noon, and does all that is due. */
  async until(seconds: number): Promise<void> {
    await this.scheduler.runUntil(NOON_MS + seconds * 1000);
  }

  /** The calls as lines, or those from an index on. */
  lines(from = 0): string[] {
    return this.calls.slice(from).map(line);
  }

  async #answer(event: SeenEvent, call: SeenCall): Promise<InvocationOutcome> {
    const { requestId } = call;
    try {
      const answer = await this.handler(event, call);
      return isOutcome(answer)
        ? answer
        : { kind: 'success', requestId, payload: JSON.stringify(answer ?? null) };
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      const payload = JSON.stringify({ errorType: 'Error', errorMessage, trace: [] });
      return { kind: 'function-error', requestId, functionError: 'Unhandled', payload };
    }
  }
}

/** A started mapping, made at second `createdAt`. */
export async function openMapping(options: VirtualMappingOptions = {}): Promise<VirtualMapping> {
  const mapping = new VirtualMapping(options);
  options.before?.(mapping);
  await mapping.until(options.createdAt ?? 0);
  await mapping.start();
  await mapping.create();
  return mapping;
}

export const lettersIn = (event: SeenEvent) =>
  event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()).join('');

/** The function of these tests, unless a test brings its own. */
export function collect(event: SeenEvent): { readonly state: { readonly letters: string } } {
  return { state: { letters: `${event.state?.letters ?? ''}${lettersIn(event)}` } };
}

export const throttled: InvocationOutcome = {
  kind: 'not-invoked',
  errorType: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
};

function isOutcome(answer: unknown): answer is InvocationOutcome {
  return typeof answer === 'object' && answer !== null && 'kind' in answer;
}

function line({ atMs, event }: SeenCall): string {
  const { shardId, window, state, isFinalInvokeForWindow: final, isWindowTerminatedEarly: early } = event;
  const shard =
    shardId === undefined || shardId.endsWith('-000000000000') ? '' : `#${Number(shardId.slice(8))} `;
  const what = final ? (early ? 'early final' : 'final') : `batch ${lettersIn(event)}`;
  const seconds = (text: string) => (Date.parse(text) - NOON_MS) / 1000;
  const span = window === undefined ? '' : ` [${seconds(window.start)}-${seconds(window.end)})`;
  const given = state === undefined ? '' : ` ${state.letters ?? JSON.stringify(state)}`;
  return `${(atMs - NOON_MS) / 1000} ${shard}${what}${span}${given}`;
}
