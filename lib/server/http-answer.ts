import 'server-only';
import { SERVER_NOW_HEADER, SERVER_READ_HEADER } from '../contract/answer-times.ts';
import { isProblem, ProblemError, problem } from './problem.ts';
import type { SharedAnswer } from './shared-answers.ts';

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
    if (isProblem(error)) return problemAnswer(error);
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
 * An answer that is shared by all who ask, with its ETag; a request that has it already gets 304. The clock's readings are
 * no news but are wanted all the same: `x-server-now` and `x-server-read` tell them even then. `cacheSeconds`: how long a
 * browser may keep it.
 */
export function shared(
  request: Request,
  answer: SharedAnswer,
  { serverNowMs, readMs, cacheSeconds }: { serverNowMs: number; readMs: number; cacheSeconds: number },
): Response {
  const headers: Record<string, string> = {
    ...HEADERS,
    ...(cacheSeconds > 0 && { 'cache-control': `private, max-age=${cacheSeconds}` }),
    etag: answer.etag,
    vary: 'accept-encoding, cookie',
    [SERVER_NOW_HEADER]: String(serverNowMs),
    [SERVER_READ_HEADER]: String(readMs),
  };
  const isKnown = (request.headers.get('if-none-match') ?? '')
    .split(',')
    .some((each) => each.trim().replace(/^W\//, '') === answer.etag);
  if (isKnown) return new Response(null, { status: 304, headers });
  headers['content-type'] = 'application/json';
  // As text: Next.js drops a route's content-encoding (its send-response.js), and compresses what it sends.
  return new Response(answer.text, { headers });
}
