import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';

/** How long a client may keep the runtime waiting, in milliseconds. Waiting for an answer is not bounded: that is Lambda's. */
export interface Deadlines {
  /** From the connection, or from a request's first byte, to the end of its headers. */
  readonly headersMs: number;
  /** From a request's first byte to its last. */
  readonly requestMs: number;
  /** Between requests, and while an answer is not read. */
  readonly idleMs: number;
}

/**
 * A client on the same machine sends its headers at once, and 24 MiB within a second; the rest is for one that is stopped in
 * a debugger. AWS's clients keep idle connections for a minute and more: closing earlier costs them a reset now and then.
 */
export const DEADLINES: Deadlines = { headersMs: 20_000, requestMs: 60_000, idleMs: 120_000 };

/** How often HTTP/1.1 connections are looked at, at most. */
const CHECK_MS = 5_000;

type Handler = (
  request: http.IncomingMessage | http2.Http2ServerRequest,
  response: http.ServerResponse | http2.Http2ServerResponse,
) => void;

/** Connections are handed to it; it does not listen itself. */
export function openHttp1(handle: Handler, { headersMs, requestMs, idleMs }: Deadlines): http.Server {
  const server = http.createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, headersMs / 2),
    },
    handle,
  );
  server.on('checkExpectation', handle); // S3 pays no heed to what a client expects beyond 100-continue
  server.emit('listening'); // at which Node begins to watch over the connections
  return server;
}

/** Connections are handed to it; it does not listen itself. */
export function openHttp2(handle: Handler, { requestMs, idleMs }: Deadlines): http2.Http2Server {
  const server = http2.createServer({ settings: { initialWindowSize: 1 << 20 } }, handle);
  server.on('session', (session) => {
    let open = 0;
    session.setLocalWindowSize?.(16 << 20);
    // With nothing asked, the client has gone quiet. Silence while an answer is made is the service's own, unless nobody is
    // there any more: Node.js 20 keeps a session for good that a client has broken within a request.
    session.setTimeout(idleMs, () => {
      if (open === 0) return session.destroy();
      const deadline = setTimeout(() => session.destroy(), idleMs);
      session.ping(() => clearTimeout(deadline));
    });
    session.on('stream', (stream) => {
      open += 1;
      const deadline = setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), requestMs);
      stream.once('end', () => clearTimeout(deadline));
      stream.once('close', () => {
        clearTimeout(deadline);
        open -= 1;
      });
    });
  });
  return server;
}

/**
 * Tells the protocol by a connection's first bytes, and ends one that sends none. An HTTP/2 connection with prior knowledge
 * begins with `PRI * HTTP/2.0` (RFC 9113, 3.4); no HTTP/1.1 method does.
 */
export function sniff(socket: net.Socket, waitMs: number, begin: (isHttp2: boolean) => void): void {
  const preface = Buffer.from('PRI * HTTP/2.0');
  const deadline = setTimeout(() => socket.destroy(), waitMs);
  let head = Buffer.alloc(0);
  const onReadable = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      head = Buffer.concat([head, chunk]);
    const length = Math.min(head.length, preface.length);
    const isPrefix = head.subarray(0, length).equals(preface.subarray(0, length));
    if (head.length === 0 || (isPrefix && length < preface.length)) return;
    clearTimeout(deadline);
    socket.off('readable', onReadable);
    socket.unshift(head);
    begin(isPrefix);
  };
  socket.on('readable', onReadable);
  socket.once('close', () => clearTimeout(deadline));
}
