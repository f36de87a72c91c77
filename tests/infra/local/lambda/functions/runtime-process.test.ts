import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../../../infra/local/clock.ts';
import type { FunctionPool } from '../../../../../infra/local/lambda/functions/function-pool.ts';
import { fixture, functionOf, type LogLine, openPool } from '../local-lambda.ts';

// Processes start and end in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const python = (name: string, more: Partial<Parameters<typeof functionOf>[1]> = {}) =>
  functionOf(name, { handlerFile: fixture('consumer.py'), handlerExport: 'lambda_handler', ...more });
const bash = (name: string, handlerExport = 'handler') =>
  functionOf(name, { handlerFile: fixture('bash-runtime.sh'), handlerExport });

let pool: FunctionPool;
let lines: LogLine[];
let close: () => Promise<void>;
beforeAll(async () => {
  ({ pool, lines, close } = await openPool([
    python('py', { environment: { LETTER: 'a' } }),
    python('slow', { timeoutSeconds: 1 }),
    python('missing', { handlerExport: 'missing' }),
    python('not-callable', { handlerExport: 'not_callable' }),
    functionOf('import-error', { handlerFile: fixture('import_error.py') }),
    functionOf('syntax-error', { handlerFile: fixture('syntax_error.py') }),
    bash('sh'),
    bash('unprepared', 'unprepared'),
    functionOf('no-executable', { handlerFile: fixture('there-is-none') }),
  ]));
});
afterAll(() => close());
afterEach(() => void lines.splice(0));

async function answerOf(name: string, event: unknown) {
  const outcome = await pool.invoke(name, JSON.stringify(event), 'request-1');
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.payload);
}

async function errorOf(name: string, event: unknown) {
  const outcome = await pool.invoke(name, JSON.stringify(event), 'request-1');
  if (outcome.kind !== 'function-error') throw new Error(JSON.stringify(outcome));
  expect(outcome.functionError).toBe('Unhandled');
  return JSON.parse(outcome.payload);
}

const written = () => lines.map(({ message }) => message);

