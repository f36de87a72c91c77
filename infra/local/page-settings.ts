import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import type { Environment } from './local-settings.ts';

/** Thrown when the page is to be started alone and nothing says what it shows. */
class NothingToShowError extends Error {
  override name = 'NothingToShowError' as const;

  constructor(readonly file: string) {
    super(
      [
        `Expected BUCKET_NAME in the environment or in ${file}, got nothing: the page does not know what to show.`,
        'After `npm run deploy`, that file has it. Or set BUCKET_NAME, PRODUCER_FUNCTION_NAME and AWS_REGION yourself.',
        '`npm run dev` and `npm start` need none of this: they bring AWS on this machine with them.',
      ].join('\n'),
    );
  }
}

/**
 * The environment of a page without a runtime: this one. Next.js adds `.env.local`; here it is read only to see whether the
 * page will know what to show. Throws NothingToShowError.
 */
export function pageSettings(root: string, env: Environment): Environment {
  if (!env[SETTINGS.bucket] && !deployed(path.join(root, '.env.local'))[SETTINGS.bucket]) {
    throw new NothingToShowError('.env.local');
  }
  return env;
}

/** What `npm run deploy` left for the page; nothing when there is no such file. */
export function deployed(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
