import { randomUUID } from 'node:crypto';
import { EVENT_LIMIT_BYTES } from '../event-limit.ts';
import type { FunctionInvoker, InvocationOutcome } from '../function-invoker.ts';
import { LambdaError, resourceNotFound } from '../lambda-error.ts';
import type { Code } from './code.ts';
import {
  type Account,
  type FunctionDefinition,
  type LambdaFunction,
  LOCAL_ACCOUNT,
  lambdaFunction,
} from './function-definition.ts';
import { type FunctionReference, functionArn, functionReference } from './function-reference.ts';
import { FunctionRunner } from './function-runner.ts';
import type { FunctionEnvironment, InjectedFailure, Invocation, InvocationCall } from './invocation.ts';

/** How many invocations may run at once in the whole account. */
export const ACCOUNT_CONCURRENCY = 1_000;

export interface FunctionPoolOptions extends FunctionEnvironment {
  readonly functions: readonly FunctionDefinition[];
  readonly account?: Account;
}

/** The functions of the local runtime: runs each in sandboxes of its own, and limits how many at once. */
export class FunctionPool implements FunctionInvoker {
  readonly account: Account;
  readonly #runners: ReadonlyMap<string, FunctionRunner>;

  constructor(options: FunctionPoolOptions) {
    this.account = options.account ?? LOCAL_ACCOUNT;
    this.#runners = new Map(
      options.functions.map((definition) => [
        definition.name,
        new FunctionRunner(
          lambdaFunction(definition, this.account),
          definition.reservedConcurrency ?? null,
          options,
        ),
      ]),
    );
  }

  /** In the order of their names. */
  get functions(): readonly LambdaFunction[] {
    return [...this.#runners.values()]
      .map(({ definition }) => definition)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws LambdaError ValidationException, ResourceNotFoundException. */
  find(named: string | FunctionReference): LambdaFunction {
    return this.#runner(named).definition;
  }

  /** Builds the function if need be. Throws BundleError. */
  code(name: string): Promise<Code> {
    return this.#runner(name).code();
  }

  /** Builds the function and starts a sandbox, so that the first invocation finds it warm. Failures wait for that one. */
  warm(name: string): Promise<void> {
    return this.#runner(name).warm();
  }

  reservedConcurrency(name: string): number | null {
    return this.#runner(name).reservedConcurrency;
  }

  /** 0 stops the function: every invocation is throttled. null takes the limit away. */
  reserveConcurrency(name: string, limit: number | null): void {
    this.#runner(name).reservedConcurrency = limit;
  }

  failNext(name: string, failure: InjectedFailure): void {
    this.#runner(name).failNext(failure);
  }

  /** Throws LambdaError when the function did not run: missing, throttled, or its event too large. */
  async run(call: InvocationCall): Promise<Invocation> {
    const runner = this.#runner(call.functionName);
    if (exceeds(call.payload, EVENT_LIMIT_BYTES)) {
      throw new LambdaError(
        'RequestTooLargeException',
        413,
        `Request must be smaller than ${EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation`,
        { Type: 'User' },
      );
    }
    let running = 0;
    for (const { concurrency } of this.#runners.values()) running += concurrency;
    if (running >= ACCOUNT_CONCURRENCY) throw throttled('ConcurrentInvocationLimitExceeded');
    if (runner.concurrency >= (runner.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    return runner.run(call, call.requestId ?? randomUUID());
  }

  async invoke(nameOrArn: string, payload: string, requestId?: string): Promise<InvocationOutcome> {
    try {
      const call = { functionName: nameOrArn, payload, ...(requestId === undefined ? {} : { requestId }) };
      return (await this.run(call)).outcome;
    } catch (error) {
      if (error instanceof LambdaError) {
        return { kind: 'not-invoked', errorType: error.type, message: error.message };
      }
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'not-invoked', errorType: 'ServiceException', message };
    }
  }

  /** Ends every sandbox; invocations under way fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()));
  }

  #runner(named: string | FunctionReference): FunctionRunner {
    const reference = typeof named === 'string' ? functionReference(this.account, named) : named;
    const runner = this.#runners.get(reference.name);
    if (runner === undefined || (reference.qualifier ?? '$LATEST') !== '$LATEST') {
      throw resourceNotFound(`Function not found: ${functionArn(this.account, reference)}`);
    }
    return runner;
  }
}

export const openFunctionPool = (options: FunctionPoolOptions) => new FunctionPool(options);

const throttled = (reason: string) =>
  new LambdaError('TooManyRequestsException', 429, 'Rate Exceeded.', { Reason: reason, Type: 'User' });

/** UTF-8 length above the limit; counts only when the length in characters leaves it open. */
const exceeds = (text: string, limit: number) =>
  text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit);
