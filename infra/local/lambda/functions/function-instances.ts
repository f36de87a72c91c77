import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { LogSink } from '../../logs/log-sink.ts';
import type { Code } from './code.ts';
import type { LambdaFunction } from './function-definition.ts';
import type { FunctionEnvironment } from './invocation.ts';
import { NodeWorker } from './node-worker.ts';
import type { PlatformLog } from './platform-log.ts';
import { RuntimeProcess } from './runtime-process.ts';
import type { LogListener, Sandbox, SandboxResult } from './sandbox.ts';

/**
 * AWS gives an initialization ten seconds, and begins one that takes longer again within the first invocation, under the
 * function's time-out. Here it goes on for as long as that.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const INIT_TIMEOUT_MS = 10_000;
/** How long a sandbox may wait for its next invocation. */
const IDLE_MS = 300_000;

/** A sandbox that is the invocation's own until it is given back. */
export interface Instance {
  readonly sandbox: Sandbox;
  readonly codeSha256: string;
  readonly logStreamName: string;
  /** The invocation under way; what is written between invocations goes to the log stream alone. */
  log: PlatformLog | null;
  idleSinceMs: number;
}

/**
 * The sandboxes of one function. The one that was used last is used next, so that those a burst left over grow old and
 * are let go.
 */
export class FunctionInstances {
  readonly #definition: LambdaFunction;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #nodeRuntimeUrl: URL;
  readonly #logs: LogSink;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #idle: Instance[] = [];
  readonly #all = new Set<Instance>();

  constructor(
    definition: LambdaFunction,
    { clock, environment, logs }: FunctionEnvironment,
    nodeRuntimeUrl: URL,
  ) {
    this.#definition = definition;
    this.#environment = environment ?? {};
    this.#nodeRuntimeUrl = nodeRuntimeUrl;
    this.#logs = logs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#all.size;
  }

  /** A sandbox that waits, with this very code loaded; null when there is none. */
  warm(code: Code, nowMs: number): Instance | null {
    for (;;) {
      const instance = this.#idle.pop();
      if (instance === undefined) return null;
      if (instance.sandbox.isAlive && instance.codeSha256 === code.codeSha256) {
        this.#letGo(nowMs);
        return instance;
      }
      void this.discard(instance);
    }
  }

  /** A new sandbox; not loaded yet. */
  start(code: Code, nowMs: number): Instance {
    const { logGroupName } = this.#definition;
    const logStreamName = newLogStreamName(this.#definition.version, nowMs);
    const sandbox = this.#sandbox(code, logStreamName, (timestampMs, message) => {
      if (instance.log !== null) instance.log.write(timestampMs, message);
      else this.#logs.append(logGroupName, logStreamName, timestampMs, message);
    });
    const instance: Instance = {
      sandbox,
      codeSha256: code.codeSha256,
      logStreamName,
      log: null,
      idleSinceMs: nowMs,
    };
    this.#all.add(instance);
    void sandbox.ended.then(() => this.#all.delete(instance));
    return instance;
  }

  #sandbox(code: Code, logStreamName: string, onLog: LogListener): Sandbox {
    const { kind, name, version, memoryMb, loggingFormat, logGroupName, handlerFile, handlerExport } =
      this.#definition;
    const environment = this.#environmentOf(logStreamName);
    if (kind !== 'nodejs') return new RuntimeProcess(this.#definition, environment, onLog);
    const settings = {
      bundleUrl: code.url,
      handlerFile,
      handlerExport,
      functionName: name,
      functionVersion: version,
      memoryMb,
      logGroupName,
      logStreamName,
      loggingFormat,
    };
    return new NodeWorker(this.#nodeRuntimeUrl, settings, environment, onLog);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
  #environmentOf(logStreamName: string): Readonly<Record<string, string>> {
    const {
      name,
      version,
      region,
      memoryMb,
      loggingFormat,
      logGroupName,
      runtime,
      handler,
      kind,
      environment,
      taskRoot,
    } = this.#definition;
    return {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...this.#environment,
      ...environment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      ...(kind === 'provided' ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` }),
      LAMBDA_TASK_ROOT: taskRoot,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
      AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
      ...(loggingFormat === 'JSON' ? { AWS_LAMBDA_LOG_FORMAT: 'JSON' } : {}),
      _HANDLER: handler,
    };
  }

  /** Resolves with null once the handler is loaded, or with how that failed. */
  async load(instance: Instance): Promise<SandboxResult | null> {
    const limitMs = Math.max(INIT_TIMEOUT_MS, this.#definition.timeoutSeconds * 1000);
    const loaded = new AbortController();
    void this.#clock.sleep(limitMs, loaded.signal).then(() => {
      if (!loaded.signal.aborted) void instance.sandbox.terminate();
    });
    try {
      return await instance.sandbox.loaded;
    } finally {
      loaded.abort();
    }
  }

  giveBack(instance: Instance, nowMs: number): void {
    instance.log = null;
    if (!instance.sandbox.isAlive) return;
    instance.idleSinceMs = nowMs;
    this.#idle.push(instance);
  }

  async discard(instance: Instance): Promise<void> {
    await instance.sandbox.terminate();
    this.#all.delete(instance);
  }

  async close(): Promise<void> {
    this.#idle.length = 0;
    await Promise.all([...this.#all].map((instance) => this.discard(instance)));
  }

  /** Ends the sandboxes that nobody needed for a while. Done in passing: an idle runtime has nothing to do. */
  #letGo(nowMs: number): void {
    while (this.#idle[0] !== undefined && nowMs - this.#idle[0].idleSinceMs > IDLE_MS) {
      const instance = this.#idle.shift();
      if (instance !== undefined) void this.discard(instance);
    }
  }
}

/** `2021/01/24/[$LATEST]<32 hexadecimal digits>`, as Lambda names the stream of a sandbox. */
export function newLogStreamName(version: string, nowMs: number): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}
