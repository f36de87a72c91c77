import { pipeline } from '../pipeline.ts';
import type { Environment, LocalSettings } from './settings.ts';

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

/** The page's settings, the same names as in AWS. */
export function pageEnvironment(url: string, settings: LocalSettings): Readonly<Record<string, string>> {
  return {
    ...clientEnvironment(url, settings),
    // Empty and not absent: what is absent, Next.js takes from .env.local, where `npm run deploy` may have named one.
    AWS_PROFILE: '',
    BUCKET_NAME: pipeline.bucket.localName,
    PRODUCER_FUNCTION_NAME: pipeline.producer.functionName,
    CONSUMER_FUNCTION_NAME: pipeline.consumer.functionName,
    STREAM_NAME: pipeline.stream.name,
    WINDOW_SECONDS: String(settings.windowSeconds),
    WINDOW_IDLE_SECONDS: String(settings.idleSeconds),
    NEXT_PUBLIC_CURRENCY: settings.currency,
  };
}

/** Variables that would send a client elsewhere, or with another identity, than the ones above. */
const OTHER_WORLD =
  /^AWS_(PROFILE|SESSION_TOKEN|ENDPOINT_URL_\w+|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_\w+)$/;

export function withoutOtherWorld(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OTHER_WORLD.test(name)));
}
