import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../../infra/local/clock.ts';
import {
  type FunctionPool,
  openFunctionPool,
} from '../../../../../infra/local/lambda/functions/function-pool.ts';
import { fixture, functionOf, openPool } from '../local-lambda.ts';

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
});

async function openFunctions(...functions: Parameters<typeof openPool>[0]) {
  const one = await openPool(functions);
  opened.push(one);
  return one;
}

/** The parsed answer; fails the test when there was none. */
async function answerOf(pool: FunctionPool, name: string, event: unknown): Promise<Record<string, unknown>> {
  const outcome = await pool.invoke(name, JSON.stringify(event));
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.payload);
}

async function errorOf(pool: FunctionPool, name: string, event: unknown): Promise<Record<string, unknown>> {
  const outcome = await pool.invoke(name, JSON.stringify(event), 'request-1');
  if (outcome.kind !== 'function-error') throw new Error(JSON.stringify(outcome));
  expect(outcome.functionError).toBe('Unhandled');
  expect(outcome.requestId).toBe('request-1');
  return JSON.parse(outcome.payload);
}

describe('an invocation', () => {
  let pool: FunctionPool;
  beforeAll(async () => {
    ({ pool } = await openFunctions(
      functionOf('f'),
      functionOf('nothing', { handlerExport: 'nothing' }),
      functionOf('missing', { handlerExport: 'missing' }),
      functionOf('not-a-function', { handlerExport: 'notAFunction' }),
      functionOf('callback', { handlerFile: fixture('callback-handler.cjs') }),
      functionOf('broken', { handlerFile: fixture('broken-handler.js') }),
      functionOf('failing-module', { handlerFile: fixture('failing-module.ts') }),
      functionOf('waiting-module', { handlerFile: fixture('waiting-module.ts') }),
      functionOf('quick', { timeoutSeconds: 1 }),
    ));
  });

  test('whose promise is never settled ends as soon as its event loop is empty, in the words of AWS', async () => {
    const startedMs = performance.now();
    expect(await errorOf(pool, 'f', { never: true })).toMatchObject({
      errorType: 'Runtime.NodeJsExit',
      errorMessage: expect.stringMatching(
        /^The Lambda runtime client detected an unexpected Node\.js exit code\. .* a Promise that was never settled\./,
      ),
    });
    expect(await errorOf(pool, 'waiting-module', {})).toMatchObject({ errorType: 'Runtime.NodeJsExit' });
    expect(performance.now() - startedMs).toBeLessThan(9_000); // the time-out of either is 10 s
    expect(await answerOf(pool, 'f', { answer: 1 })).toBe(1);
  });

  test('hands the handler its event and the context of AWS', async () => {
    const { event, context, remainingMs } = await answerOf(pool, 'f', {
      sales: 246,
      names: ['Kobold', '🙀'],
    });
    expect(event).toEqual({ sales: 246, names: ['Kobold', '🙀'] });
    expect(context).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionVersion: '$LATEST',
      functionName: 'f',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/f',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(remainingMs).toBeGreaterThan(9_000);
    expect(remainingMs).toBeLessThanOrEqual(10_000);
  });

  test('carries the request id that a retry passes on', async () => {
    const outcome = await pool.invoke('f', '{}', 'the-same-id');
    expect(outcome).toMatchObject({ kind: 'success', requestId: 'the-same-id' });
    if (outcome.kind === 'success')
      expect(JSON.parse(outcome.payload).context.awsRequestId).toBe('the-same-id');
  });

  test('finds its module as the one before left it', async () => {
    const before = await answerOf(pool, 'f', {});
    const after = await answerOf(pool, 'f', {});
    expect(after.invocations).toBe(Number(before.invocations) + 1);
  });

  test.each([
    ['undefined', 'nothing', {}, 'null'],
    ['null', 'f', { answer: null }, 'null'],
    ['text', 'f', { answer: 'ä' }, '"ä"'],
    ['a number', 'f', { answer: 1.5 }, '1.5'],
  ])('answers %s as JSON text', async (_, name, event, payload) => {
    expect(await pool.invoke(name, JSON.stringify(event), 'r')).toEqual({
      kind: 'success',
      requestId: 'r',
      payload,
    });
  });

  test('sees its own environment and nothing of the host', async () => {
    process.env.SECRET_OF_THE_HOST = 'x';
    const { AWS_LAMBDA_LOG_STREAM_NAME, ...environment } = await answerOf(pool, 'f', { environment: true });
    expect(AWS_LAMBDA_LOG_STREAM_NAME).toMatch(/\[\$LATEST\]/);
    expect(environment).toEqual({
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
      LAMBDA_TASK_ROOT: fixture('').replace(/\/$/, ''),
      _HANDLER: 'index.handler',
    });
  });

  test('reports an error of the handler with a trace into its source, and keeps the worker', async () => {
    const before = await answerOf(pool, 'f', {});
    const error = await errorOf(pool, 'f', { throw: 'boom' });
    expect(error).toEqual({ errorType: 'RangeError', errorMessage: 'boom', trace: expect.any(Array) });
    expect(String(error.trace)).toContain('fixtures/async-handler.ts:');
    expect((await answerOf(pool, 'f', {})).invocations).toBe(Number(before.invocations) + 2);
  });

  test.each([
    ['a text', { reject: 'no' }, { errorType: 'string', errorMessage: 'no', trace: [] }],
    ['an object', { reject: { a: 1 } }, { errorType: 'object', errorMessage: '[object Object]', trace: [] }],
  ])('reports %s that was thrown in place of an error', async (_, event, expected) => {
    expect(await errorOf(pool, 'f', event)).toEqual(expected);
  });

  test('says so when its answer has no JSON', async () => {
    expect(await errorOf(pool, 'f', { circular: true })).toMatchObject({
      errorType: 'Error',
      errorMessage: 'Unable to stringify response body',
    });
  });

  test.each([
    [
      'exits',
      { exit: 0 },
      {
        errorType: 'Runtime.ExitError',
        errorMessage: 'RequestId: request-1 Error: Runtime exited without providing a reason',
      },
    ],
    [
      'exits with a status',
      { exit: 3 },
      {
        errorType: 'Runtime.ExitError',
        errorMessage: 'RequestId: request-1 Error: Runtime exited with error: exit status 3',
      },
    ],
    [
      'needs more memory than it has',
      { hoard: true },
      {
        errorType: 'Runtime.OutOfMemory',
        errorMessage: 'RequestId: request-1 Error: Runtime exited with error: signal: killed',
      },
    ],
    [
      'throws outside the handler',
      { crashLater: true },
      {
        errorType: 'RangeError',
        errorMessage: 'toString() radix argument must be between 2 and 36',
        trace: expect.any(Array),
      },
    ],
    [
      'leaves a rejection unhandled',
      { rejectLater: true },
      {
        errorType: 'Runtime.UnhandledPromiseRejection',
        errorMessage: 'TypeError: nobody waits for me',
        trace: expect.any(Array),
      },
    ],
  ])('that %s is an error, and the next one gets a new worker', async (_, event, expected) => {
    expect(await errorOf(pool, 'f', event)).toEqual(expected);
    expect((await answerOf(pool, 'f', {})).invocations).toBe(1);
  });

  test('that throws after it has answered costs its worker, and says so in the log', async () => {
    const { pool: own, lines } = await openFunctions(functionOf('f'));
    expect((await answerOf(own, 'f', { crashAfter: true })).invocations).toBe(1);
    await expect
      .poll(() => lines.map(({ message }) => message).join(''))
      .toMatch(
        /\tundefined\tERROR\tUncaught Exception \t\{"errorType":"RangeError","errorMessage":"toString\(\) radix .*async-handler\.ts/,
      );
    expect((await answerOf(own, 'f', {})).invocations).toBe(1);
  });

  test.each([
    [{ throw: 'boom' }, 'Invoke Error', 'RangeError', 'boom'],
    [{ reject: 'no' }, 'Invoke Error', 'Error', 'no'],
    [{ crashLater: true }, 'Uncaught Exception', 'RangeError', 'toString'],
    [{ rejectLater: true }, 'Unhandled Promise Rejection', 'Runtime.UnhandledPromiseRejection', 'TypeError'],
  ])('that fails (%j) is told of in the log, as AWS does', async (event, kind, errorType, message) => {
    const { pool: own, lines } = await openFunctions(functionOf('f'));
    await errorOf(own, 'f', event);
    expect(lines.map((line) => line.message).filter((line) => line.includes('ERROR'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\S+Z\\trequest-1\\tERROR\\t${kind} \\t\\{"errorType":"${errorType}","errorMessage":"${message}.*","stack":\\[.*\\]\\}\\n$`,
        ),
      ),
    ]);
  });

  test.each([
    ['waits for ever', { hang: true }],
    ['never lets go of the processor', { spin: true }],
  ])('that %s is ended at its timeout, and the next one gets a new worker', async (_, event) => {
    expect(await errorOf(pool, 'quick', event)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 1.00 seconds',
    });
    expect((await answerOf(pool, 'quick', {})).invocations).toBe(1);
  });

  test.each([
    [
      { exit: 3 },
      /\tStatus: error\tError Type: Runtime\.ExitError\t\nRequestId: request-1 Error: Runtime exited with error: exit status 3\nRuntime\.ExitError\n$/,
    ],
    [
      { hang: true },
      /\tStatus: timeout\t\n\d{4}-\d\d-\d\dT[\d:.]+Z request-1 Task timed out after 1\.00 seconds\n\n$/,
    ],
    [{ throw: 'boom' }, /Max Memory Used: \d+ MB\t(Init Duration: [\d.]+ ms\t)?\n$/],
  ])('that ends so (%j) has an end in the log that says how', async (event, end) => {
    const { pool: own, lines } = await openFunctions(functionOf('f', { timeoutSeconds: 1 }));
    await errorOf(own, 'f', event);
    expect(lines.map(({ message }) => message).join('')).toMatch(end);
  });

  test('takes an answer of 6 MB and 100 bytes, and no byte more', async () => {
    const largest = await pool.invoke('f', JSON.stringify({ answerBytes: 6_291_556 }));
    expect(largest.kind === 'success' && largest.payload.length).toBe(6_291_556);
    expect(await errorOf(pool, 'f', { answerBytes: 6_291_557 })).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('takes an event of 6 MB, and is not started with a byte more', async () => {
    const event = (bytes: number) => JSON.stringify({ answer: 1, padding: 'x'.repeat(bytes - 25) });
    expect(Buffer.byteLength(event(6_291_456))).toBe(6_291_456);
    expect(await pool.invoke('f', event(6_291_456), 'r')).toEqual({
      kind: 'success',
      requestId: 'r',
      payload: '1',
    });
    expect(await pool.invoke('f', event(6_291_457))).toEqual({
      kind: 'not-invoked',
      errorType: 'RequestTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    });
  });

  test('of a function that does not exist is not started', async () => {
    expect(await pool.invoke('arn:aws:lambda:us-east-1:000000000000:function:absent', '{}')).toEqual({
      kind: 'not-invoked',
      errorType: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:absent',
    });
  });

  test.each([
    [
      'answers through the callback once its event loop is empty',
      {},
      { file: 'callback-handler.cjs', hasWork: true },
    ],
    [
      'answers through the callback at once when it does not want to wait',
      { impatient: true },
      { file: 'callback-handler.cjs', hasWork: true },
    ],
    ['that never answers ends with its event loop', { silent: true }, null],
    ['succeeds through the context', { context: 'succeed' }, 'succeeded'],
    ['is done through the context', { context: 'done' }, 'done'],
  ])('of a handler without promises %s', async (_, event, expected) => {
    const outcome = await pool.invoke('callback', JSON.stringify(event), 'r');
    expect(outcome).toEqual({ kind: 'success', requestId: 'r', payload: JSON.stringify(expected) });
  });

  test.each([
    [{ error: 'no' }, { errorType: 'TypeError', errorMessage: 'no' }],
    [{ context: 'fail' }, { errorType: 'Error', errorMessage: 'failed' }],
  ])('of a handler without promises fails with %j', async (event, expected) => {
    expect(await errorOf(pool, 'callback', event)).toMatchObject(expected);
  });

  test.each([
    ['missing', 'Runtime.HandlerNotFound', 'index.missing is undefined or not exported'],
    ['not-a-function', 'Runtime.HandlerNotFound', 'index.notAFunction is not a function'],
    ['failing-module', 'ReferenceError', 'the module itself fails'],
  ])(
    'of a module without a handler (%s) is an error of the function',
    async (name, errorType, errorMessage) => {
      expect(await errorOf(pool, name, {})).toMatchObject({ errorType, errorMessage });
    },
  );

  test('of a source that does not bundle is an error that names file and line', async () => {
    const { errorType, errorMessage } = await errorOf(pool, 'broken', {});
    expect(errorType).toBe('Runtime.UserCodeSyntaxError');
    expect(errorMessage).toMatch(/broken-handler\.js:2:\d+: Could not resolve "\.\/not-there\.js"/);
  });
});

describe('concurrency', () => {
  test('one worker runs one invocation at a time; more at once get further workers', async () => {
    const { pool, cacheDir, lines } = await openFunctions(functionOf('f'));
    const release = join(cacheDir, 'release');
    const waiting = [1, 2, 3].map(() => pool.invoke('f', JSON.stringify({ waitForFile: release })));
    await expect.poll(() => lines.filter(({ message }) => message.startsWith('START')).length).toBe(3);
    await writeFile(release, '');
    const outcomes = await Promise.all(waiting);
    const streams = outcomes.map(
      (outcome) => outcome.kind === 'success' && JSON.parse(outcome.payload).context.logStreamName,
    );
    expect(new Set(streams).size).toBe(3);
  });

  test('a reserved concurrency is the most that run at once; 0 stops the function', async () => {
    const { pool, cacheDir } = await openFunctions(functionOf('f', { reservedConcurrency: 1 }));
    const release = join(cacheDir, 'release');
    const throttled = {
      kind: 'not-invoked',
      errorType: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
    };
    const first = pool.invoke('f', JSON.stringify({ waitForFile: release }));
    expect(await pool.invoke('f', '{}')).toEqual(throttled);
    await writeFile(release, '');
    expect((await first).kind).toBe('success');
    expect((await pool.invoke('f', '{}')).kind).toBe('success');
    pool.reserveConcurrency('f', 0);
    expect(await pool.invoke('f', '{}')).toEqual(throttled);
    pool.reserveConcurrency('f', null);
    expect((await pool.invoke('f', '{}')).kind).toBe('success');
  });

  test('more invocations than workers wait for one', async () => {
    const { pool } = await openFunctions(functionOf('f'));
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => pool.invoke('f', '{"answer":1}')));
    expect(outcomes.every(({ kind }) => kind === 'success')).toBe(true);
  });
});

describe('a failure that was asked for', () => {
  test('error: the handler does not run, as many times as asked', async () => {
    const { pool } = await openFunctions(functionOf('f'));
    pool.failNext('f', { kind: 'error', times: 2 });
    expect(await errorOf(pool, 'f', {})).toMatchObject({ errorType: 'InjectedError' });
    expect(await errorOf(pool, 'f', {})).toMatchObject({ errorType: 'InjectedError' });
    expect((await answerOf(pool, 'f', {})).invocations).toBe(1);
  });

  test('crash: the worker ends, and its module state with it', async () => {
    const { pool } = await openFunctions(functionOf('f'));
    expect((await answerOf(pool, 'f', {})).invocations).toBe(1);
    pool.failNext('f', { kind: 'crash', times: 1 });
    expect(await errorOf(pool, 'f', {})).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await answerOf(pool, 'f', {})).invocations).toBe(1);
  });

  test('lose-response: the handler ran to its end, but nobody hears of it', async () => {
    const { pool } = await openFunctions(functionOf('f'));
    pool.failNext('f', { kind: 'lose-response', times: 1 });
    expect(await errorOf(pool, 'f', {})).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect((await answerOf(pool, 'f', {})).invocations).toBe(2);
  });
});

describe('the source', () => {
  /** A clock that stands still until it is turned. */
  const turnable = () => {
    let now = 1_611_503_760_000;
    const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) };
    const turn = (ms: number) => {
      now += ms;
    };
    return { clock, turn };
  };

  test('is bundled again when a file that it imports changes, at most a second later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'function-source-'));
    const [handlerFile, imported] = [join(folder, 'handler.ts'), join(folder, 'imported.ts')];
    await writeFile(
      handlerFile,
      "import { answer } from './imported.ts';\nexport const handler = async () => answer;\n",
    );
    await writeFile(imported, 'export const answer: number = 1;\n');
    const { clock, turn } = turnable();
    const pool = openFunctionPool({
      functions: [functionOf('f', { handlerFile })],
      logs: { append: () => {} },
      clock,
      cacheDir: join(folder, 'cache'),
    });
    const answer = async () => {
      const outcome = await pool.invoke('f', '{}');
      return outcome.kind === 'not-invoked' ? outcome.message : outcome.payload;
    };
    const save = async (file: string, text: string, mtime: number) => {
      await writeFile(file, text);
      await utimes(file, mtime, mtime);
    };
    expect(await answer()).toBe('1');
    await save(imported, 'export const answer: number = 2;\n', 2_000_000_000);
    expect(await answer()).toBe('1');
    turn(1_000);
    expect(await answer()).toBe('2');

    await save(imported, 'export const answer: number = ;\n', 2_000_000_001);
    turn(1_000);
    expect(await answer()).toContain('imported.ts:1:30: Unexpected \\";\\"');
    await save(imported, 'export const answer: number = 3;\n', 2_000_000_002);
    turn(1_000);
    expect(await answer()).toBe('3');

    await pool.close();
    await rm(folder, { recursive: true });
  });

  test('is bundled again when its bundle has been cleared away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'function-cleared-'));
    const cacheDir = join(folder, 'cache');
    const { clock, turn } = turnable();
    const pool = openFunctionPool({
      functions: [functionOf('f')],
      logs: { append: () => {} },
      clock,
      cacheDir,
    });
    const answered = async () => (await pool.invoke('f', '{"answer":1}')).kind;
    const { url } = await pool.code('f');
    expect(await answered()).toBe('success');
    await rm(cacheDir, { recursive: true });
    turn(1_000);
    expect((await pool.code('f')).url).toBe(url);
    pool.failNext('f', { kind: 'crash', times: 1 });
    expect(await answered()).toBe('function-error');
    expect(await answered()).toBe('success'); // by a new worker
    await pool.close();
    await rm(folder, { recursive: true });
  });

  test('is not bundled again by the next runtime while it is the same', async () => {
    const { pool, cacheDir } = await openFunctions(functionOf('f'));
    const first = await pool.code('f');
    const files = await readdir(cacheDir);
    const again = openFunctionPool({
      functions: [functionOf('f')],
      logs: { append: () => {} },
      clock: turnable().clock,
      cacheDir,
    });
    expect(await again.code('f')).toMatchObject({ url: first.url, builtMs: first.builtMs });
    expect(await readdir(cacheDir)).toEqual(files);
    await again.close();
  });

  test('that could not be bundled for want of a place is bundled once there is one, and a pool can be closed before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'function-place-'));
    const cacheDir = join(folder, 'cache');
    await writeFile(cacheDir, 'in the way');
    const options = {
      functions: [functionOf('f')],
      logs: { append: () => {} },
      clock: turnable().clock,
      cacheDir,
    };
    const early = openFunctionPool(options);
    expect(await early.warm('f')).toMatch(/cache/);
    await early.close();

    const pool = openFunctionPool(options);
    expect(await pool.invoke('f', '{"answer":1}')).toMatchObject({ kind: 'not-invoked' });
    await rm(cacheDir);
    expect(await pool.invoke('f', '{"answer":1}')).toMatchObject({ kind: 'success', payload: '1' });
    await pool.close();
    await rm(folder, { recursive: true });
  });

  test('may be called warm before it is invoked', async () => {
    const { pool, lines } = await openFunctions(functionOf('f'));
    expect(await pool.warm('f')).toBeNull();
    await pool.invoke('f', '{}');
    expect(lines.some(({ message }) => message.includes('Init Duration'))).toBe(false);
  });
});

test('a handler outside the checkout finds the AWS SDK, and each of its modules the files beside itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'greeting.txt'), 'hello');
  await writeFile(join(folder, 'inner', 'name.txt'), 'Kobold');
  await writeFile(
    join(folder, 'inner', 'name.ts'),
    `import { readFileSync } from 'node:fs';
     export const name: string = readFileSync(new URL('name.txt', import.meta.url), 'utf8');`,
  );
  await writeFile(
    join(folder, 'main.ts'),
    `import { readFileSync } from 'node:fs';
     import { join } from 'node:path';
     import { S3Client } from '@aws-sdk/client-s3';
     import { name } from './inner/name.ts';
     export const handler = async () => {
       const greeting = readFileSync(join(import.meta.dirname, 'greeting.txt'), 'utf8');
       return [greeting, name, import.meta.filename, await new S3Client({}).config.region()];
     };`,
  );
  const { pool } = await openFunctions(functionOf('f', { handlerFile: join(folder, 'main.ts') }));
  expect(await answerOf(pool, 'f', {})).toEqual(['hello', 'Kobold', join(folder, 'main.ts'), 'us-east-1']);
  await rm(folder, { recursive: true });
});
