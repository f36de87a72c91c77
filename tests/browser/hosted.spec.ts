import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { freePort } from '../../infra/local/web-page.ts';
import { emptyAggregate, fold, serializeState } from '../../lib/core/aggregate.ts';
import { failureKey } from '../../lib/core/failure-key.ts';
import { serializeFailure } from '../../lib/core/failure-record.ts';
import { parseSale } from '../../lib/core/sale.ts';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { windowStartMs } from '../../lib/core/window.ts';
import { endProcess } from '../runtime-process.ts';
import {
  deployedEnvironment,
  type HostedPage,
  isOnLoopbackAlone,
  openBundle,
  openSecrets,
  startBundle,
} from './hosted.ts';
import { expect, freePagePort, test } from './pipeline.ts';

/** What Lambda itself gives a function. */
const LAMBDA = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const PASSWORD = 'made once';

let bundle: ReturnType<typeof openBundle>;
test.beforeAll(() => {
  bundle = openBundle();
});
test.afterAll(() => bundle.remove());

function ask(page: HostedPage, place: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${page.url}${place}`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
    ...init,
  });
}

function signIn(page: HostedPage, password: string, headers: Readonly<Record<string, string>> = {}) {
  return ask(page, '/api/sign-in', { method: 'POST', body: new URLSearchParams({ password }), headers });
}

/** Nothing but the door is open to whoever has not signed in. */
async function expectGuarded(page: HostedPage): Promise<void> {
  for (const place of ['/', '/rules']) {
    const response = await ask(page, place);
    expect([response.status, response.headers.get('location')], place).toEqual([307, '/sign-in']);
  }
  expect((await ask(page, '/api/windows')).status).toBe(401);
  const sale = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  expect((await ask(page, '/api/sales', sale)).status).toBe(401);
  expect(Object.keys(await (await ask(page, '/api/health')).json())).toEqual(['status']);
}

test('the bundle, with the environment that the stack gives it, is the page', async ({ page, calm }) => {
  const secrets = await openSecrets(PASSWORD);
  const givenUp = await putGivenUp(calm.s3, calm.bucket);
  const hosted = await startBundle(bundle.folder, {
    ...deployedEnvironment(calm.bucket),
    ...LAMBDA,
    AWS_ENDPOINT_URL: calm.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  });
  try {
    await test.step('asks for the password of its secret', async () => {
      await expectGuarded(hosted);
      expect((await signIn(hosted, 'wrong')).headers.get('location')).toBe('/sign-in?wrong=1');
      const plain = (await signIn(hosted, PASSWORD)).headers.get('set-cookie') ?? '';
      expect(plain).toMatch(/^dashboard_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
      const behindTls = await signIn(hosted, PASSWORD, { 'x-forwarded-proto': 'https' });
      expect(behindTls.headers.get('set-cookie')).toMatch(/; Secure$/);
    });

    await test.step('lists windows, says what Lambda gave up, and sells', async () => {
      await page.goto(hosted.url);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      const words = 'Incomplete: 2 records were given up by Lambda ($2.50).';
      await expect(page.getByTestId('figures')).toContainText(words);
      await page.getByRole('button', { name: 'Generate sales' }).click();
      await expect(page.getByText(/\d+ of \d+ counted/).first()).toBeVisible();
    });

    await test.step('lets nobody guess the password', async () => {
      // Whatever the client writes before what the server in front adds.
      const from = (attempt: number) => ({ 'x-forwarded-for': `198.51.100.${attempt}, 203.0.113.7` });
      for (let attempt = 0; attempt < 10; attempt += 1) await signIn(hosted, 'guess', from(attempt));
      expect((await signIn(hosted, PASSWORD, from(10))).headers.get('location')).toMatch(
        /^\/sign-in\?wait=\d+$/,
      );
      expect(await (await ask(hosted, '/sign-in?wait=90')).text()).toContain('Try again in 2 min');
    });

    await test.step('ends within two seconds, whoever listens', async () => {
      const [cookie = ''] = ((await signIn(hosted, PASSWORD)).headers.get('set-cookie') ?? '').split(';');
      const streams = await Promise.all(
        Array.from({ length: 50 }, () => ask(hosted, '/api/live', { headers: { cookie } })),
      );
      expect(streams.map(({ status }) => status)).toEqual(Array(50).fill(200));
      const startedMs = performance.now();
      await endProcess(hosted.child, 'SIGTERM');
      expect(performance.now() - startedMs).toBeLessThan(2000);
      for (const { body } of streams) await body?.cancel().catch(() => {});
    });
  } finally {
    await endProcess(hosted.child, 'SIGKILL');
    secrets.close();
    await calm.s3.send(new DeleteObjectCommand({ Bucket: calm.bucket, Key: givenUp }));
    await calm.reset();
  }
});

test('every way to start the page is for this machine alone, unless it is told otherwise, and outlasts what a proxy keeps open', async ({
  calm,
}) => {
  const keepsOpen = async (url: string) => (await fetch(`${url}/icon.svg`)).headers.get('keep-alive');
  expect(await isOnLoopbackAlone(Number(new URL(calm.url).port))).toBe(true);
  expect(await keepsOpen(calm.url)).toBe('timeout=65');
  const env = { BUCKET_NAME: calm.bucket, ...LAMBDA, AWS_ENDPOINT_URL: calm.endpoint };
  // Shells and containers set HOSTNAME to the machine's own name.
  const hosted = await startBundle(bundle.folder, { ...env, HOSTNAME: 'a-container' });
  try {
    expect(await isOnLoopbackAlone(hosted.port)).toBe(true);
    expect(await keepsOpen(hosted.url)).toBe('timeout=65');
  } finally {
    await endProcess(hosted.child, 'SIGKILL');
  }
  const open = spawnSync(process.execPath, ['server.js'], {
    cwd: bundle.folder,
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      ...env,
      PORT: String(freePagePort()),
      [SETTINGS.listenAddress]: '0.0.0.0',
    },
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(open.status).toBe(1);
  expect(open.stderr).toContain('Set DASHBOARD_PASSWORD');
});

/** moto, a server of AWS's interfaces that is written in Python: its S3 and its Secrets Manager are not ours. */
const motoIsThere = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

test('so it is where another AWS answers', async () => {
  test.skip(!motoIsThere, 'moto is not installed');
  const port = await freePort(freePagePort());
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = once(moto, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const client = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const secrets = new SecretsManagerClient(client);
  let hosted: HostedPage | null = null;
  try {
    const isReady = () =>
      fetch(endpoint, { signal: AbortSignal.timeout(2000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 45_000 }).toBe(true);
    await s3.send(new CreateBucketCommand({ Bucket: 'results' }));
    const SecretString = JSON.stringify({ password: PASSWORD });
    const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'page', SecretString }));
    await putGivenUp(s3, 'results');
    const env = { ...deployedEnvironment('results'), [SETTINGS.passwordSecret]: ARN };
    hosted = await startBundle(bundle.folder, { ...env, ...LAMBDA, AWS_ENDPOINT_URL: endpoint });
    await expectGuarded(hosted);
    const [cookie = ''] = ((await signIn(hosted, PASSWORD)).headers.get('set-cookie') ?? '').split(';');
    const windows = await ask(hosted, '/api/windows', { headers: { cookie } });
    expect(await windows.json()).toMatchObject({
      dayTotal: { lack: { givenUpRecords: 2, givenUpCents: 250 } },
    });
    const headers = { cookie, 'content-type': 'application/json' };
    const sale = await ask(hosted, '/api/sales', { method: 'POST', headers, body: '{}' });
    // There is no producer there.
    expect([sale.status, await sale.json()]).toMatchObject([502, { problem: { kind: 'function-missing' } }]);
  } finally {
    if (hosted !== null) await endProcess(hosted.child, 'SIGKILL');
    s3.destroy();
    secrets.destroy();
    moto.kill('SIGKILL');
    await ended;
  }
});

/** A final invocation of the window before this one, with two sales, that Lambda gave up. Answers its key. */
async function putGivenUp(s3: S3Client, Bucket: string): Promise<string> {
  const startMs = windowStartMs(Date.now(), 120) - 120_000;
  const state = emptyAggregate();
  for (const [index, amount] of [2, 0.5].entries()) {
    fold(state, String(index + 1), parseSale(`{"cust_name":"A","cust_id":1,"sales":${amount}}`));
  }
  const failure = serializeFailure({
    requestId: 'a-request',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:stream_record_processor',
    condition: 'RetryAttemptsExhausted',
    invokeCount: 101,
    response: { functionError: 'Unhandled' },
    timeMs: startMs + 120_000,
    shardId: 'a',
    streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe',
    batch: null,
    window: { window: { startMs, endMs: startMs + 120_000 }, final: true, early: false },
    payload: JSON.stringify({ Records: [], state: serializeState(state) }),
  });
  const Key = failureKey('a-mapping', 'a', startMs + 120_000, 'final');
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: failure }));
  return Key;
}
