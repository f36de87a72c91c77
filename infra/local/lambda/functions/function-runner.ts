import { LambdaError } from '../lambda-error.ts';
import type { Bundle } from './function-bundle.ts';
import { BundleError, SourceBundle } from './function-bundle.ts';
import type { LambdaFunction } from './function-definition.ts';
import {
  exited,
  injectedError,
  notBundled,
  outOfMemory,
  responseTooLarge,
  timedOut,
} from './function-error.ts';
import { FunctionInstances, type Instance, newLogStreamName } from './function-instances.ts';
import type { FunctionPoolOptions, InjectedFailure, Invocation, InvocationCall } from './function-pool.ts';
import type { WorkerResult } from './function-worker.ts';
import { InvocationLog } from './invocation-log.ts';
import { workerRuntimeFile } from './worker-runtime-file.ts';

/** Lambda's limit for an answer, in bytes. */
const responseLimitBytes = 6_291_556;

/** More threads than this only wait for each other; further invocations wait for a worker instead. */
const mostWorkers = 32;

type Ending = {
  readonly ok: boolean;
  readonly payload: string;
  readonly memoryBytes: number;
  readonly timeout?: true;
  /** The worker ended in place of an answer. */
  readonly crash?: true;
};

/** One function: its bundle, its workers, and the course of an invocation. */
export class FunctionRunner {
  concurrency = 0;
  readonly #source: SourceBundle;
  #instances: Promise<FunctionInstances> | undefined;
  #failures: InjectedFailure[] = [];
  #waiting: (() => void)[] = [];
  #closed = false;
  #warming: Promise<void> | undefined;

  constructor(
    readonly definition: LambdaFunction,
    public reservedConcurrency: number | undefined,
    private readonly options: FunctionPoolOptions,
  ) {
    this.#source = new SourceBundle(definition.handlerFile, options.cacheDir, definition.name);
  }

  bundle(): Promise<Bundle> {
    return this.#source.current(this.options.clock.now());
  }

