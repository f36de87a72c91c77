import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { forwardedFor } from './client-address.ts';
import { isForSearchEngines } from './settings.ts';

/** Development's hot reload goes by it. */
const IS_PRODUCTION = process.env.NODE_ENV === 'production';
const STATE_TREE = 'next-router-state-tree';

/**
 * Of every answer, whoever asks. What is no page runs nothing, and no frame shows it; pages have a policy of their own, see
 * proxy.ts. `forwardedProto`: the header that the server which ends TLS sets.
 */
export function answerHeaders(forwardedProto: string | null): Readonly<Record<string, string>> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(isForSearchEngines() ? {} : { 'x-robots-tag': 'noindex' }),
    ...(isTls(forwardedProto) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Several servers in a row say it as a list, the one that the browser reached first. */
export function isTls(forwardedProto: string | null): boolean {
  return forwardedProto?.split(',')[0]?.trim() === 'https';
}

/**
 * Sets these headers before anything else sees the request: Next.js adds those of its configuration to most answers, but to
 * none of its own redirects. TRACE is refused here, too: it would show a script what the browser sent with it, and Next.js
 * cannot even represent it. What it says of a router's state is dropped: none of our pages is reached by one, and Next.js fails
 * on what is none.
 */
export function markAnswers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = started.parse(message);
    const forwardedProto = request.headers['x-forwarded-proto'];
    const headers = answerHeaders(typeof forwardedProto === 'string' ? forwardedProto : null);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    request.headers['x-forwarded-for'] = forwardedFor(
      request.headers['x-forwarded-for']?.toString() ?? null,
      request.socket.remoteAddress,
    );
    if (IS_PRODUCTION) delete request.headers[STATE_TREE];
    // Next.js fails on that, too; of a page the proxy refuses it.
    if (request.url?.startsWith('/_next/static/') && !isReading(request)) request.url = '/';
    if (request.method === 'TRACE') response.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
  });
}

function isReading({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

const started = z.object({ request: z.instanceof(IncomingMessage), response: z.instanceof(ServerResponse) });
