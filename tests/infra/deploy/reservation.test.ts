import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { whyNotReserved } from '../../../infra/deploy/reservation.ts';

let close = () => {};
afterEach(() => {
  close();
  vi.unstubAllEnvs();
});

/** Lambda's answers of an account; null where it has no such function, or tells nothing. */
async function account(unreserved: number | null, own: number | null): Promise<void> {
  const server = createServer((request, response) => {
    const isAccount = request.url?.includes('account-settings');
    const [told, refusal, body] = isAccount
      ? [
          unreserved,
          'AccessDeniedException',
          { AccountLimit: { UnreservedConcurrentExecutions: unreserved } },
        ]
      : [own, 'ResourceNotFoundException', { ReservedConcurrentExecutions: own }];
    response.writeHead(told === null ? 404 : 200, {
      'content-type': 'application/json',
      ...(told === null ? { 'x-amzn-errortype': refusal } : {}),
    });
    response.end(JSON.stringify(told === null ? {} : body));
  });
  await lambdaAt(server);
}

async function lambdaAt(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

const why = () => whyNotReserved('us-east-1', 'data_producer_fn', 10);

test.each([
  [1000, null],
  [110, null],
  // It has its ten already.
  [100, 10],
])('an account with %j unreserved, %j of the function, can reserve ten', async (unreserved, own) => {
  await account(unreserved, own);
  expect(await why()).toBeNull();
});

test.each([10, 50, 109])(
  'an account with %j unreserved cannot, which is bound enough',
  async (unreserved) => {
    await account(unreserved, null);
    expect(await why()).toContain(`The account has ${unreserved} concurrent executions`);
  },
);

test('where the account does not tell, nothing is reserved, and that is said', async () => {
  await account(null, null);
  expect(await why()).toMatch(/is not told \(AccessDeniedException\).*-c reservedConcurrency=10\.$/);
});

test('an account that begins to tell, and stalls, holds no deploy up', async () => {
  const stalling = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{');
  });
  await lambdaAt(stalling);
  expect(await whyNotReserved('us-east-1', 'data_producer_fn', 10, 100)).toMatch(
    /is not told \(TimeoutError\)/,
  );
});
