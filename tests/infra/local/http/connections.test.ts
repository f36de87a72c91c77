import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../../infra/local/http/http.ts';

const deadlines = { headersMs: 100, requestMs: 200, idleMs: 300 };
/** By when whatever is over is closed, on a machine that does other things besides. */
const SOON_MS = 5_000;
/** More than what the system keeps of an answer that nobody reads. */
const LARGE_BYTES = 64 << 20;

let gateway: Gateway;
/** Takes longer than any deadline when asked to. */
const serve: HttpService = async ({ path }) => {
  if (path === '/slow') await pause(600);
  return { status: 200, headers: {}, body: path === '/large' ? Buffer.alloc(LARGE_BYTES) : 'ok' };
};
const services = { kinesis: serve, lambda: serve, logs: serve, s3: serve, sts: serve, control: serve };
beforeAll(async () => {
  gateway = await openGateway({ port: 0, services, onError: () => {}, deadlines });
});
afterAll(() => gateway.close());

/** Sends the bytes and nothing more, until the other side closes. */
async function untilClosed(bytes: string | Buffer): Promise<void> {
  const socket = net.connect(gateway.port, '127.0.0.1');
  socket.resume();
  socket.on('error', () => {});
  if (bytes.length > 0) socket.write(bytes);
  await once(socket, 'close', { signal: AbortSignal.timeout(SOON_MS) });
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** An empty SETTINGS frame. */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
/** A whole request, and a frame that is larger than any may be. */
const BROKEN = Buffer.from('00000a0105000000012282868441046' + '86f7374420000045f5f00000000', 'hex');
/** The beginning of a HEADERS frame of stream 1, whose block goes on in frames that never come. */
const HALF_HEADERS = Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]);

describe('a connection ends by itself', () => {
  test.each<[string, string | Buffer]>([
    ['that says nothing', ''],
    ['that says half of what protocol it is', 'PRI * HT'],
    ['with half a header', 'GET / HTTP/1.1\r\nHost: loc'],
    ['with half a body', 'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nhello'],
    ['that is idle after its answer', 'GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['of HTTP/2 that asks for nothing', Buffer.concat([Buffer.from(PREFACE), SETTINGS])],
    ['of HTTP/2 that breaks off within a request', Buffer.concat([Buffer.from(PREFACE), SETTINGS, BROKEN])],
    ['of HTTP/2 with half a header', Buffer.concat([Buffer.from(PREFACE), SETTINGS, HALF_HEADERS])],
  ])('%s', async (_name, bytes) => {
    await untilClosed(bytes);
  });

  test('that never reads its answer', async () => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await pause(3 * deadlines.idleMs);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    await once(socket, 'close', { signal: AbortSignal.timeout(SOON_MS) });
    expect(bytes).toBeLessThan(LARGE_BYTES);
  });
});

test('a request of HTTP/2 whose body stops is cancelled, and its connection goes on', async () => {
  const session = http2.connect(gateway.url);
  const stream = session.request({ ':method': 'PUT', ':path': '/b/k' });
  stream.on('error', () => {});
  stream.write('half');
  await once(stream, 'close', { signal: AbortSignal.timeout(SOON_MS) });
  expect(stream.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
  const next = session.request({ ':path': '/b' });
  const [headers] = await once(next, 'response');
  expect(headers[':status']).toBe(200);
  session.destroy();
});

describe('an answer may take longer than any of it', () => {
  test('over HTTP/1.1', async () => {
    expect((await fetch(`${gateway.url}/slow`)).status).toBe(200);
  });

  test('over HTTP/2', async () => {
    const session = http2.connect(gateway.url);
    const [headers] = await once(session.request({ ':path': '/slow' }), 'response');
    expect(headers[':status']).toBe(200);
    session.destroy();
  });
});

test('beyond the most connections there are no more, until one ends', async () => {
  const small = await openGateway({ port: 0, services, onError: () => {}, maxConnections: 2 });
  const connect = () => net.connect(small.port, '127.0.0.1').on('error', () => {});
  const [first, second] = [connect(), connect()];
  await Promise.all([once(first, 'connect'), once(second, 'connect')]);
  const third = connect();
  await once(third, 'close', { signal: AbortSignal.timeout(SOON_MS) });
  first.destroy();
  await once(first, 'close');
  await expect.poll(async () => (await fetch(small.url).catch(() => null))?.status).toBe(200);
  second.destroy();
  await small.close();
});
