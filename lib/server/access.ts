import 'server-only';
import { createHash, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { SettingError } from './settings.ts';

/** `watch` reads everything; `sell` may also change something: sell, and act on a local pipeline. */
export type Role = 'sell' | 'watch';

/** How long a person stays signed in, seconds. */
export const SESSION_SECONDS = 7 * 86_400;
export const SESSION_COOKIE = 'dashboard_session';

/** Longer ones are refused unread: each attempt costs a hash of its length. */
const MAX_PASSWORD_LENGTH = 1024;
const hashOf = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** A password as it is set: plain, or `scrypt:<N>:<r>:<p>:<salt, base64>:<hash, base64>`. */
interface Secret {
  readonly role: Role;
  readonly matches: (password: string) => Promise<boolean>;
}

/**
 * Who may do what. Without a password everyone who reaches the page may do everything; what keeps others from reaching it is
 * then the address that it listens on. A session is sealed with a key that is made of the passwords: every process of the
 * same settings reads it, and another password ends it.
 */
export class Access {
  readonly #secrets: readonly Secret[];
  readonly #key: Uint8Array;
  readonly #now: () => number;

  /** `env` holds `DASHBOARD_PASSWORD` and `DASHBOARD_WATCH_PASSWORD`. Throws SettingError. */
  constructor(env: Readonly<Record<string, string | undefined>>, now: () => number = Date.now) {
    const { DASHBOARD_PASSWORD: sell = '', DASHBOARD_WATCH_PASSWORD: watch = '' } = env;
    this.#secrets = [
      ...secretOf('sell', 'DASHBOARD_PASSWORD', sell),
      ...secretOf('watch', 'DASHBOARD_WATCH_PASSWORD', watch),
    ];
    if (sell !== '' && sell === watch) {
      throw new SettingError(
        'DASHBOARD_WATCH_PASSWORD',
        'another password than DASHBOARD_PASSWORD',
        '(the same)',
      );
    }
    this.#key = this.isOpen
      ? new Uint8Array(32)
      : scryptSync(JSON.stringify([sell, watch]), 'tumbling windows: session', 32);
    this.#now = now;
  }

  /** True when nobody is asked for a password. */
  get isOpen(): boolean {
    return this.#secrets.length === 0;
  }

  /** The role that a password gives; null when it is none of ours. It takes as long either way. */
  async roleOf(password: string): Promise<Role | null> {
    if (password.length > MAX_PASSWORD_LENGTH) return null;
    const matches = await Promise.all(this.#secrets.map((secret) => secret.matches(password)));
    return this.#secrets.find((_, index) => matches[index])?.role ?? null;
  }

  /** The value of the session's cookie. */
  seal(role: Role): Promise<string> {
    const nowSeconds = Math.floor(this.#now() / 1000);
    return new EncryptJWT({ role })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + SESSION_SECONDS)
      .encrypt(this.#key);
  }

  /** Whose request it is, by its Cookie header; null when nobody has signed in. */
  async roleOfCookies(header: string | null): Promise<Role | null> {
    if (this.isOpen) return 'sell';
    const sealed = cookieOf(header, SESSION_COOKIE);
    if (sealed === null) return null;
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        currentDate: new Date(this.#now()),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return payload.role === 'sell' || payload.role === 'watch' ? payload.role : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

function secretOf(role: Role, variable: string, text: string): Secret[] {
  if (text === '') return [];
  if (!text.startsWith('scrypt:')) {
    const expected = digest(text);
    return [{ role, matches: async (password) => timingSafeEqual(digest(password), expected) }];
  }
  const [, N = 0, r = 0, p = 0] = text.split(':').slice(0, 4).map(Number);
  const [salt = '', hash = ''] = text.split(':').slice(4);
  const expected = Buffer.from(hash, 'base64');
  // A power of two, and no more than scrypt's own limit of 32 MiB allows.
  const isUsable =
    N > 1 &&
    Number.isInteger(Math.log2(N)) &&
    r > 0 &&
    p > 0 &&
    128 * N * r < 32 * 2 ** 20 &&
    expected.length >= 16;
  if (!isUsable) {
    throw new SettingError(variable, 'a password, or scrypt:<N>:<r>:<p>:<salt>:<hash>', 'scrypt:…');
  }
  const matches = async (password: string) =>
    timingSafeEqual(
      await hashOf(password, Buffer.from(salt, 'base64'), expected.length, { N, r, p }),
      expected,
    );
  return [{ role, matches }];
}

/** Of one length, whatever the password's: so that the comparison tells nothing of it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieOf(header: string | null, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
