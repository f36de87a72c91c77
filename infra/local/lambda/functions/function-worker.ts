import { Worker } from 'node:worker_threads';
import type { WorkerMessage, WorkerRequest, WorkerSettings } from './worker-protocol.ts';

/** How an invocation ended in its worker: answered, or gone with the worker. */
export type WorkerResult =
  | Extract<WorkerMessage, { kind: 'success' | 'failure' }>
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'terminated' };

export type LogListener = (timestampMs: number, message: string) => void;

/** A thread with one function loaded: keeps its module state from invocation to invocation, runs one at a time. */
export class FunctionWorker {
  readonly #worker: Worker;
  #settle: ((result: WorkerResult) => void) | undefined;
  #terminated = false;
  #outOfMemory = false;
  /** Resolves when the handler is loaded, or with how loading failed. */
  readonly loaded: Promise<WorkerResult | undefined>;
  /** Resolves when the thread has ended, for whatever reason. */
  readonly ended: Promise<void>;
  isAlive = true;

  constructor(
    runtimeUrl: URL,
    readonly settings: WorkerSettings,
    environment: Readonly<Record<string, string>>,
    private readonly onLog: LogListener,
  ) {
    this.#worker = new Worker(runtimeUrl, {
      name: settings.functionName,
      workerData: settings,
      env: { ...environment },
      // Its own, not the host's: a loader that the host runs with would only slow the start.
      execArgv: ['--enable-source-maps'],
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
    });
    this.loaded = new Promise((resolve) => {
      this.#settle = (result) => resolve(result);
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'ready') {
          this.#settle = undefined;
          // An idle worker keeps nobody waiting at the end of the process.
          this.#worker.unref();
          resolve(undefined);
        } else this.#receive(message);
      });
    });
    this.#worker.on('error', (error: Error & { code?: string }) => {
      this.#outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (exitCode) => {
        this.isAlive = false;
        this.#finish(this.#ending(exitCode));
        resolve();
      });
    });
  }

  run(request: WorkerRequest): Promise<WorkerResult> {
    return new Promise((resolve) => {
      if (!this.isAlive) return resolve({ kind: 'terminated' });
      this.#settle = resolve;
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  async terminate(): Promise<void> {
    this.#terminated = true;
    await this.#worker.terminate();
  }

  #receive(message: Exclude<WorkerMessage, { kind: 'ready' }>): void {
    if (message.kind === 'log') {
      this.onLog(message.timestampMs, message.message);
      return;
    }
    if (message.kind === 'failure' && message.fatal) this.isAlive = false;
    this.#finish(message);
  }

  #finish(result: WorkerResult): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#worker.unref();
    settle?.(result);
  }

  #ending(exitCode: number): WorkerResult {
    if (this.#terminated) return { kind: 'terminated' };
    if (this.#outOfMemory) return { kind: 'out-of-memory' };
    return { kind: 'exited', exitCode };
  }
}
