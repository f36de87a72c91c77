import type { Clock } from '../../clock.ts';
import type { LogSink } from '../../logs/log-sink.ts';
import type { InvocationOutcome } from '../function-invoker.ts';

/** What every function runs on. */
export interface FunctionEnvironment {
  readonly logs: LogSink;
  readonly clock: Clock;
  /** Keeps the bundles. Safe to delete. */
  readonly cacheDir: string;
  /** For every function, beneath its own: endpoint and credentials. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What an invocation may ask for, besides its event. */
export interface InvocationCall {
  readonly functionName: string;
  readonly payload: string;
  readonly requestId?: string;
  /** JSON text. */
  readonly clientContext?: string;
  /** As the caller named it, in full. */
  readonly invokedFunctionArn?: string;
}

export interface Invocation {
  readonly outcome: Exclude<InvocationOutcome, { kind: 'not-invoked' }>;
  /** The newest 4 KB of the invocation's log. */
  readonly logTail: () => string;
}

/** A failure that was asked for, to see what the rest of the pipeline makes of it. */
export interface InjectedFailure {
  /**
   * error: the function answers with an error, its handler does not run. crash: its sandbox ends in place of the handler.
   * lose-response: the handler runs to its end, side effects and all, but the answer is lost as in a timeout.
   */
  readonly kind: 'error' | 'crash' | 'lose-response';
  readonly times: number;
}
