import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { DEADLINES, type Deadlines, openHttp1, openHttp2, sniff } from './connections.ts';
import { failureAnswer, S3_TOO_LARGE } from './failure.ts';
import type { HttpRequest, HttpResponse, HttpService } from './http.ts';
import { type ServiceName, serviceOf } from './service-name.ts';
import { refusalOf } from './trust.ts';

/**
 * One port for every service, as the AWS clients speak: HTTP/1.1 (CLI, boto3) and cleartext HTTP/2 with prior knowledge
 * (the JavaScript SDK's Kinesis client). Listens on 127.0.0.1 only.
 */
export interface Gateway {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** The first port to try; 0 lets the system choose. */
  readonly port: number;
  /** How many ports to try when that one is taken. */
  readonly portsToTry?: number;
  readonly services: Readonly<Record<ServiceName, HttpService>>;
  readonly onError: (error: unknown, request: HttpRequest) => void;
  readonly deadlines?: Partial<Deadlines>;
  readonly maxConnections?: number;
}

/**
 * Far more than the clients of one machine keep open (the JavaScript SDK's pool has 50, the CLI's one), and few enough that
 * all of them at once, idle, cost some ten megabytes. What is above is reset, and its client tries again.
 */
const MAX_CONNECTIONS = 2_048;

/** The largest body there is: an S3 object of 16 MiB in signed chunks, or 10 MiB of records in base64. */
const MAX_BODY_BYTES = 24 * 1024 * 1024;

/** How a request is answered, whatever connection it came on. */
export function requestHandler(options: Pick<GatewayOptions, 'services' | 'onError'>, { idleMs }: Deadlines) {
  return (
    request: http.IncomingMessage | http2.Http2ServerRequest,
    response: http.ServerResponse | http2.Http2ServerResponse,
  ): void => {
    answer(request, options).then(
      (result) => {
        // Who does not read its answer does not keep it for ever.
        response.setTimeout(idleMs, () => abort(response));
        try {
          send(response, result);
        } catch {
          // An answer that HTTP cannot carry must not end the runtime that others use.
          if (response.headersSent) request.destroy();
          else send(response, { status: 500, headers: {}, body: '' });
        }
      },
      () => request.destroy(), // the client went away while it was still sending
    );
  };
}

export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const sockets = new Set<net.Socket>();
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const handle = requestHandler(options, deadlines);
  const http1 = openHttp1(handle, deadlines);
  const h2 = openHttp2(handle, deadlines);

  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    sniff(socket, deadlines.headersMs, (isHttp2) => (isHttp2 ? h2 : http1).emit('connection', socket));
  });
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;

  const port = await listen(server, options.port, options.portsToTry ?? 1);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        http1.close(); // it was never listening, but its watch over the connections runs
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function abort(response: http.ServerResponse | http2.Http2ServerResponse): void {
  if (response instanceof http2.Http2ServerResponse) response.stream.close(http2.constants.NGHTTP2_CANCEL);
  else response.destroy();
}

async function answer(
  incoming: http.IncomingMessage | http2.Http2ServerRequest,
  options: Pick<GatewayOptions, 'services' | 'onError'>,
): Promise<HttpResponse> {
  const request = await read(incoming);
  const service = serviceOf(request);
  const refusal = refusalOf(request);
  if (refusal !== null) return refusal;
  if (request.body.length >= MAX_BODY_BYTES) return tooLarge(service, request);
  const idHeaders: Record<string, string> =
    service === 's3' ? { 'x-amz-request-id': request.requestId } : { 'x-amzn-requestid': request.requestId };
  const answered = (response: HttpResponse) => ({
    ...response,
    headers: { ...idHeaders, ...response.headers },
  });
  try {
    return answered(await options.services[service](request));
  } catch (error) {
    options.onError(error, request);
    const message = error instanceof Error ? error.message : String(error);
    return answered(failureAnswer(service, 'internal', message, request));
  }
}

/** The connection ends, because what is left of the body is not worth reading. */
function tooLarge(service: ServiceName, request: HttpRequest): HttpResponse {
  const message = service === 's3' ? S3_TOO_LARGE : `Expected a body of less than ${MAX_BODY_BYTES} bytes`;
  const answer = failureAnswer(service, 'tooLarge', message, request);
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function read(incoming: http.IncomingMessage | http2.Http2ServerRequest): Promise<HttpRequest> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      // What is too large is read to its end but not kept, so that the client gets its answer and not a reset.
      if (length < MAX_BODY_BYTES) chunks.push(chunk);
      length += chunk.length;
    });
    incoming.on('aborted', reject);
    incoming.on('error', reject);
    incoming.on('end', () => {
      const [path = '/', ...query] = (incoming.url ?? '/').split('?');
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(incoming.headers)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
      }
      headers.host ??= headers[':authority'] ?? '';
      resolve({
        method: incoming.method ?? 'GET',
        path,
        query: new URLSearchParams(query.join('?')),
        headers,
        body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
        requestId: randomUUID(),
      });
    });
  });
}

/** As AWS writes a header's name in HTTP/1.1: HTTP takes any case, but not everybody who reads it does. */
function wireName(name: string): string {
  if (name === 'etag') return 'ETag';
  return name.startsWith('x-amz') ? name : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function send(response: http.ServerResponse | http2.Http2ServerResponse, result: HttpResponse): void {
  const body = typeof result.body === 'string' ? Buffer.from(result.body) : result.body;
  const isHttp2 = response instanceof http2.Http2ServerResponse;
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(result.headers))
    headers[isHttp2 ? name : wireName(name)] = value;
  if (isHttp2) delete headers.connection;
  const contentLength = isHttp2 ? 'content-length' : 'Content-Length';
  if (result.stream !== undefined) {
    response.writeHead(result.status, headers);
    sendStream(response, result.stream).catch(() => abort(response)); // half an answer must not look like a whole one
    return;
  }
  const hasBody = result.status !== 204 && result.status !== 304;
  // A service sets content-length itself where it answers HEAD: the length of the body that is not sent.
  if (hasBody) headers[contentLength] ??= body.length;
  response.writeHead(result.status, headers);
  if (hasBody) response.end(body);
  else response.end();
}

async function sendStream(
  response: http.ServerResponse | http2.Http2ServerResponse,
  stream: NonNullable<HttpResponse['stream']>,
): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  for await (const chunk of stream(closed.signal)) {
    const { stream: out } = response instanceof http2.Http2ServerResponse ? response : { stream: response };
    if (!out.write(chunk)) await once(out, 'drain', { signal: closed.signal });
  }
  response.end();
}

async function listen(server: net.Server, firstPort: number, portsToTry: number): Promise<number> {
  for (let port = firstPort; ; port += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('Expected a TCP address');
      return address.port;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || port + 1 >= firstPort + portsToTry) throw error;
    }
  }
}
