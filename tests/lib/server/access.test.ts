import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Access, SESSION_COOKIE, SESSION_SECONDS } from '../../../lib/server/access.ts';
import { SettingError } from '../../../lib/server/settings.ts';

const PASSWORDS = { DASHBOARD_PASSWORD: 'sell sell', DASHBOARD_WATCH_PASSWORD: 'watch watch' };
const cookie = (value: string) => `a=b; ${SESSION_COOKIE}=${value}; c=d`;

test('without a password everyone may sell', async () => {
  const access = new Access({ DASHBOARD_PASSWORD: '' });
  expect(access.isOpen).toBe(true);
  expect(await access.roleOfCookies(null)).toBe('sell');
});

test('each password gives its role, and nothing else gives one', async () => {
  const access = new Access(PASSWORDS);
  expect(await access.roleOf('sell sell')).toBe('sell');
  expect(await access.roleOf('watch watch')).toBe('watch');
  for (const other of ['', 'sell', 'sell sell ', 'SELL SELL', 'x'.repeat(100_000)]) {
    expect(await access.roleOf(other)).toBeNull();
  }
});

test('a password may be set by its scrypt hash', async () => {
  const salt = Buffer.from('some salt');
  const hash = scryptSync('péché', salt, 32, { N: 1024, r: 8, p: 1 });
  const access = new Access({
    DASHBOARD_PASSWORD: `scrypt:1024:8:1:${salt.toString('base64')}:${hash.toString('base64')}`,
  });
  expect(await access.roleOf('péché')).toBe('sell');
  expect(await access.roleOf('peche')).toBeNull();
});

test.each([
  'scrypt:',
  'scrypt:1024:8:1:c2FsdA==',
  'scrypt:1000:8:1:c2FsdA==:aGFzaGhhc2hoYXNoaGFzaA==',
  'scrypt:1048576:8:1:c2FsdA==:aGFzaGhhc2hoYXNoaGFzaA==',
])('the hash %j stops the start, by name', (hash) => {
  expect(() => new Access({ DASHBOARD_WATCH_PASSWORD: hash })).toThrow(SettingError);
  expect(() => new Access({ DASHBOARD_WATCH_PASSWORD: hash })).toThrow(/DASHBOARD_WATCH_PASSWORD/);
});

test('one password cannot give two roles', () => {
  const both = { DASHBOARD_PASSWORD: 'same', DASHBOARD_WATCH_PASSWORD: 'same' };
  expect(() => new Access(both)).toThrow(SettingError);
});

test('a session is read by every process of the same passwords, until it expires', async () => {
  let nowMs = Date.UTC(2026, 10, 30);
  const sealed = await new Access(PASSWORDS, () => nowMs).seal('watch');
  const other = new Access(PASSWORDS, () => nowMs);
  expect(await other.roleOfCookies(cookie(sealed))).toBe('watch');
  nowMs += SESSION_SECONDS * 1000 - 1000;
  expect(await other.roleOfCookies(cookie(sealed))).toBe('watch');
  nowMs += 2000;
  expect(await other.roleOfCookies(cookie(sealed))).toBeNull();
});

test('another password ends the sessions, and a session that was touched is none', async () => {
  const access = new Access(PASSWORDS);
  const sealed = await access.seal('sell');
  expect(sealed).not.toContain('sell');
  expect(
    await new Access({ ...PASSWORDS, DASHBOARD_PASSWORD: 'new' }).roleOfCookies(cookie(sealed)),
  ).toBeNull();
  for (let at = 0; at < sealed.length; at += 7) {
    const touched = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    expect(await access.roleOfCookies(cookie(touched)), String(at)).toBeNull();
  }
  // What anyone can write: a token without a key.
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(await access.roleOfCookies(cookie(`${none}.eyJyb2xlIjoic2VsbCJ9.`))).toBeNull();
});
