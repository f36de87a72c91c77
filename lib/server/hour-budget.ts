import 'server-only';
import { HOUR_MS } from '../core/window.ts';
import type { Budget } from './token-bucket.ts';

const MINUTE_MS = 60_000;

/** At most so many in any hour, whenever it begins; counted by the minute, each of which counts until its end is an hour ago. */
export class HourBudget implements Budget {
  readonly #most: number;
  /** By the start of the minute, oldest first. */
  readonly #taken = new Map<number, number>();

  constructor(most: number) {
    this.#most = most;
  }

  take(_key: string, count: number, nowMs: number): number {
    if (count > this.#most) return Number.POSITIVE_INFINITY;
    for (const minuteMs of [...this.#taken.keys()]) {
      if (forgottenMs(minuteMs) <= nowMs) this.#taken.delete(minuteMs);
    }
    let tooMany = count - this.#most;
    for (const taken of this.#taken.values()) tooMany += taken;
    if (tooMany > 0) {
      for (const [minuteMs, taken] of this.#taken) {
        tooMany -= taken;
        if (tooMany <= 0) return forgottenMs(minuteMs) - nowMs;
      }
    }
    this.#add(count, nowMs);
    return 0;
  }

  giveBack(_key: string, count: number, _nowMs: number, takenMs: number): void {
    this.#add(-count, takenMs);
  }

  #add(count: number, timeMs: number): void {
    const minuteMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
    this.#taken.set(minuteMs, (this.#taken.get(minuteMs) ?? 0) + count);
  }
}

function forgottenMs(minuteMs: number): number {
  return minuteMs + MINUTE_MS + HOUR_MS;
}
