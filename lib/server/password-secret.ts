import 'server-only';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { SETTINGS } from '../core/setting-names.ts';
import { SettingError } from './settings.ts';

const secret = z.object({ password: z.string().min(1), watchPassword: z.string().optional() });
const TIMEOUT_MS = 10_000;

/**
 * Where `SETTINGS.passwordSecret` names a secret of AWS Secrets Manager, `{"password": …, "watchPassword": …}`, sets the
 * passwords from it: what is in a function's environment, everyone reads who may look at the function. Throws what the SDK
 * throws, and SettingError: then the page does not start.
 */
export async function readPasswordSecret(): Promise<void> {
  const id = process.env[SETTINGS.passwordSecret];
  if (!id) return;
  const client = new SecretsManagerClient({});
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { password, watchPassword } = parse(SecretString);
    process.env.DASHBOARD_PASSWORD = password;
    if (watchPassword !== undefined) process.env.DASHBOARD_WATCH_PASSWORD = watchPassword;
  } finally {
    client.destroy();
  }
}

function parse(text: string): z.infer<typeof secret> {
  try {
    return secret.parse(JSON.parse(text));
  } catch {
    // What came is the secret itself: it is not told.
    throw new SettingError(SETTINGS.passwordSecret, 'a secret such as {"password": "…"}', 'another one');
  }
}
