import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT } from '../../local-settings.ts';
import { EVENT_LIMIT_BYTES } from '../event-limit.ts';
import type { FunctionInvoker, InvocationOutcome } from '../function-invoker.ts';
import { LambdaError, requestTooLarge, resourceNotFound } from '../lambda-error.ts';
import type { Code } from './code.ts';
import {
  type Account,
  type FunctionDefinition,
  type LambdaFunction,
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

/** One function: what runs of it, by version, and which version an alias means. */
interface Entry {
  readonly runners: Map<string, FunctionRunner>;
  aliases: ReadonlyMap<string, string>;
  /** Null: no limit but the account's. */
  reservedConcurrency: number | null;
  tags: Readonly<Record<string, string>>;
}

/** The functions of one region: runs each in sandboxes of its own, and limits how many at once. */
export class FunctionPool implements FunctionInvoker {
  readonly account: Account;
  readonly #environment: FunctionEnvironment;
  readonly #entries = new Map<string, Entry>();

  constructor(options: FunctionPoolOptions) {
    this.account = options.account ?? LOCAL_ACCOUNT;
    this.#environment = options;
    for (const definition of options.functions) this.put(definition);
  }

  /** `$LATEST` of each, in the order of their names. */
  get functions(): readonly LambdaFunction[] {
    return [...this.#entries.keys()].sort().map((name) => this.find(name));
  }

  /** Throws LambdaError ValidationException, ResourceNotFoundException. */
  find(named: string | FunctionReference): LambdaFunction {
    return this.#runner(named).definition;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Makes a version of a function, or puts it in the place of the one that was there: invocations under way end first. */
  put(definition: FunctionDefinition): void {
    const made = lambdaFunction(definition, this.account);
    const entry = this.#entries.get(made.name) ?? {
      runners: new Map(),
      aliases: new Map(),
      reservedConcurrency: definition.reservedConcurrency ?? null,
      tags: {},
    };
    this.#entries.set(made.name, entry);
    void entry.runners.get(made.version)?.retire();
    entry.runners.set(made.version, new FunctionRunner(made, this.#environment));
  }

  /** Null: with all its versions. Throws LambdaError ResourceNotFoundException. */
  remove(name: string, version: string | null): void {
    const { runners } = this.#entry({ name, qualifier: null });
    for (const [each, runner] of runners) {
      if (version !== null && each !== version) continue;
      void runner.retire();
      runners.delete(each);
    }
    if (version === null) this.#entries.delete(name);
  }

  /** Version by alias. */
  setAliases(name: string, aliases: ReadonlyMap<string, string>): void {
    this.#entry({ name, qualifier: null }).aliases = aliases;
  }

  /** Builds the function if need be. Throws BundleError. */
  code(named: string | FunctionReference): Promise<Code> {
    return this.#runner(named).code();
  }

  /** Builds the function and starts a sandbox, so that the first invocation finds it warm. Resolves with what keeps it from that. */
  warm(name: string): Promise<string | null> {
    return this.#runner(name).warm();
  }

  tags(name: string): Readonly<Record<string, string>> {
    return this.#entry({ name, qualifier: null }).tags;
  }

  setTags(name: string, tags: Readonly<Record<string, string>>): void {
    this.#entry({ name, qualifier: null }).tags = tags;
  }

  reservedConcurrency(name: string): number | null {
    return this.#entry({ name, qualifier: null }).reservedConcurrency;
  }

  /** 0 stops the function: every invocation is throttled. null takes the limit away. */
  reserveConcurrency(name: string, limit: number | null): void {
    this.#entry({ name, qualifier: null }).reservedConcurrency = limit;
  }

  failNext(name: string, failure: InjectedFailure): void {
    this.#runner(name).failNext(failure);
  }

  /** Throws LambdaError when the function did not run: missing, throttled, or its event too large. */
  async run(call: InvocationCall): Promise<Invocation> {
    const reference = functionReference(this.account, call.functionName);
    const runner = this.#runner(reference);
    if (exceeds(call.payload, EVENT_LIMIT_BYTES)) throw requestTooLarge(EVENT_LIMIT_BYTES);
    const entry = this.#entry(reference);
    let running = 0;
    for (const each of this.#entries.values()) running += concurrencyOf(each);
    if (running >= ACCOUNT_CONCURRENCY) throw throttled('ConcurrentInvocationLimitExceeded');
    if (concurrencyOf(entry) >= (entry.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
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
    const runners = [...this.#entries.values()].flatMap((entry) => [...entry.runners.values()]);
    await Promise.all(runners.map((runner) => runner.close()));
  }

  #entry({ name, qualifier }: FunctionReference): Entry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw resourceNotFound(`Function not found: ${functionArn(this.account, { name, qualifier })}`);
  }

  #runner(named: string | FunctionReference): FunctionRunner {
    const reference = typeof named === 'string' ? functionReference(this.account, named) : named;
    const { aliases, runners } = this.#entry(reference);
    const qualifier = reference.qualifier ?? '$LATEST';
    const runner = runners.get(aliases.get(qualifier) ?? qualifier);
    if (runner !== undefined) return runner;
    throw resourceNotFound(`Function not found: ${functionArn(this.account, reference)}`);
  }
}

export const openFunctionPool = (options: FunctionPoolOptions) => new FunctionPool(options);

function concurrencyOf({ runners }: Entry): number {
  let running = 0;
  for (const { concurrency } of runners.values()) running += concurrency;
  return running;
}

const throttled = (reason: string) =>
  new LambdaError('TooManyRequestsException', 429, 'Rate Exceeded.', { Reason: reason, Type: 'User' });

/** UTF-8 length above the limit; counts only when the length in characters leaves it open. */
const exceeds = (text: string, limit: number) =>
  text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit);
