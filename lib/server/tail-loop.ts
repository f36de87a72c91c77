import 'server-only';
import type { RecordsAnswer } from '../contract/records-answer.ts';
import { badRequest } from './problem.ts';
import type { Cursor, RecordTail } from './record-tail.ts';
import type { Clock } from './window-store/store-clock.ts';
import { endsWithin } from './window-store/watchdog.ts';

/** A page asks every second; one that has gone is noticed so soon. */
const WATCHED_FOR_MS = 5000;
/** Every call ends within seconds by itself; whatever else a round may wait for, the loop goes on. */
const LONGEST_ROUND_MS = 30_000;

/** Reads on while somebody asks. */
export class TailLoop {
  readonly #tail: RecordTail;
  readonly #clock: Clock;
  readonly #sleep: (ms: number) => Promise<void>;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isRunning = false;
  #first: Promise<void> = Promise.resolve();

  constructor(tail: RecordTail, clock: Clock, sleep: (ms: number) => Promise<void> = unrefSleep) {
    this.#tail = tail;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Notes that somebody watches. Resolves when the tail has something to say: at once, or after its first round. */
  async ask(): Promise<void> {
    this.#askedMs = this.#clock.elapsed();
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#first = this.#tail.read();
      void this.#goOn(this.#first);
    }
    await this.#first;
  }

  async #goOn(first: Promise<void>): Promise<void> {
    try {
      await endsWithin(LONGEST_ROUND_MS, first);
      while (this.#clock.elapsed() - this.#askedMs < WATCHED_FOR_MS) {
        await this.#sleep(Math.max(20, this.#tail.dueMs - this.#clock.elapsed()));
        await endsWithin(LONGEST_ROUND_MS, this.#tail.read());
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

/** `GET /api/records[?after=<cursor>]`. Throws ProblemError for a cursor that is none; what the stream refuses is in the answer. */
export async function recordsAnswer(
  tail: Pick<RecordTail, 'answer'>,
  loop: Pick<TailLoop, 'ask'>,
  parameters: URLSearchParams,
): Promise<RecordsAnswer> {
  const after = parseCursor(parameters.get('after'));
  await loop.ask();
  return tail.answer(after);
}

function parseCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  const [run, count, gaps] = /^\d{1,15}(-\d{1,15}){2}$/.test(text) ? text.split('-').map(Number) : [];
  if (run === undefined || count === undefined || gaps === undefined) {
    throw badRequest(
      `Expected \`after\` to be the cursor of an earlier answer, got ${JSON.stringify(text.slice(0, 80))}.`,
    );
  }
  return { run, count, gaps };
}