describe('a handler in Python', () => {
  test("gets its event, AWS's context, and the modules beside it", async () => {
    const answer = await answerOf('py', { letter: 'ä🙀' });
    expect(answer).toMatchObject({
      event: { letter: 'ä🙀' },
      shared: 'of the file beside it',
      python: [3, expect.any(Number)],
      cwd: fixture('').replace(/\/$/, ''),
      context: {
        aws_request_id: 'request-1',
        function_name: 'py',
        function_version: '$LATEST',
        invoked_function_arn: 'arn:aws:lambda:us-east-1:000000000000:function:py',
        memory_limit_in_mb: '128',
        log_group_name: '/aws/lambda/py',
        log_stream_name: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
        client: null,
      },
    });
    expect(answer.context.remaining).toBeGreaterThan(5_000);
    expect(answer.context.remaining).toBeLessThanOrEqual(10_000);
  });

  test('keeps its memory from invocation to invocation', async () => {
    const { invocations } = await answerOf('py', {});
    expect((await answerOf('py', {})).invocations).toBe(invocations + 1);
  });

  test("has Lambda's environment, its own variables, and nothing that leads to another AWS", async () => {
    process.env.AWS_PROFILE = 'elsewhere';
    const environment = await answerOf('slow', { environment: true });
    delete process.env.AWS_PROFILE;
    expect(environment).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'slow',
      AWS_EXECUTION_ENV: 'AWS_Lambda_python3.13',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      LAMBDA_TASK_ROOT: fixture('').replace(/\/$/, ''),
      _HANDLER: 'consumer.lambda_handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect((await answerOf('py', { environment: true })).LETTER).toBe('a');
  });

  test("that raises fails with AWS's payload and log line", async () => {
    expect(await errorOf('py', { raise: 'no sales' })).toEqual({
      errorType: 'ValueError',
      errorMessage: 'no sales',
      requestId: 'request-1',
      stackTrace: [expect.stringMatching(/consumer\.py", line \d+, in lambda_handler\n {4}raise ValueError/)],
    });
    expect(written().find((line) => line.startsWith('[ERROR]'))).toMatch(
      /^\[ERROR\] ValueError: no sales\rTraceback \(most recent call last\):\r/,
    );
    expect((await answerOf('py', {})).invocations).toBeGreaterThan(1); // it lives on
  });

  test.each([
    [
      'import-error',
      'Runtime.ImportModuleError',
      /^Unable to import module 'import_error': No module named 'a_package_/,
    ],
    ['syntax-error', 'Runtime.UserCodeSyntaxError', /^Syntax error in module 'syntax_error': expected ':'/],
    ['missing', 'Runtime.HandlerNotFound', /^Handler 'missing' missing on module 'consumer'$/],
  ])('that cannot be loaded fails: %s', async (name, errorType, message) => {
    const error = await errorOf(name, {});
    expect(error.errorType).toBe(errorType);
    expect(error.errorMessage).toMatch(message);
  });

  test('that cannot be called fails as in Python', async () => {
    expect(await errorOf('not-callable', {})).toMatchObject({
      errorType: 'TypeError',
      errorMessage: "'int' object is not callable",
    });
  });

  test('that takes too long is ended, and the next invocation begins afresh', async () => {
    await answerOf('slow', {});
    expect(await errorOf('slow', { sleep: 20 })).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 1.00 seconds',
    });
    expect((await answerOf('slow', {})).invocations).toBe(1);
  });

  test('that ends its process fails, and the next invocation begins afresh', async () => {
    await answerOf('py', {});
    expect(await errorOf('py', { exit: 3 })).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: request-1 Error: Runtime exited with error: exit status 3',
    });
    expect(await errorOf('py', { exit: 0 })).toMatchObject({
      errorMessage: 'RequestId: request-1 Error: Runtime exited without providing a reason',
    });
    expect((await answerOf('py', {})).invocations).toBe(1);
  });

  test('whose answer cannot be written, or is too large, fails and lives on', async () => {
    expect(await errorOf('py', { unwritable: 1 })).toMatchObject({
      errorType: 'Runtime.MarshalError',
      errorMessage: 'Unable to marshal response: Object of type set is not JSON serializable',
    });
    expect(await errorOf('py', { bytes: 6_291_557 })).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(await answerOf('py', { bytes: 6_291_556 })).toHaveLength(6_291_554);
    expect(await answerOf('py', { decimal: '2.5' })).toBe(2.5);
  });

  test('has what it prints and logs in its log stream, between START and END', async () => {
    await answerOf('py', { print: ['one', 'two'], warn: 'careful' });
    const [start, one, two, warning, end, report] = written();
    expect(start).toBe('START RequestId: request-1 Version: $LATEST\n');
    expect([one, two]).toEqual(['one\n', 'two\n']);
    expect(warning).toMatch(/^\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\trequest-1\tcareful\n$/);
    expect(end).toBe('END RequestId: request-1\n');
    expect(report).toMatch(/^REPORT RequestId: request-1\tDuration: .*\tMax Memory Used: \d+ MB/);
    expect(lines.every(({ logGroupName }) => logGroupName === '/aws/lambda/py')).toBe(true);
  });

  test('is loaded again when its file or one beside it has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'python-'));
    await writeFile(join(folder, 'beside.py'), 'N = 1');
    await writeFile(join(folder, 'main.py'), 'import beside\ndef handler(e, c): return beside.N\n');
    const opened = await openPool([functionOf('f', { handlerFile: join(folder, 'main.py') })]);
    const answer = async () => (await opened.pool.invoke('f', '{}')) as unknown;
    expect(await answer()).toMatchObject({ payload: '1' });
    await writeFile(join(folder, 'beside.py'), 'N = 1234');
    expect(await answer()).toMatchObject({ payload: '1234' });
    await opened.close();
    await rm(folder, { recursive: true });
  });

  test('where there is no python3 one sentence says so', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    const opened = await openPool([python('f')]);
    const outcome = await opened.pool.invoke('f', '{}');
    process.env.PATH = path;
    expect(outcome).toMatchObject({ kind: 'function-error' });
    expect(JSON.stringify(outcome)).toContain(
      'This machine has no python3 on its PATH: install it to run functions written in Python.',
    );
    await opened.close();
  });
});

