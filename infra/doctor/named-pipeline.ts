import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import {
  adoptEnvironment,
  deployed,
  type Environment,
  localEnvironment,
  pageEnvironment,
  runningRuntime,
} from '../local/index.ts';
import { settingsCheck } from './machine-checks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function environmentOf(env: Environment, wantsAws: boolean): Promise<Environment> {
  const { settings } = settingsCheck(env, process.cwd());
  const runtime = settings && !wantsAws ? await runningRuntime(settings.dataDir) : null;
  if (runtime === null || settings === null) return { ...deployed(path.join(ROOT, '.env.local')), ...env };
  return localEnvironment(env, pageEnvironment(`http://127.0.0.1:${runtime.port}`, settings));
}

/**
 * The pipeline that a command is about: the local runtime's when one runs on the data folder, else the one that the
 * environment or .env.local names; with `wantsAws` that one in any case. Whatever is set of the SDK's own variables is found
 * from now on as by every AWS client. Throws when no bucket is named.
 */
export async function namedPipeline(
  wantsAws: boolean,
): Promise<{ readonly bucket: string; readonly endpoint: string | null }> {
  const env = await environmentOf(process.env, wantsAws);
  const bucket = env[SETTINGS.bucket];
  if (!bucket) {
    throw new Error(
      'Expected BUCKET_NAME in the environment or in .env.local, or a local runtime that runs.',
    );
  }
  adoptEnvironment(env);
  return { bucket, endpoint: env.AWS_ENDPOINT_URL || null };
}
