import { Worker } from 'node:worker_threads';
import type { WorkerMessage, WorkerSettings } from './node-protocol.ts';
import type { LogListener, Sandbox, SandboxRequest, SandboxResult } from './sandbox.ts';

/** A thread with a Node.js handler loaded. */
export class NodeWorker implements Sandbox {
  readonly #worker: Worker;
  readonly #onLog: LogListener;
  #settle: ((result: SandboxResult) => void) | null = null;
  #terminated = false;
  #outOfMemory = false;
  readonly loaded: Promise<SandboxResult | null>;
  readonly ended: Promise<void>;
  isAlive = true;

  constructor(
    runtimeUrl: URL,
    settings: WorkerSettings,
    environment: Readonly<Record<string, string>>,
    onLog: LogListener,
  ) {
    this.#onLog = onLog;
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
          this.#settle = null;
          // An idle worker keeps nobody waiting at the end of the process.
          this.#worker.unref();
          resolve(null);
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

  run(request: SandboxRequest): Promise<SandboxResult> {
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
      this.#onLog(message.timestampMs, message.message);
      return;
    }
    if (message.kind === 'failure' && message.fatal) this.isAlive = false;
    this.#finish(message);
  }

  #finish(result: SandboxResult): void {
    const settle = this.#settle;
    this.#settle = null;
    this.#worker.unref();
    settle?.(result);
  }

  #ending(exitCode: number): SandboxResult {
    if (this.#terminated) return { kind: 'terminated' };
    if (this.#outOfMemory) return { kind: 'out-of-memory' };
    return { kind: 'exited', how: exitCode === 0 ? null : `exit status ${exitCode}` };
  }
}
