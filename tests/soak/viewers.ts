const VIEWERS = 8;
const PAUSE_MS = 500;
const DEADLINE_MS = 10_000;

/** Look at the page without end: half of them poll, half hold an event stream and ask again when it ends. */
export class Viewers {
  answers = 0;
  /** While the runtime is down or starts, and only then. */
  unanswered = 0;
  readonly #url: string;
  readonly #running: Promise<void>[];
  readonly #over = new AbortController();

  constructor(url: string) {
    this.#url = url;
    this.#running = Array.from({ length: VIEWERS }, (_, viewer) => this.#view(viewer % 2 === 0));
  }

  async end(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#running);
  }

  async #view(polls: boolean): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        const deadline = polls ? [AbortSignal.timeout(DEADLINE_MS)] : [];
        const signal = AbortSignal.any([this.#over.signal, ...deadline]);
        const answer = await fetch(`${this.#url}${polls ? '/api/windows' : '/api/live'}`, { signal });
        for await (const chunk of answer.body ?? []) if (chunk.length > 0 && !polls) this.answers += 1;
        if (polls && answer.ok) this.answers += 1;
      } catch {
        if (!this.#over.signal.aborted) this.unanswered += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
