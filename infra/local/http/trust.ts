import type { HttpRequest, HttpResponse } from './http.ts';

/**
 * A program on this machine may use the runtime; a web page in its browser may not. A page could reach 127.0.0.1 by a
 * cross-origin request, or by a name that it lets point there (DNS rebinding). Neither sends a loopback Host and no
 * foreign Origin.
 */
export function refusalOf(request: HttpRequest): HttpResponse | null {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const isLoopback =
    name === 'localhost' || name.endsWith('.localhost') || name === '127.0.0.1' || name === '[::1]';
  if (!isLoopback) {
    return refusal(`Expected the Host header to name this machine (127.0.0.1 or localhost), got "${host}"`);
  }
  const { origin } = request.headers;
  if (origin !== undefined && isWebOrigin(origin) && origin !== `http://${host}`) {
    return refusal(`Expected no request from a web page of another origin, got one from "${origin}"`);
  }
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    return refusal('Expected no request from a web page of another origin');
  }
  return null;
}

/** What a browser can send: a scheme and a host, or `null`. Any other text is the invention of a program. */
function isWebOrigin(origin: string): boolean {
  return origin === 'null' || origin.includes('://');
}

function refusal(message: string): HttpResponse {
  return {
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ __type: 'AccessDeniedException', message }),
  };
}
