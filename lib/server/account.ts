import 'server-only';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from './window-store/store-clock.ts';
import { endsWithin } from './window-store/watchdog.ts';

const FAILED_FOR_MS = 30_000;
/** Whoever asks wants to know something else, too. */
const WAIT_MS = 2000;

/** The AWS account behind the credentials, asked for once. */
export class Account {
  readonly #sts: STSClient;
  readonly #clock: Clock;
  #id: string | null = null;
  #failedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(sts: STSClient, clock: Clock) {
    this.#sts = sts;
    this.#clock = clock;
  }

  /** Null when it cannot be asked for, and while that takes long; what failed is tried again after half a minute. */
  async id(): Promise<string | null> {
    if (this.#id !== null || this.#clock.elapsed() - this.#failedMs < FAILED_FOR_MS) return this.#id;
    this.#asking ??= this.#ask();
    await endsWithin(WAIT_MS, this.#asking);
    return this.#id;
  }

  async #ask(): Promise<void> {
    try {
      this.#id = (await this.#sts.send(new GetCallerIdentityCommand({}))).Account ?? null;
    } catch {
      this.#failedMs = this.#clock.elapsed();
    }
    this.#asking = null;
  }
}
