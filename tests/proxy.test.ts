import { NextRequest } from 'next/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { proxy } from '../proxy.ts';

beforeEach(() => vi.stubEnv('BUCKET_NAME', 'results'));
afterEach(() => vi.unstubAllEnvs());

function policyOf(headers: Readonly<Record<string, string>> = {}): string {
  const response = proxy(new NextRequest('http://localhost:3000/', { headers }));
  const policy = response.headers.get('content-security-policy') ?? '';
  // Next.js reads the nonce that it marks scripts with off the request.
  expect(response.headers.get('x-middleware-request-content-security-policy')).toBe(policy);
  return policy;
}

const nonceOf = (policy: string) => /script-src [^;]*'nonce-([^']{24})'/.exec(policy)?.[1];

test('each page has a nonce of its own, whatever the request says', () => {
  const nonces = [
    policyOf(),
    policyOf(),
    policyOf({ 'content-security-policy': "script-src 'nonce-chosen'" }),
  ];
  expect(new Set(nonces.map(nonceOf)).size).toBe(3);
  expect(nonces.join()).not.toMatch(/chosen|unsafe/);
});

test('no other site may show a page in a frame, but those in DASHBOARD_EMBED_ORIGINS', () => {
  expect(policyOf()).toMatch(/; frame-ancestors 'none'$/);
  vi.stubEnv('DASHBOARD_EMBED_ORIGINS', 'https://wiki.example.com, http://other.example:8080');
  expect(policyOf()).toMatch(/; frame-ancestors https:\/\/wiki\.example\.com http:\/\/other\.example:8080$/);
  vi.stubEnv('DASHBOARD_EMBED_ORIGINS', "https://wiki.example.com; script-src 'unsafe-inline'");
  expect(policyOf()).toMatch(/; frame-ancestors 'none'$/);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('a page does not answer %s', (method) => {
  const headers = { 'next-action': '0'.repeat(40) };
  const response = proxy(new NextRequest('http://localhost:3000/sign-in', { method, headers }));
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});
