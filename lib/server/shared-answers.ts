import 'server-only';
import { createHash } from 'node:crypto';
import { customersRead } from './customers-answer.ts';
import type { Clock } from './window-store/store-clock.ts';
import type { StoreLoop } from './window-store/store-loop.ts';
import { OVER_MS, type WindowStore } from './window-store/window-store.ts';
import { windowsRead } from './windows-answer.ts';

/** An answer as it is sent, whoever asks. */
export interface SharedAnswer {
  readonly etag: string;
  readonly text: Uint8Array<ArrayBuffer>;
  /** True when all that it shows is over: nothing new is expected in it. */
  readonly isOver: boolean;
}

/** Beside what the store says of news: days that are over are looked at anew by whoever asks for them. */
const FRESH_MS = 2000;
/** Some 20 to 100 kB each; whoever looks further has asked for something else. */
const MAX_ANSWERS = 100;

interface Answer {
  readonly serverNowMs: number;
  readonly toMs: number;
}

type Read = (
  store: WindowStore,
  loop: Pick<StoreLoop, 'fresh'>,
  parameters: URLSearchParams,
) => Promise<() => Answer>;

interface Kept {
  /** What the store had when it was asked, and once what was asked for is read, when it answered. */
  stamp: string;
  readonly askedMs: number;
  readonly answer: Promise<SharedAnswer>;
}

/** One answer for everyone: built once for each change, with its ETag. */
export class SharedAnswers {
  readonly #store: WindowStore;
  readonly #loop: Pick<StoreLoop, 'fresh'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(store: WindowStore, loop: Pick<StoreLoop, 'fresh'>, clock: Clock) {
    this.#store = store;
    this.#loop = loop;
    this.#clock = clock;
  }

  /** `GET /api/windows`. Throws what `windowsRead` throws. */
  windows(parameters: URLSearchParams): Promise<SharedAnswer> {
    return this.#answer('windows', windowsRead, parameters);
  }

  /** `GET /api/customers`. Throws what `customersRead` throws. */
  customers(parameters: URLSearchParams): Promise<SharedAnswer> {
    return this.#answer('customers', customersRead, parameters);
  }

  async #answer(route: string, read: Read, parameters: URLSearchParams): Promise<SharedAnswer> {
    await this.#loop.fresh();
    const asked = ['day', 'range', 'shift', 'with']
      .map((part) => parameters.get(part) ?? '')
      .join(' ')
      .slice(0, 200);
    const name = `${route} ${asked}`;
    const { stamp } = this.#store;
    const elapsedMs = this.#clock.elapsed();
    const known = this.#kept.get(name);
    if (known !== undefined && known.stamp === stamp && elapsedMs - known.askedMs < FRESH_MS) {
      return known.answer;
    }
    const answer = read(this.#store, this.#loop, parameters).then((answerNow) => {
      kept.stamp = this.#store.stamp;
      return this.#shared(answerNow());
    });
    const kept: Kept = { stamp, askedMs: elapsedMs, answer };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    answer.catch(() => this.#kept.delete(name));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_ANSWERS) break;
      this.#kept.delete(oldest);
    }
    return answer;
  }

  #shared(built: Answer): SharedAnswer {
    // The clock's readings are no news: they go in headers.
    const text = Buffer.from(JSON.stringify({ ...built, serverNowMs: 0, readMs: 0 }));
    return {
      etag: `"${createHash('sha1').update(text).digest('base64url')}"`,
      text,
      isOver: this.#store.now() - built.toMs > OVER_MS,
    };
  }
}
