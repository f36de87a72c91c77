import { HOUR_MS } from '../../../../lib/core/window.ts';
import type { Clock, CutShort } from '../../clock.ts';

/**
 * Waits for a moment or for news, whichever is first. News that came while nobody waited is not lost: the next wait
 * returns at once.
 */
export class Pause {
  readonly #clock: Clock;
  #news = false;
  #onNews: (() => void) | null = null;
  /** Of the one who waits. An AbortController for every record that comes in would cost more than to fold it. */
  readonly #signal: CutShort = {
    aborted: false,
    addEventListener: (_, listener) => {
      this.#onNews = listener;
    },
    removeEventListener: () => {
      this.#onNews = null;
    },
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#news = true;
    this.#onNews?.();
  }

  /** Epoch milliseconds; null waits for news alone, and takes no timer. One waits at a time. */
  async until(momentMs: number | null): Promise<void> {
    const ms = momentMs === null ? null : momentMs - this.#clock.now();
    if (!this.#news && (ms === null || ms > 0)) {
      if (ms === null) {
        await new Promise<void>((resolve) => {
          this.#onNews = resolve;
        });
      } else {
        await this.#clock.sleep(Math.min(ms, LONGEST_MS), this.#signal);
      }
      this.#onNews = null;
    }
    this.#news = false;
  }
}

/** Timers hold 31 bits of milliseconds; whoever waits looks at the clock again. */
const LONGEST_MS = HOUR_MS;
