import http from 'node:http';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, expect, test, vi } from 'vitest';
import { DeadlineHandler } from '../../../lib/core/deadline-handler.ts';
import { healthAnswer } from '../../../lib/server/health.ts';
import { LIVE_HEADERS } from '../../../lib/server/live.ts';
import { endsWithin } from '../../../lib/server/window-store/watchdog.ts';
import { openSlot, windowsAnswer } from '../../../lib/server/windows-answer.ts';
import { type LocalBucket, openLocalBucket, result } from './local-bucket.ts';

/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Answers with headers and the beginning of a body, and no more; counts the connections that are open. */
async function openStallingServer(headersAfterMs = 0) {
  let connections = 0;
  const server = http.createServer((_request, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'application/xml' });
      response.write('<ListBucketResult>');
    }, headersAfterMs);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections };
}

function clientOf(endpoint: string, handler: DeadlineHandler): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: handler,
  });
  open.push({ close: () => client.destroy() });
  return client;
}

async function bodyOf(client: S3Client): Promise<string> {
  const answer = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  return (await answer.Body?.transformToString()) ?? '';
}

test('a body that stalls behind its headers ends with the call’s time, and its connection with it', async () => {
  const server = await openStallingServer();
  const client = clientOf(server.url, new DeadlineHandler({ totalMs: 200, sockets: 2 }));
  // More than there are connections: each is given back.
  const calls = await Promise.allSettled(Array.from({ length: 6 }, () => bodyOf(client)));
  for (const call of calls)
    expect(call).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
  await expect.poll(server.connections).toBe(0);
});

test('where the headers are waited for long, the body is not', async () => {
  const server = await openStallingServer(300);
  const client = clientOf(server.url, new DeadlineHandler({ totalMs: 60_000, bodyMs: 100, sockets: 2 }));
  const startedMs = performance.now();
  await expect(bodyOf(client)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

test('a body that nobody reads ends, too, and takes nothing down', async () => {
  const server = await openStallingServer();
  const client = clientOf(server.url, new DeadlineHandler({ totalMs: 500, sockets: 2 }));
  await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  await expect.poll(server.connections).toBe(0);
});

test('ten Lambda answers that stall do not refuse the clicks after them for good', async () => {
  const server = await openStallingServer();
  const local = await openLocalBucket(T, { AWS_ENDPOINT_URL: server.url });
  open.push(local);
  process.env.AWS_ENDPOINT_URL = server.url;
  const clicks = Array.from({ length: 10 }, () => local.dashboard.producer.generate({}, 'browser'));
  await expect(local.dashboard.producer.generate({}, 'browser')).rejects.toMatchObject({ status: 429 });
  for (const click of await Promise.allSettled(clicks)) {
    expect(click).toMatchObject({ status: 'rejected', reason: { problem: { kind: 'endpoint-down' } } });
  }
  await expect(local.dashboard.producer.generate({}, 'browser')).rejects.toMatchObject({
    problem: { kind: 'endpoint-down' },
  });
}, 30_000);

async function watched(): Promise<LocalBucket> {
  const local = await openLocalBucket(T + 1000);
  open.push(local);
  await local.putSnapshot(result(T, 'a', 1, [100]));
  open.push({ close: local.dashboard.loop.watch(() => {}) });
  await local.dashboard.loop.fresh();
  return local;
}

test('a clock that is set forward and back stops nothing', async () => {
  const local = await watched();
  const { clock, dashboard } = local;
  expect(openSlot(dashboard.store).salesCents).toBe(100);
  clock.nowMs += 3_600_000;
  clock.setBackMs = -3_600_000;
  await dashboard.loop.fresh();
  await local.putSnapshot(result(T, 'a', 1, [100, 20]));
  // An hour back to where it was; a second later the snapshot is read again.
  clock.nowMs -= 3_600_000;
  clock.setBackMs = 2000;
  await expect.poll(() => openSlot(dashboard.store).salesCents, { timeout: 5000 }).toBe(120);
});

test('what is shown and old makes the health degraded, whatever the time of day says', async () => {
  const { clock, dashboard } = await watched();
  expect(await healthAnswer(dashboard, false, 'watch')).toMatchObject({ status: 'ok' });
  const read = vi.spyOn(dashboard.store, 'refreshLive').mockReturnValue(new Promise(() => {}));
  clock.nowMs -= 60_000;
  clock.setBackMs = 80_000;
  await expect.poll(() => read.mock.calls.length).toBeGreaterThan(0);
  expect(await healthAnswer(dashboard, false, 'watch')).toMatchObject({ status: 'degraded' });
  read.mockRestore();
});

test('a page that nobody looks at may be old', async () => {
  const { clock, dashboard } = await openLocalBucket(T).then((local) => {
    open.push(local);
    return local;
  });
  await windowsAnswer(
    dashboard.store,
    { fresh: async () => void (await dashboard.store.refreshLive()) },
    new URLSearchParams(),
  );
  clock.nowMs += 600_000;
  expect(await healthAnswer(dashboard, false, 'watch')).toMatchObject({ status: 'ok' });
});

test('the health of a page that nobody looks at is that of now, for a LIST each ten seconds, whoever asks', async () => {
  const local = await openLocalBucket(T);
  open.push(local);
  const { clock, dashboard } = local;
  const ask = async () => (await healthAnswer(dashboard, false, 'watch')).status;
  await dashboard.store.refreshLive();
  expect(await ask()).toBe('ok');
  const listed = dashboard.metrics.listCalls;
  for (let second = 0; second < 59; second += 1) {
    clock.nowMs += 1000;
    expect(await ask()).toBe('ok');
  }
  expect(dashboard.metrics.listCalls - listed).toBe(5);

  local.refuse = () => ({ status: 500, headers: {}, body: '' });
  clock.nowMs += 10_000;
  expect(await ask()).toBe('degraded');
  local.refuse = null;
  expect(await ask()).toBe('ok');
});

test('what was seen by somebody who has gone since is no health of now', async () => {
  const local = await openLocalBucket(T);
  open.push(local);
  const { store } = local.dashboard;
  local.refuse = () => ({ status: 500, headers: {}, body: '' });
  for (const read of [store.refreshLive(), store.refreshSnapshots(true)]) expect(await read).toBe(false);
  local.refuse = null;
  expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({ status: 'ok' });
  expect(store.problem).toBeNull();
});

test('an AWS that does not answer is not waited for, and not called healthy', async () => {
  const server = await openStallingServer();
  const local = await openLocalBucket(T, { AWS_ENDPOINT_URL: server.url });
  open.push(local);
  process.env.AWS_ENDPOINT_URL = server.url;
  const startedMs = performance.now();
  expect(await healthAnswer(local.dashboard, false, 'watch')).toMatchObject({ status: 'degraded' });
  expect(performance.now() - startedMs).toBeLessThan(4500); // shorter than any call's time
});

test('a loop is not held by a round that never ends, nor ended by one that fails', async () => {
  expect(await endsWithin(20, new Promise(() => {}))).toBe(false);
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  expect(await endsWithin(20, Promise.reject(new Error('unforeseen')))).toBe(false);
  expect(logged).toHaveBeenCalledOnce();
  logged.mockRestore();
  expect(await endsWithin(20, Promise.resolve())).toBe(true);
});

test('an event stream closes its connection when it ends, so that none is waited for at the end of the server', () => {
  expect(LIVE_HEADERS).toMatchObject({ connection: 'close' });
});
