import type { Problem } from '@/lib/contract/answers';

/** An answer of 4xx or 5xx, or none at all. */
export class RequestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Throws RequestError; its problem says what mends it. */
export function getJson<T>(url: string): Promise<T> {
  return ask(url);
}

/** Sends JSON to a route that changes something. Throws RequestError. */
export function postJson<T>(url: string, body: object): Promise<T> {
  return ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function ask<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init).catch(() => {
    throw new RequestError(down('The dashboard’s server does not answer. Is it still running?'));
  });
  const body = await response.json().catch(() => {
    throw new RequestError(
      down(`Expected JSON from ${url}, got status ${response.status} with another body.`),
    );
  });
  if (!response.ok) throw new RequestError(body.problem ?? down(`${url} answered ${response.status}.`));
  return body;
}

function down(message: string): Problem {
  return { kind: 'endpoint-down', message, fix: null, action: null, resource: null };
}
