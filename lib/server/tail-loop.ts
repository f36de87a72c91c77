import 'server-only';
import type { RecordTail } from './record-tail.ts';

/** A page asks every second; one that has gone is noticed so soon. */
const WATCHED_FOR_MS = 5000;

/** Reads on while somebody asks. */
export class TailLoop {
  readonly #tail: RecordTail;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isRunning = false;
  #first: Promise<void> = Promise.resolve();

  constructor(tail: RecordTail, now: () => number, sleep: (ms: number) => Promise<void> = unrefSleep) {
    this.#tail = tail;
    this.#now = now;
    this.#sleep = sleep;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Notes that somebody watches. Resolves when the tail has something to say: at once, or after its first round. */
  async ask(): Promise<void> {
    this.#askedMs = this.#now();
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#first = this.#tail.read();
      void this.#goOn(this.#first);
    }
    await this.#first;
  }

  async #goOn(first: Promise<void>): Promise<void> {
    try {
      await first;
      while (this.#now() - this.#askedMs < WATCHED_FOR_MS) {
        await this.#sleep(Math.max(20, this.#tail.dueMs - this.#now()));
        await this.#tail.read();
      }
    } catch (error) {
      // Nobody foresaw it; whoever asks next begins anew.
      console.error(error);
    } finally {
      this.#isRunning = false;
    }
  }
}

function unrefSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
