import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LambdaFunction } from './function-definition.ts';
import { RuntimeApi, type RuntimeEvent } from './runtime-api.ts';
import type { LogListener, Sandbox, SandboxRequest, SandboxResult } from './sandbox.ts';

const PYTHON_BOOTSTRAP = fileURLToPath(new URL('./python-bootstrap.py', import.meta.url));

/** A process that takes its events from the Runtime API: Python by a bootstrap of ours, or any executable. */
export class RuntimeProcess implements Sandbox {
  readonly loaded: Promise<SandboxResult | null>;
  readonly ended: Promise<void>;
  isAlive = true;
  readonly #definition: LambdaFunction;
  readonly #api: RuntimeApi;
  readonly #onLog: LogListener;
  #child: ChildProcess | null = null;
  #settle: ((result: SandboxResult | null) => void) | null = null;
  #isTerminated = false;

  constructor(definition: LambdaFunction, environment: Readonly<Record<string, string>>, onLog: LogListener) {
    this.#definition = definition;
    this.#onLog = onLog;
    this.#api = new RuntimeApi((event) => void this.#receive(event));
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ended = this.#start(environment);
  }

  run(request: SandboxRequest): Promise<SandboxResult> {
    return new Promise((resolve) => {
      if (!this.isAlive) return resolve({ kind: 'terminated' });
      this.#settle = (result) => resolve(result ?? { kind: 'terminated' });
      if (request.crash) this.#kill();
      else this.#api.invoke(request, Date.now() + request.timeoutMs, traceId());
    });
  }

  async terminate(): Promise<void> {
    this.#isTerminated = true;
    this.#kill();
    await this.ended;
  }

  /** Resolves when the process has ended. */
  async #start(environment: Readonly<Record<string, string>>): Promise<void> {
    const { handlerFile, kind, taskRoot } = this.#definition;
    const command = kind === 'python' ? await pythonPath() : handlerFile;
    const args = kind === 'python' ? [PYTHON_BOOTSTRAP] : [];
    try {
      const address = await this.#api.listen();
      if (this.#isTerminated) return this.#end({ kind: 'terminated' });
      const child = spawn(command, args, {
        cwd: taskRoot,
        env: only({
          ...machineEnvironment(),
          ...environment,
          AWS_LAMBDA_RUNTIME_API: address,
          LAMBDA_RUNTIME_DIR: taskRoot,
        }),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // a group of its own: what it started ends with it, and a Ctrl-C is the runtime's to pass on
      });
      this.#child = child;
      for (const stream of [child.stdout, child.stderr]) this.#capture(stream);
      const result = await new Promise<SandboxResult>((resolve) => {
        child.on('error', (error) => resolve(notStarted(command, error)));
        // Not `exit`: then all that it wrote has been read.
        child.on('close', (code, signal) => resolve({ kind: 'exited', how: howItEnded(code, signal) }));
      });
      this.#end(this.#isTerminated ? { kind: 'terminated' } : result);
    } catch (error) {
      this.#end(notStarted(command, error));
    }
  }

  #end(result: SandboxResult): void {
    this.isAlive = false;
    this.#kill(); // whatever it left behind
    this.#api.close();
    this.#finish(result);
  }

  async #receive(event: RuntimeEvent): Promise<void> {
    if (event.kind === 'ready') return this.#finish(null);
    if (event.kind === 'init-error') this.isAlive = false;
    // What it wrote before it answered lies in the pipes: it is read before the next turn but one.
    for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    if (event.kind === 'too-large') return this.#finish({ kind: 'too-large' });
    const { payload } = event;
    const memoryBytes = this.#memoryBytes();
    this.#finish({ kind: event.kind === 'response' ? 'success' : 'failure', payload, memoryBytes });
  }

  #finish(result: SandboxResult | null): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(result);
  }

  /** One event of the log for each line; an unfinished line waits for the rest of it. */
  #capture(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.#log(line);
    });
    stream.on('end', () => {
      if (rest !== '') this.#log(rest);
    });
  }

  #log(line: string): void {
    this.#onLog(Date.now(), this.#definition.loggingFormat === 'JSON' ? line : `${line}\n`);
  }

  /** With all that it started. */
  #kill(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  /** The most that it ever took, where the system says so. */
  #memoryBytes(): number {
    try {
      const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  }
}

/** What a program of this machine needs to be found and to run; nothing that says where AWS is. */
function machineEnvironment(): Readonly<Record<string, string>> {
  const { HOME, LANG, PATH } = process.env;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: LANG ?? 'en_US.UTF-8',
    TZ: ':UTC',
    ...(HOME === undefined ? {} : { HOME }),
  };
}

/** Next.js's types want NODE_ENV of every environment; a function has none. */
function only(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) delete env[name];
  return Object.assign(env, variables);
}

const PYTHON = 'python3';
/** By PATH. */
const pythons = new Map<string, string>();

/** The interpreter itself, found once: what stands before it on the PATH may take a second to find it, each time. */
async function pythonPath(): Promise<string> {
  const place = process.env.PATH ?? '';
  const known = pythons.get(place);
  if (known !== undefined) return known;
  try {
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', 'import sys; print(sys.executable)']);
    pythons.set(place, stdout.trim() || PYTHON);
  } catch {
    // It may be installed meanwhile.
  }
  return pythons.get(place) ?? PYTHON;
}

function notStarted(command: string, error: unknown): SandboxResult {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const errorMessage =
    command === PYTHON && isMissing
      ? 'This machine has no python3 on its PATH: install it to run functions written in Python.'
      : `Couldn't find valid bootstrap(s): [${command}]: ${error instanceof Error ? error.message : String(error)}`;
  return {
    kind: 'failure',
    payload: JSON.stringify({ errorType: 'Runtime.InvalidEntrypoint', errorMessage }),
    memoryBytes: 0,
  };
}

/** As Lambda words it. */
function howItEnded(code: number | null, signal: NodeJS.Signals | null): string | null {
  if (signal !== null) return `signal: ${SIGNALS.get(signal) ?? signal}`;
  return code === 0 ? null : `exit status ${code}`;
}

const SIGNALS: ReadonlyMap<string, string> = new Map([
  ['SIGKILL', 'killed'],
  ['SIGSEGV', 'segmentation fault'],
  ['SIGABRT', 'aborted'],
  ['SIGTERM', 'terminated'],
  ['SIGBUS', 'bus error'],
]);

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function traceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}
