import type { HttpRequest, HttpResponse } from '../http/http.ts';

/**
 * Kinesis answers every origin, since a request must be signed anyway. Here the gateway refuses web pages before they get
 * this far, so these headers only ever reach programs that name an origin.
 */
const SECONDS_TO_KEEP = 172_800;
const EXPOSED = 'x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date';

/** The answer to a preflight request, null to any other (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export function preflight({ method, headers }: HttpRequest): HttpResponse | null {
  if (method !== 'OPTIONS' || headers.origin === undefined) return null;
  const asked = headers['access-control-request-headers'];
  const askedMethod = headers['access-control-request-method'];
  return {
    status: 200,
    headers: {
      'access-control-allow-origin': '*',
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
      ...(askedMethod === undefined ? {} : { 'access-control-allow-methods': askedMethod }),
      'access-control-max-age': String(SECONDS_TO_KEEP),
    },
    body: '',
  };
}

/** What an answer says besides, to who named an origin. */
export function corsHeaders({ headers }: HttpRequest): Record<string, string> {
  if (headers.origin === undefined) return {};
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}
