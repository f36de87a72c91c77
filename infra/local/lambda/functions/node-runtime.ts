/**
 * Longer than a file should be: it runs on its own, transformed to JavaScript, and so imports nothing of ours but types.
 *
 * Lambda's Node.js runtime, inside a worker: loads the handler, runs one invocation at a time, and reports.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { format, types } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerMessage, WorkerRequest, WorkerSettings } from './node-protocol.ts';

const SETTINGS: WorkerSettings = workerData;
const port = parentPort;
if (port === null) throw new Error('node-runtime runs in a worker thread only');

const send = (message: WorkerMessage) => port.postMessage(message);
const memoryBytes = () => {
  const heap = getHeapStatistics();
  return heap.total_heap_size + heap.external_memory;
};

// ---------------------------------------------------------------------------------------------- errors

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** As the AWS runtime renders what a handler threw, be it an Error or not. */
function failurePayload(thrown: unknown): string {
  try {
    if (isError(thrown)) {
      const trace = String(thrown.stack ?? '').split('\n');
      return JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace });
    }
    return JSON.stringify({ errorType: typeof thrown, errorMessage: String(thrown), trace: [] });
  } catch {
    return JSON.stringify({ errorType: 'Error', errorMessage: 'The error could not be rendered', trace: [] });
  }
}

const isError = (value: unknown): value is Error =>
  types.isNativeError(value) || (value instanceof Object && 'message' in value && 'stack' in value);

const fail = (thrown: unknown, fatal = false) =>
  send({ kind: 'failure', payload: failurePayload(thrown), memoryBytes: memoryBytes(), fatal });

/** What nobody caught ends the runtime; the next invocation gets a new worker. */
function die(kind: string, thrown: unknown): void {
  logError(kind, thrown);
  flushOutput();
  fail(thrown, true);
  process.exit(129);
}
process.on('uncaughtException', (error) => die('Uncaught Exception', error));
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason));
  if (isError(reason)) error.stack = `${error.name}: ${error.message}\n${String(reason.stack)}`;
  die('Unhandled Promise Rejection', error);
});

// ---------------------------------------------------------------------------------------------- output

let current: WorkerRequest | null = null;

const log = (message: string) => send({ kind: 'log', timestampMs: Date.now(), message });

function jsonLine(level: string, values: readonly unknown[]): string {
  const line: Record<string, unknown> = {
    timestamp: new Date().toISOString(),
    level,
    requestId: current?.requestId,
  };
  const [first] = values;
  if (values.length === 1) {
    try {
      line.message = first;
      return JSON.stringify(line, (_, value: unknown) => (isError(value) ? describedError(value) : value));
    } catch {
      line.message = format(first);
      return JSON.stringify(line);
    }
  }
  line.message = format(...values);
  const error = values.find(isError);
  return JSON.stringify(error === undefined ? line : { ...line, ...describedError(error) });
}

const describedError = (error: Error) => ({
  errorType: error.name,
  errorMessage: error.message,
  stackTrace: String(error.stack).split('\n'),
});

const textLine = (level: string, values: readonly unknown[]) =>
  `${new Date().toISOString()}\t${current?.requestId}\t${level}\t${format(...values)}\n`;

/** In text, every event ends in a newline; a JSON event is the object alone. */
const LINE_END = SETTINGS.loggingFormat === 'JSON' ? '' : '\n';

const line = SETTINGS.loggingFormat === 'JSON' ? jsonLine : textLine;
const logAt =
  (level: string) =>
  (...values: readonly unknown[]) =>
    log(line(level, values));
Object.assign(console, {
  trace: logAt('TRACE'),
  debug: logAt('DEBUG'),
  log: logAt('INFO'),
  info: logAt('INFO'),
  warn: logAt('WARN'),
  error: logAt('ERROR'),
});

/** As the AWS runtime writes it: `ERROR	Invoke Error 	{"errorType":…,"errorMessage":…,"stack":[…]}`. */
function logError(kind: string, thrown: unknown): void {
  const error = isError(thrown) ? thrown : new Error(format(thrown));
  const { errorType, errorMessage, stackTrace } = describedError(error);
  const text = `${kind} \t${JSON.stringify({ errorType, errorMessage, stack: stackTrace })}`;
  log(SETTINGS.loggingFormat === 'JSON' ? jsonLine('ERROR', [kind, error]) : textLine('ERROR', [text]));
}

/** What is written past the console: one event a line; an unfinished line waits for the rest of it. */
function captureWrites(stream: NodeJS.WriteStream): () => void {
  let rest = '';
  const write = (chunk: string | Uint8Array, ...more: readonly unknown[]) => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) if (text !== '') log(`${text}${LINE_END}`);
    const done = more.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  };
  Object.assign(stream, { write });
  return () => {
    if (rest !== '') log(`${rest}${LINE_END}`);
    rest = '';
  };
}
const FLUSHES = [captureWrites(process.stdout), captureWrites(process.stderr)];
const flushOutput = () => {
  for (const flush of FLUSHES) flush();
};
process.on('exit', flushOutput);

