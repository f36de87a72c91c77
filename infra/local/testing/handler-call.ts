import { logGroupOf } from '../../../lib/core/invocation-log.ts';
import type { WindowedContext, WindowedEvent } from './windowed-event.ts';

/** As Lambda calls it: with a promise, a value or, of the older kind, a callback. */
export type WindowedHandler<State extends object = Record<string, unknown>> = (
  event: WindowedEvent<State>,
  context: WindowedContext,
  callback: (error?: unknown, answer?: unknown) => void,
) => unknown;

/** Where a handler runs: in this process, or as a process of its own. Never rejects. */
export interface HandlerHost {
  call(payload: string, call: HandlerCall): Promise<HandlerOutcome>;
  /** What the handler keeps in memory is gone, as after a crash or a time-out. */
  restart(): void;
}

export interface HandlerCall {
  readonly requestId: string;
  readonly functionArn: string;
  /** The scenario's time. */
  readonly now: () => number;
  readonly timeoutMs: number;
  /** Of the invocation, from 1 over the whole run. */
  readonly number: number;
  /** S3 denies it everything. */
  readonly refusesS3: boolean;
}

/** Both ways JSON text, as in Lambda. */
export type HandlerOutcome =
  | { readonly kind: 'answer'; readonly payload: string }
  | { readonly kind: 'error'; readonly payload: string };

const MEMORY_MB = 512;

/** The real ones, whatever fake timers a test puts in their place later. */
const [startTimer, stopTimer] = [setTimeout, clearTimeout];

class HandlerTimeoutError extends Error {
  override name = 'Sandbox.Timedout' as const;

  constructor(readonly seconds: number) {
    super(`Expected the handler to answer within ${seconds} s, got no answer. Await all that it does.`);
  }
}

/** Calls a function of this process. */
export async function callHandler<State extends object>(
  handler: WindowedHandler<State>,
  payload: string,
  { requestId, functionArn, now, timeoutMs }: HandlerCall,
): Promise<HandlerOutcome> {
  const functionName = functionArn.split(':')[6] ?? '';
  const deadlineMs = now() + timeoutMs;
  const context: WindowedContext = {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(MEMORY_MB),
    logGroupName: logGroupOf(functionName),
    logStreamName: 'simulated/[$LATEST]',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - now(),
  };
  let timer: ReturnType<typeof startTimer> | undefined;
  try {
    const answer = await new Promise<unknown>((resolve, reject) => {
      timer = startTimer(() => reject(new HandlerTimeoutError(timeoutMs / 1000)), timeoutMs);
      const done = (error?: unknown, result?: unknown) => (error == null ? resolve(result) : reject(error));
      const returned = handler(JSON.parse(payload), context, done);
      // A handler that takes a callback answers by it, unless it is async all the same.
      if (handler.length < 3 || returned instanceof Promise) Promise.resolve(returned).then(resolve, reject);
    });
    return { kind: 'answer', payload: JSON.stringify(answer) ?? 'null' };
  } catch (error) {
    return { kind: 'error', payload: errorPayload(error) };
  } finally {
    stopTimer(timer);
  }
}

function errorPayload(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  const { name, message, stack } = isError
    ? { name: 'Error', stack: '', ...named(thrown), message: String(thrown.message) }
    : { name: typeof thrown, message: String(thrown), stack: '' };
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack.split('\n') });
}

function named(error: object): { readonly name?: string; readonly stack?: string } {
  return {
    ...('name' in error ? { name: String(error.name) } : {}),
    ...('stack' in error ? { stack: String(error.stack) } : {}),
  };
}
