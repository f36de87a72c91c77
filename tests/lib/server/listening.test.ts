import { expect, test } from 'vitest';
import { openAddress } from '../../../lib/server/listening.ts';

test.each([
  [{}, ['0.0.0.0'], '0.0.0.0'],
  [{}, ['127.0.0.1', '::'], '::'],
  [{}, ['192.168.1.2'], '192.168.1.2'],
  [{ DASHBOARD_PASSWORD: '', DASHBOARD_OPEN: '0' }, ['0.0.0.0'], '0.0.0.0'],
  [{}, ['127.0.0.1', '::1'], null],
  [{ DASHBOARD_PASSWORD: 'sell' }, ['0.0.0.0'], null],
  [{ DASHBOARD_WATCH_PASSWORD: 'watch' }, ['0.0.0.0'], null],
  [{ DASHBOARD_OPEN: '1' }, ['0.0.0.0'], null],
])('with %j, listening on %j, it is open to others at %j', (env, listening, open) => {
  expect(openAddress(env, listening)).toBe(open);
});
