import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpRequest, HttpService } from '../../../../infra/local/http/http.ts';
import { type ServiceName, serviceOf } from '../../../../infra/local/http/service-name.ts';

let gateway: Gateway;

/** Answers with what it was given, so that the test sees what a service would see. */
const echo =
  (name: ServiceName): HttpService =>
  (request) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'x-service': name },
    body: JSON.stringify({
      service: name,
      method: request.method,
      path: request.path,
      host: request.headers.host,
      body: request.body.toString(),
    }),
  });

beforeAll(async () => {
  gateway = await openGateway({
    port: 0,
    services: {
      kinesis: echo('kinesis'),
      lambda: echo('lambda'),
      logs: echo('logs'),
      s3: (request) => {
        if (request.path === '/tagged') {
          const headers = { etag: '"x"', 'content-type': 'text/plain', 'x-amz-meta-a': '1' };
          return { status: 200, headers, body: 'x' };
        }
        if (request.path === '/unsendable') return { status: 200, headers: { 'x-a': '—' }, body: '' };
        if (request.path === '/throws') throw new Error('disk is <full>');
        return echo('s3')(request);
      },
      sts: echo('sts'),
      control: echo('control'),
    },
    onError: () => {},
  });
});
afterAll(() => gateway.close());

test('it answers this machine alone', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  // All of 127/8 is this machine in Linux: what listens on every address would answer there, too.
  for (const host of [...others, ...(process.platform === 'linux' ? ['127.0.0.2'] : [])]) {
    const socket = net.connect(gateway.port, host);
    const [error] = await once(socket, 'error');
    expect([host, error.code]).toEqual([host, 'ECONNREFUSED']);
  }
});

function request(
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  body = '',
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      { host: '127.0.0.1', port: gateway.port, method, path, headers },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function sent(overrides: Partial<HttpRequest>): HttpRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    requestId: 'r',
    ...overrides,
  };
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

describe('a request goes to the service that it was made for', () => {
  const table: readonly (readonly [string, Partial<HttpRequest>, ServiceName])[] = [
    ['a Kinesis target', { headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' } }, 'kinesis'],
    ['a Logs target', { headers: { 'x-amz-target': 'Logs_20140328.FilterLogEvents' } }, 'logs'],
    ['a Kinesis signature without a target', { headers: signed('kinesis') }, 'kinesis'],
    ['an unsigned JSON 1.1 body', { headers: { 'content-type': 'application/x-amz-json-1.1' } }, 'kinesis'],
    ['an unsigned POST to the root', {}, 'kinesis'],
    ['a Lambda signature', { path: '/2015-03-31/functions/', headers: signed('lambda') }, 'lambda'],
    ['an unsigned Lambda path', { path: '/2015-03-31/functions/f/invocations' }, 'lambda'],
    ['an unsigned mapping path', { path: '/2015-03-31/event-source-mappings/' }, 'lambda'],
    [
      'an S3 object under a dated name',
      { method: 'GET', path: '/2015-03-31/functions', headers: signed('s3') },
      's3',
    ],
    ['an unsigned GET', { method: 'GET', path: '/bucket/key' }, 's3'],
    ['an S3 DeleteObjects', { path: '/bucket', query: new URLSearchParams('delete=') }, 's3'],
    [
      'an STS form',
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from('Version=2011-06-15&Action=GetCallerIdentity'),
      },
      'sts',
    ],
    [
      'a form without an action, posted to the root',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from('{}') },
      'kinesis',
    ],
    ['an unsigned PUT to the root', { method: 'PUT' }, 'kinesis'],
    ['an unsigned preflight request to the root', { method: 'OPTIONS' }, 'kinesis'],
    ['a read of the root, signed for nobody', { method: 'GET', headers: signed('') }, 'kinesis'],
    ['an unsigned list of buckets', { method: 'GET' }, 's3'],
    ['the control API', { method: 'GET', path: '/_local/status' }, 'control'],
    [
      'a presigned S3 URL',
      {
        method: 'GET',
        path: '/b/k',
        query: new URLSearchParams({ 'X-Amz-Credential': 'local/20260101/us-east-1/s3/aws4_request' }),
      },
      's3',
    ],
  ];
  test.each(table)('%s', (_name, overrides, service) => {
    expect(serviceOf(sent(overrides))).toBe(service);
  });
});

test('HTTP/1.1 and cleartext HTTP/2 share the port', async () => {
  const overHttp1 = await request('PUT', '/bucket/a%3Db', {}, 'one');
  expect(JSON.parse(overHttp1.body)).toMatchObject({ service: 's3', path: '/bucket/a%3Db', body: 'one' });

  const session = http2.connect(gateway.url);
  const body = await new Promise<string>((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/',
      'x-amz-target': 'Kinesis_20131202.ListStreams',
    });
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    stream.on('end', () => resolve(text));
    stream.on('error', reject);
    stream.end('two');
  });
  session.close();
  expect(JSON.parse(body)).toMatchObject({
    service: 'kinesis',
    body: 'two',
    host: `127.0.0.1:${gateway.port}`,
  });
});

