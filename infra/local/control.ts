import type { HttpRequest, HttpResponse, HttpService } from './http/http.ts';

/**
 * The control API: what a person at this machine may ask of the runtime that AWS has no operation for.
 *
 * `GET /_local/health`: `{"status": "ok", "pid", "dataDir", …}`; "unavailable" in a reset, and after one that failed.
 * `GET /_local/status`: the actions there are, the shards, how far the consumer is.
 * `POST /_local/actions` with `{"action": "late-record"}`: does it; answers `{"message": "…"}`.
 */
export interface ControlOptions {
  health(): Readonly<Record<string, unknown>>;
  status(): Promise<Readonly<Record<string, unknown>>>;
  /** Each does what it is named and says in a sentence what it did. */
  readonly actions: Readonly<Record<string, () => Promise<string>>>;
}

/** Thrown by an action that cannot be done right now; the message says why. */
export class ActionRefusedError extends Error {
  override name = 'ActionRefusedError' as const;
}

export function createControlService(options: ControlOptions): HttpService {
  const routes: Readonly<Record<string, HttpService>> = {
    'GET /_local/health': () => json(200, options.health()),
    'GET /_local/status': async () => {
      const status = await options.status();
      return json(200, { actions: Object.keys(options.actions), ...status });
    },
    'POST /_local/actions': async (request) => {
      const name = actionOf(request);
      const action = Object.entries(options.actions).find(([known]) => known === name)?.[1];
      if (action === undefined) {
        const known = Object.keys(options.actions).join(', ');
        return json(400, {
          message: `Expected {"action": …} to be one of ${known}, got ${JSON.stringify(name)}`,
        });
      }
      try {
        return json(200, { message: await action() });
      } catch (error) {
        if (error instanceof ActionRefusedError) return json(409, { message: error.message });
        throw error;
      }
    },
  };
  return (request) =>
    routes[`${request.method} ${request.path}`]?.(request) ??
    json(404, {
      message: `Expected one of ${Object.keys(routes).join(', ')}, got ${request.method} ${request.path}`,
    });
}

function actionOf(request: HttpRequest): unknown {
  try {
    const body: unknown = JSON.parse(request.body.toString());
    return typeof body === 'object' && body !== null && 'action' in body ? body.action : null;
  } catch {
    return null;
  }
}

function json(status: number, body: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
