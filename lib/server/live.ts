import 'server-only';
import type { WindowsAnswer } from '../contract/answers.ts';
import { changeOf, type LiveChange, type LiveEvent } from '../contract/live-change.ts';
import { ProblemError, problem } from './problem.ts';
import type { Clock } from './window-store/store-clock.ts';
import type { StoreLoop } from './window-store/store-loop.ts';
import type { WindowStore } from './window-store/window-store.ts';
import { lastHour, openSlot } from './windows-answer.ts';

/** Each client takes some 50 kB: 150 MB in all. Who comes later polls, which works the same. */
const MAX_CLIENTS = 3000;
/** Well below what makes a page doubt that it is told everything. */
const BEAT_MS = 5000;
/** At most four events a second: the shards of a click are counted one soon after another, and none waits long for its turn. */
const LEAST_GAP_MS = 250;
/** Whoever watches longer comes again by itself, and is asked again who it is: a session ends. */
const MAX_STREAM_MS = 3_600_000;
/** Events that wait for a slow client. */
const MAX_QUEUED = 16;

type Client = (text: string) => void;

export interface LiveFeedOptions {
  readonly store: WindowStore;
  readonly loop: Pick<StoreLoop, 'watch'>;
  readonly clock: Clock;
}

/** Tells every open page what has changed: one event, made once, for all of them. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  /** With what ends each, and when it came, by the clock that only goes forward. */
  readonly #clients = new Map<Client, { readonly end: () => void; readonly sinceMs: number }>();
  #unwatch: (() => void) | null = null;
  #lastNews = '';
  /** As the last event left it. */
  #hour: WindowsAnswer | null = null;
  #sentMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #isEnding = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** A stream of server-sent events, until the signal says that the client has gone. Throws ProblemError when full. */
  open(signal: AbortSignal): ReadableStream<Uint8Array> {
    if (this.#isEnding || this.#clients.size >= MAX_CLIENTS) {
      throw new ProblemError(problem('throttled', 'There are too many live pages; this one polls.'));
    }
    const encoder = new TextEncoder();
    let end = () => {};
    let isBehind = false;
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const send: Client = (text) => {
        isBehind = (controller.desiredSize ?? 0) <= 0;
        if (!isBehind) controller.enqueue(encoder.encode(text));
      };
      end = () => {
        signal.removeEventListener('abort', end);
        if (!this.#leave(send)) return;
        try {
          controller.close();
        } catch {
          // the client has gone and took the stream along
        }
      };
      signal.addEventListener('abort', end);
      this.#clients.set(send, { end, sinceMs: this.#options.clock.elapsed() });
      send(`retry: 2000\n\n${this.#text(this.#event(null))}`);
      this.#begin();
      if (signal.aborted) end();
    };
    // A client that does not read is not written to; once it reads again it gets the newest news.
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (!isBehind) return;
      isBehind = false;
      controller.enqueue(encoder.encode(this.#text(this.#event(null))));
    };
    const cancel = () => end();
    return new ReadableStream(
      { start, pull, cancel },
      new CountQueuingStrategy({ highWaterMark: MAX_QUEUED }),
    );
  }

  /** Ends all streams: the server cannot exit while one is open. */
  endAll(): void {
    this.#isEnding = true;
    for (const { end } of [...this.#clients.values()]) end();
  }

  #begin(): void {
    if (this.#unwatch !== null) return;
    this.#hour = this.#options.store.readMs === null ? null : lastHour(this.#options.store);
    const unwatch = this.#options.loop.watch(() => this.#publish());
    const beat = setInterval(() => {
      const { store } = this.#options;
      this.#send(textOf('time', { serverNowMs: store.now(), readMs: store.readMs ?? 0 }));
    }, BEAT_MS);
    beat.unref();
    this.#unwatch = () => {
      unwatch();
      clearInterval(beat);
    };
  }

  #send(text: string): void {
    const oldestMs = this.#options.clock.elapsed() - MAX_STREAM_MS;
    for (const [send, { end, sinceMs }] of this.#clients) {
      if (sinceMs < oldestMs) end();
      else send(text);
    }
  }

  #leave(client: Client): boolean {
    const wasThere = this.#clients.delete(client);
    if (this.#clients.size === 0) {
      this.#unwatch?.();
      this.#unwatch = null;
      this.#hour = null;
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
    }
    return wasThere;
  }

  #publish(): void {
    if (this.#timer !== null) return;
    const waitMs = this.#sentMs + LEAST_GAP_MS - this.#options.clock.elapsed();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#publish();
      }, waitMs);
      this.#timer.unref();
      return;
    }
    const event = this.#event(this.#change());
    const news = JSON.stringify({ ...event, serverNowMs: 0, readMs: 0 });
    if (news === this.#lastNews) return;
    this.#lastNews = news;
    this.#sentMs = this.#options.clock.elapsed();
    this.#send(this.#text(event));
  }

  /** What is new of the last hour since the last event that said so; null when nothing is. */
  #change(): LiveChange | null {
    const { store } = this.#options;
    const before = this.#hour;
    if (store.readMs === null || before?.version === store.version) return null;
    this.#hour = lastHour(store);
    return before === null ? null : changeOf(before, this.#hour);
  }

  #event(change: LiveChange | null): LiveEvent {
    const { store } = this.#options;
    return {
      serverNowMs: store.now(),
      readMs: store.readMs ?? 0,
      open: openSlot(store),
      change,
      version: store.version,
      problem: store.problem,
    };
  }

  #text(event: LiveEvent): string {
    return textOf('change', event);
  }
}

function textOf(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** `no-transform`: a proxy that compresses would hold back events until it has enough of them. */
export const LIVE_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  // No other request comes on it: once the stream ends, a server that exits need not wait for the connection.
  connection: 'close',
  'x-content-type-options': 'nosniff',
} as const;
