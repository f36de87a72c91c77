import 'server-only';
import { badRequest, ProblemError, problem } from './problem.ts';
import { isLoopbackName, type Settings } from './settings.ts';

/**
 * Who may ask: the page itself, and programs on this machine. A web page elsewhere could reach the dashboard through the
 * browser of whoever runs it: by a request across origins, or by a name of its own that it lets point here (DNS rebinding).
 * Neither is answered. Throws ProblemError `forbidden-origin`.
 */
export function guardReading(request: Request, settings: Pick<Settings, 'hosts'>): void {
  const host = (request.headers.get('host') ?? '').toLowerCase();
  const name = host.replace(/:\d+$/, '');
  if (!isLoopbackName(name) && !settings.hosts.includes(name) && !settings.hosts.includes(host)) {
    throw forbidden(
      `Expected the page to be asked for as localhost or by a name in DASHBOARD_HOSTS, got "${host.slice(0, 100)}".`,
      `export DASHBOARD_HOSTS=${/^[\w.\-:]{1,100}$/.test(name) ? name : '…'}`,
    );
  }
  const origin = request.headers.get('origin');
  if (origin !== null && hostOf(origin) !== host) {
    throw forbidden(`Expected a request from the page itself, got one from ${origin.slice(0, 100)}.`);
  }
  const site = request.headers.get('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site') {
    throw forbidden('Expected a request from the page itself, got one from another site.');
  }
}

const MAX_BODY_BYTES = 1024;

/**
 * For routes that change something: besides who asks, how. A form of another site cannot send JSON, and no request of
 * ours is longer than 1 KiB. Answers the parsed body. Throws ProblemError with 4xx.
 */
export async function guardChange(request: Request, settings: Pick<Settings, 'hosts'>): Promise<unknown> {
  guardReading(request, settings);
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json') {
    throw badRequest(`Expected content-type application/json, got "${type.slice(0, 100)}".`, 415);
  }
  const text = await readBody(request);
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw badRequest(`Expected JSON, got ${JSON.stringify(text.slice(0, 100))}.`);
  }
}

/** Stops reading at the limit, whatever content-length says. */
async function readBody(request: Request): Promise<string> {
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > MAX_BODY_BYTES) {
      await reader.cancel();
      throw badRequest(`Expected a body of at most ${MAX_BODY_BYTES} bytes, got more.`, 413);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString();
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

function forbidden(message: string, fix: string | null = null): ProblemError {
  return new ProblemError(problem('forbidden-origin', message, { fix }));
}
