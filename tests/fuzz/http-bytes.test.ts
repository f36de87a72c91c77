import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, openGateway } from '../../infra/local/http/gateway.ts';
import type { HttpService } from '../../infra/local/http/http.ts';
import { RuntimeApi } from '../../infra/local/lambda/functions/runtime-api.ts';
import { Random } from '../../infra/local/testing/random.ts';
import { heapBytes } from './heap.ts';
import { type Samples, spoiltText } from './spoilt.ts';

const INPUTS = 10_000;
/** Each on a connection of its own, and some have to run into a deadline: more of them where somebody asks for it. */
const CONNECTIONS = Number(process.env.FUZZ_INPUTS ?? 2000);
const AT_ONCE = 500;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MOST_GROWTH_BYTES = 16 * 1024 * 1024;
/** By when a connection has ended whose client has said all that it had to say. */
const SOON_MS = 15_000;

let gateway: Gateway;
const failures: unknown[] = [];
const echo: HttpService = ({ path, body }) => ({
  status: 200,
  headers: { 'x-length': String(path.length) },
  body,
});
beforeAll(async () => {
  gateway = await openGateway({
    port: 0,
    services: { kinesis: echo, lambda: echo, logs: echo, s3: echo, sts: echo, control: echo },
    onError: (error) => failures.push(error),
    deadlines: { headersMs: 500, requestMs: 500, idleMs: 500 },
  });
});
afterAll(() => gateway.close());

const HTTP2 = [
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\0\0\0\x04\0\0\0\0\0', // SETTINGS
  '\0\0\x0a\x01\x05\0\0\0\x01\x82\x86\x84\x41\x04host\x42', // HEADERS, with the end of the stream
  '\0\0\x04\x08\0\0\0\0\0\0\x01\0\0', // WINDOW_UPDATE
  '\0\0\x08\x06\0\0\0\0\0pingpong', // PING
].join('');

/** As one byte a character. */
const MEANT: Samples<string> = [
  'GET /b/k?list-type=2 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nx-amz-meta-a: b\r\n\r\nhello',
  'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nX-Amz-Target: Kinesis_20131202.ListStreams\r\nContent-Length: 2\r\n\r\n{}',
  'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx',
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n',
  'GET http://localhost/x HTTP/1.0\r\n\r\nGET /y HTTP/1.1\r\nHost: localhost\r\n\r\n',
  HTTP2,
];

/** Sends the bytes, and all that is answered until the connection ends. */
async function talk(bytes: Buffer): Promise<string> {
  const socket = net.connect(gateway.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.on('error', () => {}); // a reset is an answer, too
  socket.end(bytes);
  const late = AbortSignal.timeout(SOON_MS);
  // Not `once`, which takes an error for the end of it.
  await new Promise<void>((resolve, reject) => {
    socket.on('close', () => resolve());
    late.addEventListener('abort', () => {
      const said = bytes.toString('base64');
      reject(new Error(`Expected the connection to end after ${said}, answered ${answer}`));
    });
  });
  return answer;
}

test(`HTTP itself: after each of ${CONNECTIONS} inputs the connection ends, nothing fails, and nothing grows`, async () => {
  const random = new Random(SEED);
  const seen = new Set<string>();
  let middle = 0;
  for (let n = 0; n < CONNECTIONS; n += AT_ONCE) {
    const inputs = Array.from({ length: AT_ONCE }, () => Buffer.from(spoiltText(random, MEANT), 'latin1'));
    const answers = await Promise.all(inputs.map(talk));
    for (const [index, answer] of answers.entries()) {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? (answer === '' ? 'none' : 'other');
      const said = `seed ${SEED}, input ${n + index}: ${inputs[index]?.toString('base64')}`;
      expect(status, `${said} ${answer.slice(0, 300)}`).not.toMatch(/^5/);
      seen.add(status);
    }
    if (n === CONNECTIONS / 2) middle = heapBytes();
  }
  expect(failures).toEqual([]);
  expect(heapBytes() - middle).toBeLessThan(MOST_GROWTH_BYTES);
  for (const status of ['200', '400', '403', 'other']) expect(seen).toContain(status);
  expect((await fetch(gateway.url)).status).toBe(200);
}, 120_000);

const RUNTIME: Samples<string> = [
  'GET /2018-06-01/runtime/invocation/next',
  'GET /2018-06-01/runtime/invocation/next',
  'POST /2018-06-01/runtime/invocation/request-1/response',
  'POST /2018-06-01/runtime/invocation/request-1/error',
  'POST /2018-06-01/runtime/init/error',
  'GET /2018-06-01/ping',
];

test(`the Runtime API: ${INPUTS} inputs are answered or refused, and nothing grows`, async () => {
  const random = new Random(SEED);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const seen = new Set<number>();
  let api = new RuntimeApi(() => {});
  let address = new URL(`http://${await api.listen()}`);
  let middle = 0;
  for (let n = 0; n < INPUTS; n += 1) {
    if (n % 100 === 0) {
      api.close();
      api = new RuntimeApi(() => {}); // one that has told of an error at its start tells of nothing else
      address = new URL(`http://${await api.listen()}`);
    }
    // So that no `next` waits.
    api.invoke(
      { requestId: 'request-1', payload: '{}', timeoutMs: 1, invokedFunctionArn: 'arn' },
      1,
      'Root=1',
    );
    const call = random.chance(0.5) ? random.pick(RUNTIME) : spoiltText(random, RUNTIME);
    const [method = '', path = ''] = Buffer.from(call).toString('latin1').split(' ');
    const status = await ask(agent, address, {
      method: /^[A-Z]+$/.test(method) ? method : 'POST',
      path: `/${path.slice(1, 2000).replace(/[^!-~]/g, '')}`,
      body: spoiltText(random, ['{"errorMessage":"m","errorType":"t"}']),
    });
    expect(status, `seed ${SEED}, input ${n}: ${JSON.stringify(call)}`).toBeLessThan(500);
    seen.add(status);
    if (n === INPUTS / 2) middle = heapBytes();
  }
  api.close();
  agent.destroy();
  expect(heapBytes() - middle).toBeLessThan(MOST_GROWTH_BYTES);
  for (const status of [200, 202, 400, 403, 404]) expect(seen).toContain(status);
}, 120_000);

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

async function ask(
  agent: http.Agent,
  { hostname, port }: URL,
  { method, path, body }: Call,
): Promise<number> {
  const headers = { 'content-length': Buffer.byteLength(body) };
  const request = http.request({ agent, hostname, port, method, path, headers });
  request.end(body);
  const [response]: http.IncomingMessage[] = await once(request, 'response', {
    signal: AbortSignal.timeout(SOON_MS),
  });
  if (response === undefined) throw new Error('Expected an answer');
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
}
