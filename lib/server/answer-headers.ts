import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isForSearchEngines } from './settings.ts';

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
 * cannot even represent it.
 */
export function markAnswers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = started.parse(message);
    const forwardedProto = request.headers['x-forwarded-proto'];
    const headers = answerHeaders(typeof forwardedProto === 'string' ? forwardedProto : null);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method === 'TRACE') response.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
  });
}

const started = z.object({ request: z.instanceof(IncomingMessage), response: z.instanceof(ServerResponse) });
