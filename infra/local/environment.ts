import { devNull } from 'node:os';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { PIPELINE } from '../pipeline.ts';
import type { Environment, LocalSettings } from './local-settings.ts';

/** What any AWS client needs to talk to the local runtime, in the variables that the SDKs and the CLI read. */
export function clientEnvironment(url: string, settings: LocalSettings): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: settings.region,
    AWS_DEFAULT_REGION: settings.region,
  };
}

/** The same for a process of the runtime's own, which must not read a person's shared configuration either. */
export function ownEnvironment(url: string, settings: LocalSettings): Readonly<Record<string, string>> {
  return {
    ...clientEnvironment(url, settings),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Of the SDK, about Node.js in the years to come: nothing that a person at this terminal can mend now.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** The page's settings, the same names as in AWS. */
export function pageEnvironment(url: string, settings: LocalSettings): Readonly<Record<string, string>> {
  return {
    ...ownEnvironment(url, settings),
    [SETTINGS.bucket]: PIPELINE.bucket.localName,
    [SETTINGS.producer]: PIPELINE.producer.functionName,
    [SETTINGS.consumer]: PIPELINE.consumer.functionName,
    [SETTINGS.stream]: PIPELINE.stream.name,
    [SETTINGS.windowSeconds]: String(settings.windowSeconds),
    [SETTINGS.idleSeconds]: String(settings.idleSeconds),
    [SETTINGS.currency]: settings.currency,
  };
}

/** An environment in which everything of AWS is what `own` says: whatever else an SDK may read there is gone. */
export function localEnvironment(env: Environment, own: Environment): Environment {
  const others = Object.entries(env).filter(([name]) => !/^AWS_/i.test(name));
  return { ...Object.fromEntries(others), ...own, ...withoutProxy(env) };
}

/** Node.js may be told to send all requests through a proxy (NODE_USE_ENV_PROXY), which does not reach this machine. */
function withoutProxy({ NO_PROXY, no_proxy = NO_PROXY }: Environment): Environment {
  const direct = [no_proxy, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
  return { NO_PROXY: direct, no_proxy: direct };
}

/** Makes it this process's environment. */
export function adoptEnvironment(env: Environment): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}