test('a request that arrives byte by byte is understood', async () => {
  const text = `POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(gateway.port, '127.0.0.1', async () => {
      socket.setNoDelay(true);
      for (const byte of text) await new Promise<void>((done) => socket.write(byte, () => done()));
    });
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
  expect(answer).toContain('200 OK');
  expect(answer).toContain('"body":"hi"');
});

describe('a web page of another origin gets nothing', () => {
  test.each([
    ['a name that points here (DNS rebinding)', { host: 'evil.example:4566' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['the origin of another local server', { origin: 'http://localhost:3000' }],
    ['an opaque origin', { origin: 'null' }],
    ['an image or a form of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_name, headers) => {
    expect((await request('GET', '/bucket', headers)).status).toBe(403);
  });

  test.each([
    ['no browser at all', {}],
    ['an origin that no browser sends', { origin: 'whatever' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['localhost', { host: 'localhost:4566' }],
    ['a bucket as host', { host: 'bucket.localhost:4566' }],
    ['IPv6', { host: '[::1]:4566' }],
  ])('but a program on this machine does: %s', async (_name, headers) => {
    expect((await request('GET', '/bucket', headers)).status).toBe(200);
  });
});

test('a service that throws is an answer, in the words of its protocol', async () => {
  const answer = await request('GET', '/throws');
  expect(answer.status).toBe(500);
  expect(answer.body).toContain('<Code>InternalError</Code>');
  expect(answer.headers['x-amz-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('a body beyond 24 MiB is refused in the words of its service, and the port goes on', async () => {
  const body = 'x'.repeat(24 * 1024 * 1024);
  const toS3 = await request('PUT', '/b/k', {}, body);
  expect(toS3.status).toBe(400);
  expect(toS3.body).toContain('<Code>EntityTooLarge</Code>');
  const toKinesis = await request('POST', '/', { 'x-amz-target': 'Kinesis_20131202.PutRecords' }, body);
  expect(toKinesis.status).toBe(413);
  expect(JSON.parse(toKinesis.body)).toMatchObject({ __type: 'RequestEntityTooLargeException' });
  expect((await request('GET', '/b/k')).status).toBe(200);
});

/** Sends these bytes and no more, and then ends or resets the connection; what came back until then. */
function sendRaw(bytes: string, end: 'end' | 'reset'): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = net.connect(gateway.port, '127.0.0.1', () => {
      socket.write(bytes, 'latin1', () => (end === 'end' ? socket.end() : socket.resetAndDestroy()));
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

describe('a client that makes no sense, or goes away in mid-request, is its own problem only', () => {
  const put = 'PUT /b/k HTTP/1.1\r\nHost: localhost\r\n';
  test.each([
    ['nothing at all', ''],
    ['bytes that are no HTTP', '\0\x01\x02\r\n\r\n'],
    ['half of HTTP/2', 'PRI * HT'],
    ['HTTP/2 that is none', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'\xff'.repeat(50)}`],
    ['half a header', 'GET / HTTP/1.1\r\nHost: loc'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}`],
    ['a negative length', `${put}Content-Length: -5\r\n\r\n`],
    ['two lengths', `${put}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a chunk of no length', `${put}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['half a body', `${put}Content-Length: 50\r\n\r\nhello`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    expect(await sendRaw(bytes, 'end')).not.toContain('200 OK');
    await sendRaw(bytes, 'reset');
    expect((await request('GET', '/b/k')).status).toBe(200);
  });
});

test('a client that waits to be told to go on is told so, and one that expects something else is served', async () => {
  const put = 'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\nExpect: ';
  expect(await sendRaw(`${put}100-continue\r\n\r\nhi`, 'end')).toMatch(
    /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/,
  );
  expect(await sendRaw(`${put}a miracle\r\n\r\nhi`, 'end')).toMatch(/^HTTP\/1.1 200 OK/);
});

test('many requests share a connection, over HTTP/1.1 one after the other', async () => {
  const two = 'GET /b/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /b/2 HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const answers = await sendRaw(two, 'end');
  expect(answers.match(/"path":"\/b\/\d"/g)).toEqual(['"path":"/b/1"', '"path":"/b/2"']);
});

test('headers are written as AWS writes them', async () => {
  const answer = await sendRaw('GET /tagged HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 'end');
  const names = answer.split('\r\n').flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
  expect(names).toEqual(
    expect.arrayContaining(['ETag', 'Content-Type', 'Content-Length', 'x-amz-meta-a', 'x-amz-request-id']),
  );
});

test('an answer that HTTP cannot carry is an error of its own', async () => {
  expect((await request('GET', '/unsendable')).status).toBe(500);
  expect((await request('GET', '/b/k')).status).toBe(200);
});

test('a taken port is passed over', async () => {
  const { services, onError } = { services: never, onError: () => {} };
  const second = await openGateway({ port: gateway.port, portsToTry: 5, services, onError });
  expect(second.port).toBeGreaterThan(gateway.port);
  await second.close();
  await expect(openGateway({ port: gateway.port, services, onError })).rejects.toThrow('EADDRINUSE');
});

const refuse: HttpService = () => ({ status: 500, headers: {}, body: '' });
const never = { kinesis: refuse, lambda: refuse, logs: refuse, s3: refuse, sts: refuse, control: refuse };