describe('a custom runtime, in Bash', () => {
  test('answers, and keeps its memory', async () => {
    expect(await answerOf('sh', { letter: 'a' })).toEqual({ count: 1, event: { letter: 'a' } });
    expect(await answerOf('sh', { letter: 'b' })).toEqual({ count: 2, event: { letter: 'b' } });
    expect(written()).toContain('invocation 2\n');
  });

  test('gets deadline, trace, request id and ARN as headers', async () => {
    const outcome = await pool.invoke('sh', '"headers"', 'request-9');
    const headers = outcome.kind === 'success' ? outcome.payload : '';
    expect(headers).toMatch(/^Lambda-Runtime-Aws-Request-Id: request-9\r$/m);
    expect(headers).toMatch(/^Lambda-Runtime-Deadline-Ms: \d{13}\r$/m);
    expect(headers).toMatch(/^Lambda-Runtime-Trace-Id: Root=1-/m);
    expect(headers).toMatch(
      /^Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:sh\r$/m,
    );
  });

  test('reports an error of its own making, and lives on', async () => {
    expect(await errorOf('sh', 'fail')).toEqual({ errorType: 'Function.Told', errorMessage: 'told to fail' });
    expect((await answerOf('sh', {})).count).toBeGreaterThan(1);
  });

  test('that exits is started again by the next invocation', async () => {
    expect(await errorOf('sh', 'exit')).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: request-1 Error: Runtime exited with error: exit status 7',
    });
    expect((await answerOf('sh', {})).count).toBe(1);
  });

  test('that cannot initialize says why', async () => {
    expect(await errorOf('unprepared', {})).toEqual({
      errorType: 'Function.NotPrepared',
      errorMessage: 'no config',
    });
  });

  test('that is not there is named', async () => {
    expect(await errorOf('no-executable', {})).toMatchObject({
      errorMessage: expect.stringContaining('there-is-none'),
    });
  });
});

test('an initialization has ten seconds, and longer where the time-out of the function is longer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slow-start-'));
  const handlerFile = join(folder, 'slow.py');
  await writeFile(
    handlerFile,
    'import time\ntime.sleep(0.5)\ndef handler(event, context): return "loaded"\n',
  );
  const slow = (name: string, timeoutSeconds: number) =>
    functionOf(name, { handlerFile, handlerExport: 'handler', timeoutSeconds });
  // Ten seconds are over at once, and longer times never.
  const clock: Clock = {
    now: Date.now,
    sleep: (ms) => (ms <= 10_000 ? Promise.resolve() : new Promise(() => {})),
  };
  const { pool, close } = await openPool([slow('short', 3), slow('long', 30)], clock);
  const [short, long] = [await pool.invoke('short', '{}'), await pool.invoke('long', '{}')];
  expect(short).toMatchObject({
    kind: 'function-error',
    payload: expect.stringContaining('after 3.00 seconds'),
  });
  expect(long).toMatchObject({ kind: 'success', payload: '"loaded"' });
  await close();
  await rm(folder, { recursive: true });
});

test('nothing that a function started outlives its pool', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orphans-'));
  const file = join(folder, 'main.py');
  await writeFile(
    file,
    'import subprocess\nchild = subprocess.Popen(["sleep", "300"])\ndef handler(e, c): return child.pid\n',
  );
  const opened = await openPool([functionOf('f', { handlerFile: file })]);
  const outcome = await opened.pool.invoke('f', '{}');
  const pid = Number(outcome.kind === 'success' ? outcome.payload : 0);
  expect(() => process.kill(pid, 0)).not.toThrow();
  await opened.close();
  await expect.poll(() => isRunning(pid)).toBe(false);
  await rm(folder, { recursive: true });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
