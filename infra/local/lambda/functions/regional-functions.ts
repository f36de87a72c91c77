import path from 'node:path';
import type { LogSink } from '../../logs/log-sink.ts';
import type { FunctionInvoker, InvocationOutcome } from '../function-invoker.ts';
import { CreatedFunctions } from './created-functions.ts';
import { FunctionPool } from './function-pool.ts';
import { FunctionStore } from './function-store.ts';
import type { FunctionEnvironment } from './invocation.ts';

export interface RegionFunctions {
  readonly pool: FunctionPool;
  readonly created: CreatedFunctions;
}

export interface RegionalFunctionsOptions extends Omit<FunctionEnvironment, 'logs'> {
  readonly logsIn: (region: string) => LogSink;
  /** The runtime's own region, with its functions. */
  readonly home: FunctionPool;
  /** Keeps `functions/` in it, and those of other regions in `regions/<region>/functions/`. */
  readonly dataDir: string;
}

/** The account's functions: a region is a namespace of its own. */
export class RegionalFunctions implements FunctionInvoker {
  readonly #options: RegionalFunctionsOptions;
  readonly #byRegion = new Map<string, RegionFunctions>();

  /** Throws UnreadableFunctionError. */
  constructor(options: RegionalFunctionsOptions) {
    this.#options = options;
    const { clock, dataDir, home } = options;
    const store = new FunctionStore(path.join(dataDir, 'functions'));
    this.#byRegion.set(home.account.region, {
      pool: home,
      created: new CreatedFunctions(home, store, clock),
    });
  }

  get homeRegion(): string {
    return this.#options.home.account.region;
  }

  /** Opened when it is asked for. Throws UnreadableFunctionError. */
  in(region: string): RegionFunctions {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    const { home, dataDir, logsIn, ...environment } = this.#options;
    const pool = new FunctionPool({
      ...environment,
      logs: logsIn(region),
      functions: [],
      account: { ...home.account, region },
    });
    const store = new FunctionStore(path.join(dataDir, 'regions', region, 'functions'));
    const opened = { pool, created: new CreatedFunctions(pool, store, environment.clock) };
    this.#byRegion.set(region, opened);
    return opened;
  }

  /** By the function's ARN. */
  invoke(functionArn: string, payload: string, requestId?: string): Promise<InvocationOutcome> {
    const [, , , region = this.homeRegion] = functionArn.split(':');
    return this.in(region).pool.invoke(functionArn, payload, requestId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byRegion.values()].map(({ pool }) => pool.close()));
  }
}
