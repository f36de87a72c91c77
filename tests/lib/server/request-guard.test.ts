import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../../lib/server/problem.ts';
import { guardChange, guardReading } from '../../../lib/server/request-guard.ts';

const settings = { hosts: ['sales.example.com'] };

function request(headers: Record<string, string>, body: string | null = null): Request {
  return new Request('http://localhost:3000/api/sales', {
    method: body === null ? 'GET' : 'POST',
    headers: { host: 'localhost:3000', ...headers },
    body,
  });
}

function refusal(headers: Record<string, string>): string | null {
  try {
    guardReading(request(headers), settings);
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
    ['a host that was let in', { host: 'Sales.Example.com' }],
    ['the page itself', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }],
    ['the page behind TLS', { host: 'sales.example.com', origin: 'https://sales.example.com' }],
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
});

describe('a change', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' };

  test('is answered its body', async () => {
    expect(await guardChange(request(json, '{"record_count": 5}'), settings)).toEqual({ record_count: 5 });
    expect(await guardChange(request(json, ''), settings)).toEqual({});
  });

  test.each([
    [403, { ...json, origin: 'http://evil.example' }, '{}'],
    [415, { 'content-type': 'text/plain' }, '{}'],
    [415, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
    [413, json, `{"a": "${'x'.repeat(1024)}"}`],
    [400, json, '{'],
  ])('is refused with %i', async (status, headers, body) => {
    await expect(guardChange(request(headers, body), settings)).rejects.toMatchObject({ status });
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
    await expect(guardChange(streamed, settings)).rejects.toMatchObject({ status: 413 });
    expect(sent).toBeLessThan(4096);
  });
});
