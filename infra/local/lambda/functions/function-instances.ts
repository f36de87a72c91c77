import { randomBytes } from 'node:crypto';
import type { LogSink } from '../../logs/log-sink.ts';
import type { Bundle } from './function-bundle.ts';
import type { LambdaFunction } from './function-definition.ts';
import { FunctionWorker, type WorkerResult } from './function-worker.ts';
import type { InvocationLog } from './invocation-log.ts';

/** AWS gives a handler module ten seconds to load. */
const initTimeoutMs = 10_000;

/** A worker that is the invocation's own until it is given back. */
export interface Instance {
  readonly worker: FunctionWorker;
  readonly bundleUrl: string;
  readonly logStreamName: string;
  /** The invocation under way; what is written between invocations goes to the log stream alone. */
  log: InvocationLog | undefined;
  idleSinceMs: number;
}

/**
 * The workers of one function. The one that was used last is used next, so that those a burst left over grow old and are
 * let go.
 */
export class FunctionInstances {
  /** Oldest first. */
  readonly #idle: Instance[] = [];
  readonly #all = new Set<Instance>();

  constructor(
    private readonly definition: LambdaFunction,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly runtimeUrl: URL,
    private readonly logs: LogSink,
    private readonly idleMs = 300_000,
  ) {}

  get size(): number {
    return this.#all.size;
  }

  /** A worker that waits, with this very code loaded. */
  warm(bundle: Bundle, nowMs: number): Instance | undefined {
    for (;;) {
      const instance = this.#idle.pop();
      if (instance === undefined) return undefined;
      if (instance.worker.isAlive && instance.bundleUrl === bundle.url) {
        this.#letGo(nowMs);
        return instance;
      }
      void this.discard(instance);
    }
  }

  /** A new worker; not loaded yet. */
  start(bundle: Bundle, nowMs: number): Instance {
    const logStreamName = newLogStreamName(nowMs);
    const { name, logGroupName, memoryMb, loggingFormat, handlerExport, handlerFile, region } =
      this.definition;
    const worker = new FunctionWorker(
      this.runtimeUrl,
      {
        bundleUrl: bundle.url,
        handlerFile,
        handlerExport,
        functionName: name,
        functionVersion: '$LATEST',
        memoryMb,
        logGroupName,
        logStreamName,
        loggingFormat,
      },
      {
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        ...this.environment,
        ...this.definition.environment,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
        AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
        _HANDLER: `index.${handlerExport}`,
      },
      (timestampMs, message) => {
        if (instance.log !== undefined) instance.log.write(timestampMs, message);
        else this.logs.append(logGroupName, logStreamName, timestampMs, message);
      },
    );
    const instance: Instance = {
      worker,
      bundleUrl: bundle.url,
      logStreamName,
      log: undefined,
      idleSinceMs: nowMs,
    };
    this.#all.add(instance);
    void worker.ended.then(() => this.#all.delete(instance));
    return instance;
  }

  /** Resolves with undefined once the handler is loaded, or with how that failed. */
  async load(instance: Instance): Promise<WorkerResult | undefined> {
    const timer = setTimeout(() => void instance.worker.terminate(), initTimeoutMs);
    try {
      return await instance.worker.loaded;
    } finally {
      clearTimeout(timer);
    }
  }

  giveBack(instance: Instance, nowMs: number): void {
    instance.log = undefined;
    if (!instance.worker.isAlive) return;
    instance.idleSinceMs = nowMs;
    this.#idle.push(instance);
  }

  async discard(instance: Instance): Promise<void> {
    await instance.worker.terminate();
    this.#all.delete(instance);
  }

  async close(): Promise<void> {
    this.#idle.length = 0;
    await Promise.all([...this.#all].map((instance) => this.discard(instance)));
  }

  /** Ends the workers that nobody needed for a while. Done in passing: an idle runtime has nothing to do. */
  #letGo(nowMs: number): void {
    while (this.#idle[0] !== undefined && nowMs - this.#idle[0].idleSinceMs > this.idleMs) {
      const instance = this.#idle.shift();
      if (instance !== undefined) void this.discard(instance);
    }
  }
}

/** `2021/01/24/[$LATEST]<32 hexadecimal digits>`, as Lambda names the stream of a sandbox. */
export const newLogStreamName = (nowMs: number) =>
  `${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
