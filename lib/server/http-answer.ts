import 'server-only';
import { createHash } from 'node:crypto';
import { ProblemError, problem } from './problem.ts';

/** Answers are of this moment and of this account: no cache may keep them. */
const HEADERS = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' } as const;

export function json(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return Response.json(body, { status: init.status ?? 200, headers: { ...HEADERS, ...init.headers } });
}

export function plain(text: string, contentType: string): Response {
  return new Response(text, { headers: { ...HEADERS, 'content-type': contentType } });
}

/** The answer to a form: the browser goes on to another page of ours. */
export function seeOther(path: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, location: path, ...headers } });
}

/**
 * Runs a route; what it throws becomes `{"problem": …}`. An error that nobody foresaw is logged here and nowhere else,
 * and its text stays on this side.
 */
export async function answer(act: () => Promise<Response> | Response): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProblemError) return problemAnswer(error);
    console.error(error);
    return problemAnswer(new ProblemError(problem('unknown', 'The dashboard failed; its log says why.')));
  }
}

function problemAnswer({ problem, status, retrySeconds }: ProblemError): Response {
  const isPassing = status === 429 || status === 503;
  return json(
    { problem },
    { status, headers: isPassing ? { 'retry-after': String(retrySeconds ?? 1) } : {} },
  );
}

/**
 * An answer with an ETag of what is news in it; a request that has it already gets 304. The clock's readings are no news
 * but are wanted all the same, so `x-server-now` tells the time even then.
 */
export function tagged(
  request: Request,
  body: { readonly serverNowMs: number; readonly readMs: number },
): Response {
  const news = JSON.stringify({ ...body, serverNowMs: 0, readMs: 0 });
  const etag = `"${createHash('sha1').update(news).digest('base64url')}"`;
  const headers = { ...HEADERS, etag, 'x-server-now': String(body.serverNowMs) };
  const isKnown = (request.headers.get('if-none-match') ?? '')
    .split(',')
    .some((each) => each.trim().replace(/^W\//, '') === etag);
  if (isKnown) return new Response(null, { status: 304, headers });
  return json(body, { headers });
}
