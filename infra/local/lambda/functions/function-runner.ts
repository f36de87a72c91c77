import { LambdaError } from '../lambda-error.ts';
import type { Code, CodeSource } from './code.ts';
import { BundleError } from './function-bundle.ts';
import { codeSource } from './function-code.ts';
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
import type { FunctionEnvironment, InjectedFailure, Invocation, InvocationCall } from './invocation.ts';
import { workerRuntimeFile } from './node-runtime-file.ts';
import { PlatformLog } from './platform-log.ts';
import { RESPONSE_LIMIT_BYTES } from './runtime-api.ts';
import type { SandboxResult } from './sandbox.ts';

/** More sandboxes than this only wait for each other; further invocations wait for one instead. */
const MOST_SANDBOXES = 32;

type Ending = {
  readonly ok: boolean;
  readonly payload: string;
  readonly memoryBytes: number;
  readonly timeout?: true;
  /** The sandbox ended in place of an answer. */
  readonly crash?: true;
};

/**
 * One function: its code, its sandboxes, and the course of an invocation.
 * Longer than a file should be: how an invocation ends decides what becomes of its sandbox, step by step.
 */
export class FunctionRunner {
  concurrency = 0;
  readonly definition: LambdaFunction;
  readonly #environment: FunctionEnvironment;
  readonly #source: CodeSource;
  #instances: Promise<FunctionInstances> | null = null;
  #failures: InjectedFailure[] = [];
  readonly #waiting: (() => void)[] = [];
  #closed = false;
  #retired = false;
  #warming: Promise<string | null> | null = null;

  constructor(definition: LambdaFunction, environment: FunctionEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#source = codeSource(definition, environment.cacheDir);
  }

  /** Throws BundleError. */
  code(): Promise<Code> {
    return this.#source.current(this.#environment.clock.now());
  }

