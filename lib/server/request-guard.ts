import 'server-only';
import type { Access, Role } from './access.ts';
import { isTls } from './answer-headers.ts';
import { badRequest, ProblemError, problem } from './problem.ts';
import { isLoopbackName, type Settings } from './settings.ts';

/** What the guards go by. */
export interface Gate {
  readonly settings: Pick<Settings, 'hosts'>;
  readonly access: Access;
}

/**
 * For routes that read: a request of the page itself, by whoever may watch. Answers what they may do. Throws ProblemError
 * `forbidden-origin` or `not-signed-in`.
 */
export async function guardReading(request: Request, gate: Gate): Promise<Role> {
  guardOrigin(request, gate);
  const role = await gate.access.roleOfCookies(request.headers.get('cookie'));
  if (role === null) throw new ProblemError(problem('not-signed-in', 'Sign in first: reload the page.'));
  return role;
}

/**
 * Which requests are answered at all: the page itself, and programs on this machine. A web page elsewhere could reach the dashboard through the
 * browser of whoever runs it: by a request across origins, or by a name of its own that it lets point here (DNS rebinding).
 * Neither is answered. Throws ProblemError `forbidden-origin`.
 */
export function guardOrigin(request: Request, gate: Gate): void {
  const { hosts } = gate.settings;
  const { host, name } = namesOf(request.headers);
  if (!isAskedByName(request.headers, gate)) {
    throw forbidden(
      `Expected the page to be asked for ${hosts.length === 0 ? 'as localhost or ' : ''}by a name in DASHBOARD_HOSTS, got "${host.slice(0, 100)}".`,
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

/** True when a page or an answer is asked for by a name of the page's own: under another it shows no data. */
export function isAskedByName(headers: Headers, { settings, access }: Gate): boolean {
  const { host, name } = namesOf(headers);
  // Once it has names of its own the page may be reachable from elsewhere, where anyone can write `localhost` into a request.
  return settings.hosts.length === 0
    ? // A browser sends no session to a name that is not the page's: with a password, rebinding one gains nothing.
      !access.isOpen || isLoopbackName(name)
    : settings.hosts.includes(name) || settings.hosts.includes(host);
}

function namesOf(headers: Headers): { readonly host: string; readonly name: string } {
  const host = (headers.get('host') ?? '').toLowerCase();
  return { host, name: host.replace(/:\d+$/, '') };
}

const MAX_BODY_BYTES = 1024;

/**
 * For routes that change something: besides who asks, how. A form of another site cannot send JSON, and no request of
 * ours is longer than 1 KiB. Answers the parsed body. Throws ProblemError with 4xx.
 */
export async function guardChange(request: Request, gate: Gate): Promise<unknown> {
  if ((await guardReading(request, gate)) !== 'sell') {
    throw new ProblemError(
      problem('forbidden-origin', 'This password may watch only: sign in with the one that may sell.'),
    );
  }
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

/** Stops reading at 1 KiB, whatever content-length says. Throws ProblemError with 413. */
export async function readBody(request: Request): Promise<string> {
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

/** True behind TLS, as the server that ends it says. */
export function isSecure(request: Request): boolean {
  return isTls(request.headers.get('x-forwarded-proto'));
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
