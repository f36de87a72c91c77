import { describe, expect, test } from 'vitest';
import { Access } from '../../../lib/server/access.ts';
import { ProblemError } from '../../../lib/server/problem.ts';
import { guardChange, guardOrigin, guardReading } from '../../../lib/server/request-guard.ts';

/** As on one machine: no names, no password. */
const here = { settings: { hosts: [] }, access: new Access({}) };

function request(headers: Record<string, string>, body: string | null = null): Request {
  return new Request('http://localhost:3000/api/sales', {
    method: body === null ? 'GET' : 'POST',
    headers: { host: 'localhost:3000', ...headers },
    body,
  });
}

function refusal(headers: Record<string, string>, hosts: readonly string[] = []): string | null {
  try {
    guardOrigin(request(headers), { ...here, settings: { hosts } });
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    return error instanceof ProblemError ? error.problem.kind : null;
  }
}

describe('who may ask', () => {
  test.each([
    ['a program on this machine', {}],
    ['by address', { host: '127.0.0.1:3000' }],
    ['by IPv6 address', { host: '[::1]:3000' }],
    ['a name under localhost', { host: 'sales.localhost:3000' }],
    ['the page itself', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }],
    ['a person who types the address', { 'sec-fetch-site': 'none' }],
  ])('%s', (_name, headers) => {
    expect(refusal(headers)).toBeNull();
  });

  test.each([
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a page on another port', { origin: 'http://localhost:9999' }],
    ['a page without an origin', { origin: 'null' }],
    ['a page of another site, whose origin the browser left out', { 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    [
      'a name that was rebound to this machine',
      { host: 'evil.example:3000', origin: 'http://evil.example:3000' },
    ],
    ['a name that only looks like this machine', { host: 'localhost.evil.example' }],
    ['an address that only begins like this machine', { host: '127.0.0.1.evil.example' }],
    ['nobody', { host: '' }],
  ])('not %s', (_name, headers) => {
    expect(refusal(headers)).toBe('forbidden-origin');
  });

  test.each([
    ['a name that was let in', { host: 'Sales.Example.com' }],
    ['the page behind TLS', { host: 'sales.example.com', origin: 'https://sales.example.com' }],
  ])('%s', (_name, headers) => {
    expect(refusal(headers, ['sales.example.com'])).toBeNull();
  });

  test('not this machine by a name that anyone can write, once it has names of its own', () => {
    expect(refusal({ host: 'localhost:3000' }, ['sales.example.com'])).toBe('forbidden-origin');
  });
});

describe('with passwords', () => {
  const access = new Access({ DASHBOARD_PASSWORD: 'sell sell', DASHBOARD_WATCH_PASSWORD: 'watch watch' });
  const gate = { ...here, access };
  const signedIn = async (role: 'sell' | 'watch') => ({
    cookie: `theme=dark; dashboard_session=${await access.seal(role)}`,
    'content-type': 'application/json',
  });

  test('nobody reads or changes anything without a session', async () => {
    await expect(guardReading(request({}), gate)).rejects.toMatchObject({ status: 401 });
    await expect(
      guardChange(request({ 'content-type': 'application/json' }, '{}'), gate),
    ).rejects.toMatchObject({
      status: 401,
    });
  });

  test('the page may be asked for by any name: a browser sends a session to no other', async () => {
    expect(await guardReading(request({ ...(await signedIn('sell')), host: 'a.example' }), gate)).toBe(
      'sell',
    );
    await expect(guardReading(request({ host: 'a.example' }), gate)).rejects.toMatchObject({ status: 401 });
    const named = { access, settings: { hosts: ['b.example'] } };
    await expect(guardReading(request({ host: 'a.example' }), named)).rejects.toMatchObject({ status: 403 });
  });

  test('who may watch reads and changes nothing; who may sell does both', async () => {
    expect(await guardReading(request(await signedIn('watch')), gate)).toBe('watch');
    await expect(guardChange(request(await signedIn('watch'), '{}'), gate)).rejects.toMatchObject({
      status: 403,
    });
    expect(await guardReading(request(await signedIn('sell')), gate)).toBe('sell');
    expect(await guardChange(request(await signedIn('sell'), '{}'), gate)).toEqual({});
  });
});

describe('a change', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' };

  test('is answered its body', async () => {
    expect(await guardChange(request(json, '{"record_count": 5}'), here)).toEqual({ record_count: 5 });
    expect(await guardChange(request(json, ''), here)).toEqual({});
  });

  test.each([
    [403, { ...json, origin: 'http://evil.example' }, '{}'],
    [415, { 'content-type': 'text/plain' }, '{}'],
    [415, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
    [413, json, `{"a": "${'x'.repeat(1024)}"}`],
    [400, json, '{'],
  ])('is refused with %i', async (status, headers, body) => {
    await expect(guardChange(request(headers, body), here)).rejects.toMatchObject({ status });
  });

  test('stops reading a body that never ends', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const streamed = new Request('http://localhost:3000/api/sales', {
      method: 'POST',
      headers: { host: 'localhost:3000', ...json },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    await expect(guardChange(streamed, here)).rejects.toMatchObject({ status: 413 });
    expect(sent).toBeLessThan(4096);
  });
});
