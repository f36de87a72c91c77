import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxRequest } from './sandbox.ts';

/** Lambda's limit for an answer, in bytes. */
export const RESPONSE_LIMIT_BYTES = 6_291_556;

/** What the runtime in a sandbox told of the invocation under way, or of its initialization. */
export type RuntimeEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-error' | 'response' | 'error'; readonly payload: string }
  | { readonly kind: 'too-large' };

interface Invocation extends SandboxRequest {
  readonly deadlineMs: number;
  readonly traceId: string;
}

/** Started: nothing was asked for yet. Ready: waits in `next`. Running: has an event. InvocationResponse: has answered it. */
type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse';

const VERSION = '/2018-06-01';
const PAGE_LIMIT_BYTES = RESPONSE_LIMIT_BYTES + 1;

/**
 * The Runtime API of one sandbox, on a port of its own: its paths have no place to say whose they are.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; what that page leaves out, as AWS's own emulator of it has
 * it (github.com/aws/aws-lambda-runtime-interface-emulator).
 */
export class RuntimeApi {
  readonly #onEvent: (event: RuntimeEvent) => void;
  readonly #server: http.Server;
  #state: State = 'Started';
  #waiting: http.ServerResponse | null = null;
  /** To be handed over with the next `next`. */
  #event: Invocation | null = null;
  /** Of the event that was handed over last. */
  #requestId: string | null = null;

  constructor(onEvent: (event: RuntimeEvent) => void) {
    this.#onEvent = onEvent;
    this.#server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** Resolves with `host:port`, what AWS_LAMBDA_RUNTIME_API holds. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const { port }: Partial<AddressInfo> = Object(this.#server.address());
        resolve(`127.0.0.1:${port}`);
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Gives the event to the runtime, now or as soon as it asks for the next one. */
  invoke(request: SandboxRequest, deadlineMs: number, traceId: string): void {
    this.#event = { ...request, deadlineMs, traceId };
    this.#handOver();
  }

  #handOver(): void {
    const response = this.#waiting;
    if (response === null || this.#event === null) return;
    const { requestId, payload, deadlineMs, invokedFunctionArn, traceId, clientContext } = this.#event;
    this.#waiting = null;
    this.#event = null;
    this.#requestId = requestId;
    this.#state = 'Running';
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(payload),
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': invokedFunctionArn,
      'Lambda-Runtime-Trace-Id': traceId,
      ...(clientContext === undefined ? {} : { 'Lambda-Runtime-Client-Context': clientContext }),
    });
    response.end(payload);
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = `${request.method} ${path.startsWith(VERSION) ? path.slice(VERSION.length) : path}`;
    if (route === 'GET /ping') return send(response, 200, 'pong', 'text/plain');
    if (route === 'GET /runtime/invocation/next') return this.#next(response);
    const body = await read(request);
    if (route === 'POST /runtime/init/error') {
      if (this.#state !== 'Started') return this.#refuse(response, 'InitError');
      this.#state = 'InitError';
      this.#onEvent({ kind: 'init-error', payload: body.toString() });
      return accept(response);
    }
    const [, requestId, kind] = /^POST \/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (requestId === undefined) return send(response, 404, '404 page not found\n', 'text/plain');
    return this.#finish(response, requestId, kind === 'error' ? 'error' : 'response', body);
  }

  #next(response: http.ServerResponse): void {
    if (this.#state === 'Running' || this.#state === 'InitError') {
      this.#refuse(response, 'Ready');
      return;
    }
    const isFirst = this.#state === 'Started';
    this.#state = 'Ready';
    this.#waiting = response;
    response.on('close', () => {
      if (this.#waiting === response) this.#waiting = null;
    });
    if (isFirst) this.#onEvent({ kind: 'ready' });
    this.#handOver();
  }

  #finish(response: http.ServerResponse, requestId: string, kind: 'response' | 'error', body: Buffer): void {
    if (requestId !== this.#requestId) {
      fail(response, 400, 'InvalidRequestID', 'Invalid request ID');
      return;
    }
    if (this.#state !== 'Running') {
      this.#refuse(response, kind === 'response' ? 'InvocationResponse' : 'InvocationErrorResponse');
      return;
    }
    this.#state = 'InvocationResponse';
    if (body.length > RESPONSE_LIMIT_BYTES) {
      fail(
        response,
        413,
        'RequestEntityTooLarge',
        `Exceeded maximum allowed payload size (${RESPONSE_LIMIT_BYTES} bytes).`,
      );
      this.#onEvent({ kind: 'too-large' });
      return;
    }
    accept(response);
    this.#onEvent({ kind, payload: body.toString() });
  }

  #refuse(response: http.ServerResponse, to: string): void {
    fail(
      response,
      403,
      'InvalidStateTransition',
      `State transition from ${this.#state} to ${to} failed for runtime. Error: State transition is not allowed`,
    );
  }
}

/** What is too large is read to its end but not kept. */
async function read(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (length <= PAGE_LIMIT_BYTES) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}

function accept(response: http.ServerResponse): void {
  send(response, 202, '{"status":"OK"}\n', 'application/json');
}

function fail(response: http.ServerResponse, status: number, errorType: string, errorMessage: string): void {
  send(response, status, `${JSON.stringify({ errorMessage, errorType })}\n`, 'application/json');
}

function send(response: http.ServerResponse, status: number, body: string, contentType: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