// ---------------------------------------------------------------------------------------------- invocation

type Done = (error?: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: object, callback: Done) => unknown;

/** Answers for what is under way, an invocation or the loading, when the event loop runs dry without an end of it. */
let whenIdle: (() => void) | null = null;
process.on('beforeExit', () => {
  // Back on the port first: otherwise an answered worker would end here.
  port.ref();
  whenIdle?.();
});

/** In the words of AWS's runtime (github.com/aws/aws-lambda-nodejs-runtime-interface-client). */
function neverSettled(): Error {
  return new RuntimeError(
    'Runtime.NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was ' +
      'never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
  );
}

function contextOf(request: WorkerRequest, done: Done, waits: { forEmptyEventLoop: boolean }): object {
  const deadlineMs = Date.now() + request.timeoutMs;
  return {
    get callbackWaitsForEmptyEventLoop() {
      return waits.forEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value: boolean) {
      waits.forEmptyEventLoop = value;
    },
    functionVersion: SETTINGS.functionVersion,
    functionName: SETTINGS.functionName,
    memoryLimitInMB: String(SETTINGS.memoryMb),
    logGroupName: SETTINGS.logGroupName,
    logStreamName: SETTINGS.logStreamName,
    clientContext: request.clientContext === undefined ? undefined : JSON.parse(request.clientContext),
    identity: undefined,
    invokedFunctionArn: request.invokedFunctionArn,
    awsRequestId: request.requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    done,
    fail: (error: unknown) => done(error ?? 'handled'),
    succeed: (result: unknown) => done(null, result),
  };
}

function answer(error: unknown, result: unknown): void {
  whenIdle = null;
  port?.ref();
  flushOutput();
  if (error !== null && error !== undefined) {
    logError('Invoke Error', error);
    fail(error);
  } else {
    try {
      // `undefined`, and what has no JSON at all, is null on the wire.
      send({ kind: 'success', payload: JSON.stringify(result) ?? 'null', memoryBytes: memoryBytes() });
    } catch {
      fail(new Error('Unable to stringify response body'));
    }
  }
  current = null;
}

function invoke(handler: Handler, request: WorkerRequest): void {
  if (request.crash) process.exit(1);
  current = request;
  let answered = false;
  const settle = (error: unknown, result: unknown) => {
    if (answered) return;
    answered = true;
    answer(error, result);
  };
  const waits = { forEmptyEventLoop: true };
  // A callback's answer waits until nothing is left to do, unless the context says otherwise.
  const done: Done = (error, result) => {
    if (answered) return;
    if (waits.forEmptyEventLoop) whenIdle = () => settle(error, result);
    else setImmediate(settle, error, result);
  };
  try {
    const returned = handler(JSON.parse(request.payload), contextOf(request, done, waits), done);
    if (returned instanceof Object && 'then' in returned && typeof returned.then === 'function') {
      returned.then(
        (result: unknown) => settle(null, result),
        (error: unknown) => settle(error ?? new Error(String(error)), undefined),
      );
      whenIdle ??= () => settle(neverSettled(), undefined);
      port?.unref();
      return;
    }
  } catch (error) {
    settle(error ?? new Error(String(error)), undefined);
    return;
  }
  if (answered) return;
  whenIdle ??= () => settle(null, undefined);
  port?.unref();
}

/** `handler`, or one that lies deeper: `handlers.consume`. */
function memberOf(exported: unknown, name: string): unknown {
  // A module's namespace is no `Object`.
  const canHold = (value: unknown): value is object =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';
  return name
    .split('.')
    .reduce<unknown>((value, key) => (canHold(value) ? Reflect.get(value, key) : undefined), exported);
}

async function load(): Promise<Handler> {
  // What CommonJS sources expect to find around them.
  Object.assign(globalThis, {
    require: createRequire(SETTINGS.handlerFile),
    __filename: SETTINGS.handlerFile,
    __dirname: dirname(SETTINGS.handlerFile),
  });
  const exported: Record<string, unknown> = await import(SETTINGS.bundleUrl);
  const inner = exported.default;
  const handler = memberOf(exported, SETTINGS.handlerExport) ?? memberOf(inner, SETTINGS.handlerExport);
  const isHandler = (value: unknown): value is Handler => typeof value === 'function';
  if (isHandler(handler)) return handler;
  throw handler === undefined
    ? new RuntimeError(
        'Runtime.HandlerNotFound',
        `index.${SETTINGS.handlerExport} is undefined or not exported`,
      )
    : new RuntimeError('Runtime.HandlerNotFound', `index.${SETTINGS.handlerExport} is not a function`);
}

try {
  whenIdle = () => die('Uncaught Exception', neverSettled());
  const handler = await load();
  whenIdle = null;
  port.on('message', (request: WorkerRequest) => invoke(handler, request));
  send({ kind: 'ready' });
} catch (error) {
  die('Uncaught Exception', error);
}
