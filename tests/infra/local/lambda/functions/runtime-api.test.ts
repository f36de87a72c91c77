import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RuntimeApi, type RuntimeEvent } from '../../../../../infra/local/lambda/functions/runtime-api.ts';

let api: RuntimeApi;
let url: string;
let events: RuntimeEvent[];
beforeEach(async () => {
  events = [];
  api = new RuntimeApi((event) => events.push(event));
  url = `http://${await api.listen()}/2018-06-01/runtime`;
});
afterEach(() => api.close());

const request = {
  requestId: 'request-1',
  payload: '{"letter":"ä"}',
  timeoutMs: 3_000,
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
};
const TRACE = 'Root=1-5f84c7a6-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0';
const invoke = (more: object = {}) => api.invoke({ ...request, ...more }, 1_767_268_800_000, TRACE);
const post = (path: string, body = '{}') => fetch(`${url}/${path}`, { method: 'POST', body });
const next = () => fetch(`${url}/invocation/next`);
/** Brings the runtime to where it has the event. */
const running = async (more: object = {}) => {
  const asked = next();
  invoke(more);
  await (await asked).arrayBuffer();
};

describe('next', () => {
  test('waits for an event, and hands it over with its headers', async () => {
    let hasAnswered = false;
    const asked = next().then((response) => {
      hasAnswered = true;
      return response;
    });
    await expect.poll(() => events).toEqual([{ kind: 'ready' }]);
    expect(hasAnswered).toBe(false);
    invoke({ clientContext: '{"custom":{}}' });
    const response = await asked;
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"letter":"ä"}');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': 'request-1',
      'lambda-runtime-deadline-ms': '1767268800000',
      'lambda-runtime-invoked-function-arn': request.invokedFunctionArn,
      'lambda-runtime-trace-id': TRACE,
      'lambda-runtime-client-context': '{"custom":{}}',
    });
  });

  test('has an event that came before it was asked for', async () => {
    await running();
    await post('invocation/request-1/response');
    invoke({ requestId: 'request-2' });
    expect((await next()).headers.get('lambda-runtime-aws-request-id')).toBe('request-2');
    expect(events.filter(({ kind }) => kind === 'ready')).toHaveLength(1);
  });

  test('is refused while an event is unanswered', async () => {
    await running();
    const refused = await next();
    expect([refused.status, await refused.json()]).toEqual([
      403,
      {
        errorType: 'InvalidStateTransition',
        errorMessage:
          'State transition from Running to Ready failed for runtime. Error: State transition is not allowed',
      },
    ]);
  });
});

/** What the runtime has done before, what it asks, and what it is answered. */
const running1 = () => running();
const answered = async () => {
  await running();
  await post('invocation/request-1/response', '1');
};
const idle = async () => {
  await answered();
  void next().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
};
const nothing = async () => {};
const failedInit = async () => {
  await post('init/error', '{"errorType":"a"}');
};
test.each([
  ['a response', running1, 'invocation/request-1/response', 202, null],
  ['an error', running1, 'invocation/request-1/error', 202, null],
  ['an init error', nothing, 'init/error', 202, null],
  ['a response of another request', running1, 'invocation/request-2/response', 400, 'InvalidRequestID'],
  ['an error of another request', running1, 'invocation/request-2/error', 400, 'InvalidRequestID'],
  ['a response before any event', nothing, 'invocation/request-1/response', 400, 'InvalidRequestID'],
  ['a second response', answered, 'invocation/request-1/response', 403, 'InvalidStateTransition'],
  ['an error after the response', answered, 'invocation/request-1/error', 403, 'InvalidStateTransition'],
  ['a late response', idle, 'invocation/request-1/response', 403, 'InvalidStateTransition'],
  ['an init error after the first event', running1, 'init/error', 403, 'InvalidStateTransition'],
  ['a second init error', failedInit, 'init/error', 403, 'InvalidStateTransition'],
])('%s is answered as by Lambda', async (_, before, path, status, errorType) => {
  await before();
  const response = await post(path);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual(
    errorType === null ? { status: 'OK' } : { errorType, errorMessage: expect.any(String) },
  );
});

test('what is answered arrives as it was sent', async () => {
  await running();
  await post('invocation/request-1/response', '{"letter": "ä"}');
  await running({ requestId: 'request-2' });
  await post('invocation/request-2/error', '{"errorType":"E"}');
  expect(events).toEqual([
    { kind: 'ready' },
    { kind: 'response', payload: '{"letter": "ä"}' },
    { kind: 'error', payload: '{"errorType":"E"}' },
  ]);
});

test('an answer of 6,291,556 bytes is taken, and one more byte is too large', async () => {
  await running();
  expect((await post('invocation/request-1/response', 'x'.repeat(6_291_556))).status).toBe(202);
  await running({ requestId: 'request-2' });
  const refused = await post('invocation/request-2/response', 'x'.repeat(6_291_557));
  expect([refused.status, await refused.json()]).toEqual([
    413,
    {
      errorType: 'RequestEntityTooLarge',
      errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
    },
  ]);
  expect(events.at(-1)).toEqual({ kind: 'too-large' });
});

test('/ping answers pong, and what is not there is not found', async () => {
  expect(await (await fetch(url.replace('/runtime', '/ping'))).text()).toBe('pong');
  expect((await fetch(`${url}/invocation/last`)).status).toBe(404);
  expect((await post('invocation/next')).status).toBe(404);
});
