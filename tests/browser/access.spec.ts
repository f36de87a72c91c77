import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { expect, freePagePort, openPipeline, type Pipeline, test } from './pipeline.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PASSWORDS = { DASHBOARD_PASSWORD: 'sell sell', DASHBOARD_WATCH_PASSWORD: 'watch watch' };

let guarded: Pipeline;
test.beforeAll(async () => {
  guarded = await openPipeline({ windowSeconds: 120, shardCount: 1 }, PASSWORDS);
});
test.afterAll(() => guarded.close());

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto(guarded.url);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('who has the password sells, and is a stranger again after signing out', async ({ page }) => {
  await signIn(page, 'wrong');
  await expect(page.getByText('That is not the password')).toBeVisible();
  await expectAccessible(page);
  await signIn(page, 'sell sell');
  await page.getByRole('button', { name: 'Generate sales' }).click();
  await expect(page.getByText(/\d+ of \d+ counted/).first()).toBeVisible();
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Lax' }]);
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await expect(page.getByLabel('Password')).toBeVisible();
  expect((await page.request.get(`${guarded.url}/api/windows`)).status()).toBe(401);
});

test('who may watch sees everything, and sells nothing', async ({ page }) => {
  await signIn(page, 'watch watch');
  await expect(page.getByText('You are watching')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Generate sales' })).toHaveCount(0);
  const sale = await page.request.post(`${guarded.url}/api/sales`, { data: {} });
  expect(sale.status()).toBe(403);
});

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('signing in is a form like any other', async ({ page }) => {
    await signIn(page, 'watch watch');
    await expect(page.getByRole('heading', { name: 'Tumbling windows' })).toBeVisible();
    await expect(page).toHaveURL(`${guarded.url}/`);
  });
});

test('what the policy of a page forbids does not happen, and no test overlooks it', async ({
  page,
  calm,
  violations,
}) => {
  for (const place of ['/', '/rules', '/sign-in', '/nowhere']) {
    await page.goto(`${calm.url}${place}`);
    expect(violations, place).toEqual([]);
    await page.evaluate(() => {
      const script = document.createElement('div');
      script.innerHTML = '<img src="nowhere:" onerror="document.title = `run`"><p style="color: red"></p>';
      document.body.append(script);
    });
    await expect.poll(() => violations.length, place).toBeGreaterThanOrEqual(2);
    expect(await page.title(), place).not.toBe('run');
    violations.splice(0);
  }
});

test('a page of another site cannot show this one in a frame', async ({ page, calm, violations }) => {
  const evil = createServer((_, response) =>
    response
      .setHeader('content-type', 'text/html')
      .end(`<iframe src="${calm.url}" style="opacity: 0.01"></iframe>`),
  );
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}`);
  await expect.poll(() => violations.splice(0)).toEqual([expect.stringContaining('frame-ancestors')]);
  await expect(page.frameLocator('iframe').getByRole('button', { name: 'Generate sales' })).toHaveCount(0);
  evil.close();
});

test('every answer says what a browser may do with it, and nothing answers TRACE', async ({
  calm,
  request,
}) => {
  const ask = (place: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
    request.fetch(`${calm.url}${place}`, { maxRedirects: 0, ...options });
  const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec(await (await ask('/')).text()) ?? [];
  const asked: readonly (readonly [place: string, status: number, method?: string])[] = [
    ['/', 200],
    ['/rules', 200],
    ['/sign-in', 200],
    ['/nowhere', 404],
    ['/api/windows', 200],
    ['/api/nowhere', 404],
    ['/icon.svg', 200],
    ['/robots.txt', 200],
    [script, 200],
    ['/_next/static/nothing.js', 404],
    ['/_next/image?url=%2Ficon.svg&w=64&q=75', 404],
    ['/nowhere/', 308],
    ['/two//slashes', 308],
    ['/api/sales', 405, 'PUT'],
    ['/', 405, 'TRACE'],
    ['/', 405, 'POST'],
    ['/robots.txt', 405, 'POST'],
    [script, 405, 'POST'],
  ];
  for (const [place, status, method = 'GET'] of asked) {
    const response = await ask(place, { method });
    const headers = response.headers();
    expect(response.status(), place).toBe(status);
    expect(headers, place).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-robots-tag': 'noindex',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers['strict-transport-security'], place).toBeUndefined();
    expect(headers['content-security-policy'], place).not.toContain('unsafe');
    const behindTls = await ask(place, { method, headers: { 'x-forwarded-proto': 'https, http' } });
    expect(behindTls.headers()['strict-transport-security'], place).toBe('max-age=31536000');
  }
  const policies = [await ask('/'), await ask('/')].map((page) => page.headers()['content-security-policy']);
  expect(policies[0]).toMatch(/'nonce-[A-Za-z0-9+/]{22}=='/);
  expect(policies[0]).not.toBe(policies[1]);
});

test('no way around the sign-in that Next.js has or had leads in, or makes it fail', async ({ request }) => {
  const ask = (place: string, headers: Record<string, string> = {}) =>
    request.fetch(`${guarded.url}${place}`, { headers });
  const tree = encodeURIComponent(
    JSON.stringify(['', { children: ['__PAGE__', {}, null, 'refetch'] }, null, null, true]),
  );
  for (const place of ['/', '/rules', '/?_rsc=1', '/rules.rsc', '/index.rsc', '/_next/data/x/index.json']) {
    for (const headers of [
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
      { rsc: '1' },
      { rsc: '1', 'next-router-prefetch': '1' },
      { rsc: '1', 'next-router-segment-prefetch': '/__PAGE__' },
      { rsc: '1', 'next-router-state-tree': tree },
      { rsc: '1', 'next-router-state-tree': 'garbage' },
      { 'x-matched-path': '/', 'x-invoke-path': '/', 'x-rewrite-url': '/api/windows' },
    ]) {
      const response = await ask(place, headers);
      expect(response.status(), `${place} ${JSON.stringify(headers)}`).toBeLessThan(500);
      expect(await response.text()).not.toMatch(/salesCents|Failures and retries/);
    }
  }
  for (const place of [
    '/api/windows/',
    '//api/windows',
    '/api//windows',
    '/api/../api/windows',
    '/api/windows?x=%2f..',
  ]) {
    expect((await ask(place)).status(), place).toBe(401);
  }
  for (const place of ['/API/windows', '/api/%77indows', '/api/windows%2f', '/api/windows.json']) {
    expect((await ask(place)).status(), place).toBe(404);
  }
});

test('a name that was rebound to this machine is shown no sales', async ({ calm, request }) => {
  const htmlAs = async (host: string) => (await request.get(calm.url, { headers: { host } })).text();
  const { host } = new URL(calm.url);
  await expect.poll(async () => (await htmlAs(host)).includes('salesCents')).toBe(true);
  expect(await htmlAs('evil.example')).not.toContain('salesCents');
});

test('no way to start the page leaves it open to others without a password', () => {
  const { DASHBOARD_PASSWORD: _, ...env } = process.env;
  const started = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/next/dist/bin/next'), 'start', '-p', String(freePagePort())],
    {
      cwd: root,
      env: { ...env, BUCKET_NAME: 'a-bucket', NODE_ENV: 'production' },
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  expect(started.status).toBe(1);
  expect(started.stderr).toContain('Set DASHBOARD_PASSWORD');
});
