import 'server-only';
import { z } from 'zod';
import { RUNTIME_ACTIONS, type RuntimeAction, type RuntimeAnswer } from '../contract/runtime-answer.ts';
import { excerptOf } from '../core/excerpt.ts';
import { badRequest, endpointDown, ProblemError } from './problem.ts';
import type { Settings } from './settings.ts';
import type { Clock } from './window-store/store-clock.ts';

const status = z.object({
  actions: z.array(z.string()),
  consumerStopped: z.boolean().default(false),
  dataDir: z.string().nullable().default(null),
  timeLapse: z
    .object({ isOn: z.boolean(), usualSeconds: z.number(), lapseSeconds: z.number() })
    .nullable()
    .default(null),
  shards: z
    .array(
      z.object({
        shardId: z.string(),
        closed: z.boolean(),
        recordsWaiting: z.number().nullable().default(null),
        millisBehindLatest: z.number().nullable().default(null),
        lastError: z.string().nullable().default(null),
      }),
    )
    .default([]),
});
const said = z.object({ message: z.string() });
const asked = z.strictObject({ action: z.enum(RUNTIME_ACTIONS) });

const NONE: RuntimeAnswer = {
  available: false,
  actions: [],
  consumerStopped: false,
  shards: [],
  dataDir: null,
  timeLapse: null,
};

const ASK_TIMEOUT_MS = 2000;
/** A reset closes everything and opens it anew. */
const ACT_TIMEOUT_MS = 30_000;
const FRESH_MS = 1000;
/** Another local endpoint has no control API and will not get one. */
const ABSENT_FOR_MS = 10_000;

/** What the local runtime offers beyond AWS, where the endpoint is one: its control API under `/_local/`. */
export class RuntimeControl {
  readonly #endpoint: string | null;
  readonly #clock: Clock;
  #known: { readonly answer: RuntimeAnswer; readonly untilMs: number } | null = null;

  constructor(settings: Pick<Settings, 'endpoint' | 'isLocal'>, clock: Clock) {
    this.#endpoint = settings.isLocal ? settings.endpoint : null;
    this.#clock = clock;
  }

  /** Never throws: an endpoint that does not answer offers nothing. */
  async status(): Promise<RuntimeAnswer> {
    if (this.#endpoint === null) return NONE;
    const nowMs = this.#clock.elapsed();
    if (this.#known !== null && nowMs < this.#known.untilMs) return this.#known.answer;
    const answer = await this.#ask(this.#endpoint);
    this.#known = { answer, untilMs: nowMs + (answer.available ? FRESH_MS : ABSENT_FOR_MS) };
    return answer;
  }

  /** `request` is the parsed JSON `{"action": …}`. Answers what the runtime says it did. Throws ProblemError. */
  async act(request: unknown): Promise<{ readonly action: RuntimeAction; readonly message: string }> {
    const parsed = asked.safeParse(request);
    if (!parsed.success) {
      throw badRequest(
        `Expected {"action": …} with one of ${RUNTIME_ACTIONS.join(', ')}, got ${excerptOf(request, 200)}.`,
      );
    }
    const endpoint = this.#endpoint;
    if (endpoint === null) {
      throw badRequest('Expected the local runtime, got AWS: there is nothing to control here.', 409);
    }
    const response = await fetch(new URL('/_local/actions', endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parsed.data),
      redirect: 'error',
      signal: AbortSignal.timeout(ACT_TIMEOUT_MS),
    }).catch(() => {
      throw new ProblemError(endpointDown(endpoint));
    });
    this.#known = null;
    const body = said.safeParse(await response.json().catch(() => null));
    const message = body.success ? body.data.message : `The local runtime answered ${response.status}.`;
    if (!response.ok) throw badRequest(message, response.status < 500 ? response.status : 502);
    return { action: parsed.data.action, message };
  }

  async #ask(endpoint: string): Promise<RuntimeAnswer> {
    try {
      const response = await fetch(new URL('/_local/status', endpoint), {
        redirect: 'error',
        signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
      });
      if (!response.ok) return NONE;
      const parsed = status.safeParse(await response.json());
      if (!parsed.success) return NONE;
      const { actions, ...rest } = parsed.data;
      return {
        available: true,
        actions: RUNTIME_ACTIONS.filter((action) => actions.includes(action)),
        ...rest,
      };
    } catch {
      return NONE;
    }
  }
}