  /** Starts a worker ahead of the first invocation; one that comes in the meantime waits for it. */
  warm(): Promise<void> {
    this.#warming ??= this.#warm().finally(() => {
      this.#warming = undefined;
    });
    return this.#warming;
  }

  async #warm(): Promise<void> {
    try {
      const [bundle, instances] = await Promise.all([this.bundle(), this.#opened()]);
      if (instances.size > 0 || this.#closed) return;
      const instance = instances.start(bundle, this.options.clock.now());
      if ((await instances.load(instance)) === undefined)
        instances.giveBack(instance, this.options.clock.now());
    } catch {
      // The first invocation meets the same failure, and answers with it.
    }
  }

  failNext(failure: InjectedFailure): void {
    if (failure.times > 0) this.#failures.push(failure);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#instances?.catch(() => undefined))?.close();
  }

  /** @throws LambdaError ServiceException after `close` */
  async run(call: InvocationCall, requestId: string): Promise<Invocation> {
    if (this.#closed) throw new LambdaError('ServiceException', 500, 'The local runtime is being closed.');
    this.concurrency += 1;
    try {
      while (this.concurrency - this.#waiting.length > mostWorkers) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      return await this.#run(call, requestId, this.#nextFailure());
    } finally {
      this.concurrency -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #run(
    call: InvocationCall,
    requestId: string,
    failure: InjectedFailure['kind'] | undefined,
  ): Promise<Invocation> {
    const { clock } = this.options;
    const startedMs = performance.now();
    let bundle: Bundle;
    try {
      bundle = await this.bundle();
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      const log = this.#log(newLogStreamName(clock.now()), requestId);
      log.start(clock.now());
      log.write(clock.now(), error.message);
      return this.#ended(log, requestId, startedMs, {
        ok: false,
        payload: notBundled(error.message),
        memoryBytes: 0,
      });
    }
    const instances = await this.#opened();
    await this.#warming;
    const warm = instances.warm(bundle, clock.now());
    if (warm === undefined) await workerRuntimeFile(this.options.cacheDir); // is there, whatever became of the cache
    const instance = warm ?? instances.start(bundle, clock.now());
    const log = this.#log(instance.logStreamName, requestId);
    instance.log = log;
    const broken = warm === undefined ? await instances.load(instance) : undefined;
    const initMs = warm === undefined ? performance.now() - startedMs : undefined;
    log.start(clock.now());
    const handedOverMs = performance.now();
    const ending =
      broken === undefined
        ? await this.#handOver(instance, call, requestId, failure)
        : this.#ending(broken, requestId);
    const invocation = this.#ended(log, requestId, handedOverMs, ending, initMs);
    instances.giveBack(instance, clock.now());
    return invocation;
  }

  async #handOver(
    { worker }: Instance,
    call: InvocationCall,
    requestId: string,
    failure: InjectedFailure['kind'] | undefined,
  ): Promise<Ending> {
    if (failure === 'error') return { ok: false, payload: injectedError(), memoryBytes: 0 };
    const { timeoutSeconds, arn } = this.definition;
    const timeoutMs = timeoutSeconds * 1_000;
    const answered = new AbortController();
    const timeout = this.options.clock
      .sleep(timeoutMs, answered.signal)
      .then((): WorkerResult => ({ kind: 'terminated' }));
    const running = worker.run({
      requestId,
      payload: call.payload,
      timeoutMs,
      invokedFunctionArn: call.invokedFunctionArn ?? arn,
      ...(call.clientContext === undefined ? {} : { clientContext: call.clientContext }),
      ...(failure === 'crash' ? { crash: true } : {}),
    });
    const result = await Promise.race([running, timeout]);
    answered.abort();
    if (result.kind === 'terminated') await worker.terminate();
    if (failure === 'lose-response' && result.kind === 'success') {
      return {
        ok: false,
        payload: timedOut(requestId, timeoutSeconds),
        memoryBytes: result.memoryBytes,
        timeout: true,
      };
    }
    return this.#ending(result, requestId);
  }

  #ending(result: WorkerResult, requestId: string): Ending {
    const failed = (payload: string): Ending => ({ ok: false, payload, memoryBytes: 0 });
    switch (result.kind) {
      case 'success':
        if (Buffer.byteLength(result.payload) > responseLimitBytes) return failed(responseTooLarge());
        return { ok: true, payload: result.payload, memoryBytes: result.memoryBytes };
      case 'failure':
        return { ok: false, payload: result.payload, memoryBytes: result.memoryBytes };
      case 'exited':
        return { ...failed(exited(requestId, result.exitCode)), crash: true };
      case 'out-of-memory':
        return {
          ...failed(outOfMemory(requestId)),
          memoryBytes: this.definition.memoryMb * 1_048_576,
          crash: true,
        };
      case 'terminated':
        return { ...failed(timedOut(requestId, this.definition.timeoutSeconds)), timeout: true };
    }
  }

  #ended(
    log: InvocationLog,
    requestId: string,
    startedMs: number,
    { ok, payload, memoryBytes, timeout, crash }: Ending,
    initMs?: number,
  ): Invocation {
    log.end(this.options.clock.now(), {
      status: ok ? 'success' : timeout ? 'timeout' : 'error',
      ...(crash || timeout ? { error: JSON.parse(payload) } : {}),
      durationMs: performance.now() - startedMs,
      memoryBytes,
      ...(initMs === undefined ? {} : { initMs }),
    });
    return {
      outcome: ok
        ? { kind: 'success', requestId, payload }
        : { kind: 'function-error', requestId, functionError: 'Unhandled', payload },
      logTail: () => log.tail(),
    };
  }

  #log(logStreamName: string, requestId: string): InvocationLog {
    return new InvocationLog(this.definition, logStreamName, requestId, this.options.logs);
  }

  #nextFailure(): InjectedFailure['kind'] | undefined {
    const [first, ...rest] = this.#failures;
    if (first === undefined) return undefined;
    this.#failures = first.times > 1 ? [{ ...first, times: first.times - 1 }, ...rest] : rest;
    return first.kind;
  }

  #opened(): Promise<FunctionInstances> {
    this.#instances ??= workerRuntimeFile(this.options.cacheDir).then(
      (runtimeUrl) =>
        new FunctionInstances(this.definition, this.options.environment ?? {}, runtimeUrl, this.options.logs),
      (error: unknown) => {
        this.#instances = undefined; // to be tried again by the next invocation
        throw error;
      },
    );
    return this.#instances;
  }
}
