import { HOUR_MS } from '../../../../lib/core/window.ts';
import type { Clock } from '../../clock.ts';
import { LambdaError } from '../lambda-error.ts';
import type { FunctionPool } from './function-pool.ts';
import type { InvocationCall } from './invocation.ts';

/** Lambda tries an event three times in all: again after one minute, and after two more. */
const RETRY_DELAYS_MS = [60_000, 120_000];
/** An event that cannot be started is kept for six hours; the pause grows from one second to five minutes. */
const MAXIMUM_AGE_MS = 6 * HOUR_MS;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Events that nobody waits for. They live in memory: unlike in AWS, what has not run when the runtime ends, or its pool is
 * closed, is gone.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #pool: Pick<FunctionPool, 'run'>;
  readonly #clock: Clock;
  readonly #pending = new Set<Promise<void>>();

  constructor(pool: Pick<FunctionPool, 'run'>, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** Returns at once; the event runs in its own time. */
  add(call: InvocationCall): void {
    const done = this.#work(call).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** Resolves when no event is under way or waiting for its retry. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #work(call: InvocationCall): Promise<void> {
    const acceptedMs = this.#clock.now();
    let failures = 0;
    let pauseMs = 1_000;
    for (;;) {
      try {
        const { outcome } = await this.#pool.run(call);
        if (outcome.kind === 'success') return;
        const delayMs = RETRY_DELAYS_MS[failures];
        if (delayMs === undefined) return;
        failures += 1;
        await this.#clock.sleep(delayMs);
      } catch (error) {
        if (!(error instanceof LambdaError) || error.status !== 429) return;
        if (this.#clock.now() + pauseMs > acceptedMs + MAXIMUM_AGE_MS) return;
        await this.#clock.sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}