  /**
   * Starts a sandbox ahead of the first invocation; one that comes in the meantime waits for it. Resolves with what keeps the
   * function from being loaded, null when nothing does: the first invocation meets the same, and answers with it.
   */
  warm(): Promise<string | null> {
    this.#warming ??= this.#warm().finally(() => {
      this.#warming = null;
    });
    return this.#warming;
  }

  async #warm(): Promise<string | null> {
    try {
      const [code, instances] = await Promise.all([this.code(), this.#opened()]);
      if (instances.size > 0 || this.#closed) return null;
      const instance = instances.start(code, this.#environment.clock.now());
      const broken = await instances.load(instance);
      if (broken === null) instances.giveBack(instance, this.#environment.clock.now());
      if (broken === null || this.#closed) return null;
      return String(JSON.parse(this.#ending(broken, 'start').payload).errorMessage);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  failNext(failure: InjectedFailure): void {
    if (failure.times > 0) this.#failures.push(failure);
  }

  /** Closes it once the invocations under way have come back: another has taken its place. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.concurrency === 0) await this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#instances?.catch(() => null))?.close();
  }

  /** Throws LambdaError ServiceException after `close`. */
  async run(call: InvocationCall, requestId: string): Promise<Invocation> {
    if (this.#closed) throw new LambdaError('ServiceException', 500, 'The local runtime is being closed.');
    this.concurrency += 1;
    try {
      while (this.concurrency - this.#waiting.length > MOST_SANDBOXES) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      return await this.#run(call, requestId, this.#nextFailure());
    } finally {
      this.concurrency -= 1;
      this.#waiting.shift()?.();
      if (this.#retired && this.concurrency === 0) void this.close();
    }
  }

  async #run(
    call: InvocationCall,
    requestId: string,
    failure: InjectedFailure['kind'] | null,
  ): Promise<Invocation> {
    const { cacheDir, clock } = this.#environment;
    const startedMs = performance.now();
    let code: Code;
    try {
      code = await this.code();
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      const log = this.#log(newLogStreamName(this.definition.version, clock.now()), requestId);
      log.start(clock.now());
      log.write(clock.now(), error.message);
      return this.#ended(log, requestId, startedMs, {
        ok: false,
        payload: notBundled(error),
        memoryBytes: 0,
      });
    }
    const instances = await this.#opened();
    await this.#warming;
    const warm = instances.warm(code, clock.now());
    if (warm === null) await workerRuntimeFile(cacheDir); // is there, whatever became of the cache
    const instance = warm ?? instances.start(code, clock.now());
    const log = this.#log(instance.logStreamName, requestId);
    instance.log = log;
    const broken = warm === null ? await instances.load(instance) : null;
    const initMs = warm === null ? performance.now() - startedMs : undefined;
    log.start(clock.now());
    const handedOverMs = performance.now();
    const ending =
      broken === null
        ? await this.#handOver(instance, call, requestId, failure)
        : this.#ending(broken, requestId);
    const invocation = this.#ended(log, requestId, handedOverMs, ending, initMs);
    instances.giveBack(instance, clock.now());
    return invocation;
  }

  async #handOver(
    { sandbox }: Instance,
    call: InvocationCall,
    requestId: string,
    failure: InjectedFailure['kind'] | null,
  ): Promise<Ending> {
    if (failure === 'error') return { ok: false, payload: injectedError(), memoryBytes: 0 };
    const { timeoutSeconds, arn } = this.definition;
    const timeoutMs = timeoutSeconds * 1_000;
    const answered = new AbortController();
    const timeout = this.#environment.clock
      .sleep(timeoutMs, answered.signal)
      .then((): SandboxResult => ({ kind: 'terminated' }));
    const running = sandbox.run({
      requestId,
      payload: call.payload,
      timeoutMs,
      invokedFunctionArn: call.invokedFunctionArn ?? arn,
      ...(call.clientContext === undefined ? {} : { clientContext: call.clientContext }),
      ...(failure === 'crash' ? { crash: true } : {}),
    });
    const result = await Promise.race([running, timeout]);
    answered.abort();
    if (result.kind === 'terminated') await sandbox.terminate();
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

  #ending(result: SandboxResult, requestId: string): Ending {
    const failed = (payload: string): Ending => ({ ok: false, payload, memoryBytes: 0 });
    switch (result.kind) {
      case 'success':
        if (Buffer.byteLength(result.payload) > RESPONSE_LIMIT_BYTES) return failed(responseTooLarge());
        return { ok: true, payload: result.payload, memoryBytes: result.memoryBytes };
      case 'failure':
        return { ok: false, payload: result.payload, memoryBytes: result.memoryBytes };
      case 'exited':
        return { ...failed(exited(requestId, result.how)), crash: true };
      case 'out-of-memory':
        return {
          ...failed(outOfMemory(requestId)),
          memoryBytes: this.definition.memoryMb * 1_048_576,
          crash: true,
        };
      case 'too-large':
        return failed(responseTooLarge());
      case 'terminated':
        return { ...failed(timedOut(requestId, this.definition.timeoutSeconds)), timeout: true };
    }
  }

  #ended(
    log: PlatformLog,
    requestId: string,
    startedMs: number,
    { ok, payload, memoryBytes, timeout, crash }: Ending,
    initMs?: number,
  ): Invocation {
    log.end(this.#environment.clock.now(), {
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

  #log(logStreamName: string, requestId: string): PlatformLog {
    return new PlatformLog(this.definition, logStreamName, requestId, this.#environment.logs);
  }

  #nextFailure(): InjectedFailure['kind'] | null {
    const [first, ...rest] = this.#failures;
    if (first === undefined) return null;
    this.#failures = first.times > 1 ? [{ ...first, times: first.times - 1 }, ...rest] : rest;
    return first.kind;
  }

  #opened(): Promise<FunctionInstances> {
    this.#instances ??= workerRuntimeFile(this.#environment.cacheDir).then(
      (nodeRuntimeUrl) => new FunctionInstances(this.definition, this.#environment, nodeRuntimeUrl),
      (error: unknown) => {
        this.#instances = null; // to be tried again by the next invocation
        throw error;
      },
    );
    return this.#instances;
  }
}
