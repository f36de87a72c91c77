import { afterEach, expect, test, vi } from 'vitest';
import { answerHeaders } from '../../../lib/server/answer-headers.ts';

afterEach(() => vi.unstubAllEnvs());

test('search engines list nothing, unless they are asked to', () => {
  expect(answerHeaders(null)).toMatchObject({ 'x-robots-tag': 'noindex' });
  vi.stubEnv('DASHBOARD_INDEX', '1');
  expect(answerHeaders(null)).not.toHaveProperty('x-robots-tag');
});

test.each([
  [null, false],
  ['http', false],
  ['http, https', false],
  ['https', true],
  ['https, http', true],
])('behind %j the browser stays with TLS: %j', (forwardedProto, stays) => {
  expect('strict-transport-security' in answerHeaders(forwardedProto)).toBe(stays);
});
