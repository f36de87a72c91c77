import type { Problem } from '@/lib/contract/answers';

/** An answer of 4xx or 5xx, or none at all. */
export class RequestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** What to say of whatever was thrown: nothing that fails does so without a word. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem;
  return { kind: 'unknown', message: String(error).slice(0, 300), fix: null, action: null, resource: null };
}

/** Longer than any answer takes; who asks again and again must not wait for ever for one that never comes. */
const PATIENCE_MS = 45_000;

export const NO_ANSWER = 'The dashboard’s server does not answer. Is it still running?';

/** Throws RequestError; its problem says what mends it. */
export async function getJson<T>(url: string): Promise<T> {
  return (await getAnswer<T>(url)).body;
}

/** As `getJson`, with what the answer's headers say. */
export function getAnswer<T>(url: string): Promise<Answer<T>> {
  return ask(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** Sends JSON to a route that changes something. Throws RequestError. */
export async function postJson<T>(url: string, body: object): Promise<T> {
  const answer = await ask<T>(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.body;
}

async function ask<T>(url: string, init?: RequestInit): Promise<Answer<T>> {
  const response = await fetch(url, init).catch(() => {
    throw new RequestError(down(NO_ANSWER));
  });
  const body = await response.json().catch(() => {
    throw new RequestError(
      down(`Expected JSON from ${url}, got status ${response.status} with another body.`),
    );
  });
  if (!response.ok) throw new RequestError(body.problem ?? down(`${url} answered ${response.status}.`));
  return { body, headers: response.headers };
}

function down(message: string): Problem {
  return { kind: 'endpoint-down', message, fix: null, action: null, resource: null };
}
