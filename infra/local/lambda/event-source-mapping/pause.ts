import { HOUR_MS } from '../../../../lib/core/window.ts';
import type { Clock } from '../../clock.ts';

/**
 * Waits for a moment or for news, whichever is first. News that came while nobody waited is not lost: the next wait
 * returns at once.
 */
export class Pause {
  readonly #clock: Clock;
  #news = false;
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#news = true;
    this.#waiting?.abort(NEWS);
  }

  /** Epoch milliseconds; null waits for news alone, and takes no timer. */
  async until(momentMs: number | null): Promise<void> {
    const ms = momentMs === null ? null : momentMs - this.#clock.now();
    if (!this.#news && (ms === null || ms > 0)) {
      const waiting = new AbortController();
      this.#waiting = waiting;
      if (ms === null) {
        await new Promise<void>((resolve) => {
          waiting.signal.addEventListener('abort', () => resolve(), { once: true });
        });
      } else {
        await this.#clock.sleep(Math.min(ms, LONGEST_MS), waiting.signal);
      }
      this.#waiting = null;
    }
    this.#news = false;
  }
}

/** A reason spares the making of an error, with its stack, at every record that comes in. */
const NEWS = 'news';

/** Timers hold 31 bits of milliseconds; whoever waits looks at the clock again. */
const LONGEST_MS = HOUR_MS;
