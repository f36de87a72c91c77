import path from 'node:path';
import { DEFAULTS, SETTINGS } from '../../lib/core/setting-names.ts';
import { MAX_IDLE_SECONDS, MAX_WINDOW_SECONDS } from '../../lib/core/window.ts';
import { PIPELINE } from '../pipeline.ts';

/** The variables that only this runtime's own commands read. */
export const LOCAL = {
  pagePort: 'PORT',
  dataDir: 'LOCAL_DATA_DIR',
  shardCount: 'SHARD_COUNT',
  consumer: 'CONSUMER_HANDLER',
  enforceLimits: 'KINESIS_ENFORCE_LIMITS',
  strictFinal: 'WINDOW_STRICT_FINAL',
} as const;

/** Where everything lives on one machine: part of every ARN. */
export const LOCAL_ACCOUNT = { region: 'us-east-1', accountId: '000000000000' } as const;

/** Environment variables; `NodeJS.ProcessEnv` would ask for the ones that Next.js promises to itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The local runtime's settings, each from one environment variable. */
export interface LocalSettings {
  /** LOCAL_AWS_PORT: the first port to try; 0 lets the system choose. */
  readonly port: number;
  /** LOCAL_DATA_DIR, absolute. */
  readonly dataDir: string;
  /** SHARD_COUNT: of the stream when it is created; an existing stream keeps its shards. */
  readonly shardCount: number;
  /** WINDOW_SECONDS */
  readonly windowSeconds: number;
  /** WINDOW_IDLE_SECONDS: how long after its end an idle window is closed. */
  readonly idleSeconds: number;
  /** CONSUMER_HANDLER: a handler file to run instead of the project's consumer, `path/to/file.ts` or `file.ts#export`. */
  readonly consumerHandler: { readonly file: string; readonly exportName: string };
  /** In place of the project's whole pipeline: its consumer without the producer, or nothing. */
  readonly runs?: 'consumer' | 'nothing';
  /** What the consumer finds in its environment besides BUCKET_NAME. */
  readonly consumerEnvironment?: Readonly<Record<string, string>>;
  /** KINESIS_ENFORCE_LIMITS=1: 1 MB/s and 1,000 records/s a shard, as in AWS, with partial failures. */
  readonly enforceLimits: boolean;
  /** WINDOW_STRICT_FINAL=1: a final invocation must return a `state`, too. AWS's own pages differ on whether it must. */
  readonly strictFinal: boolean;
  /** NEXT_PUBLIC_CURRENCY: ISO 4217, how the page shows amounts. */
  readonly currency: string;
  readonly region: string;
  readonly accountId: string;
}

/** Thrown for a setting that cannot be used; the message names the variable and what it takes. */
export class SettingError extends Error {
  override name = 'SettingError' as const;

  constructor(
    readonly variable: string,
    readonly got: string,
    expected: string,
  ) {
    super(`Expected ${variable} to be ${expected}, got "${got}". Set it to such a value, or unset it.`);
  }
}

/** PORT: where the page listens, or the first port to try. Throws SettingError. */
export function pagePort(env: Environment): number {
  return wholeNumber(env, LOCAL.pagePort, 3000, 1, 65_535);
}

/** Throws SettingError. */
export function readLocalSettings(env: Environment, cwd: string): LocalSettings {
  // A `#` may be part of a folder's or a file's name, too: an export's is an identifier.
  const [, handlerFile = '', exportName = 'handler'] =
    /^(.*?)(?:#([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/su.exec(env[LOCAL.consumer] ?? '') ?? [];
  return {
    port: wholeNumber(env, SETTINGS.localPort, DEFAULTS.localPort, 0, 65_535),
    dataDir: path.resolve(cwd, env[LOCAL.dataDir] || '.local'),
    shardCount: wholeNumber(env, LOCAL.shardCount, PIPELINE.stream.shardCount, 1, 200),
    windowSeconds: wholeNumber(
      env,
      SETTINGS.windowSeconds,
      PIPELINE.eventSourceMapping.tumblingWindowSeconds,
      1,
      MAX_WINDOW_SECONDS,
    ),
    idleSeconds: wholeNumber(env, SETTINGS.idleSeconds, 1, 0, MAX_IDLE_SECONDS),
    consumerHandler: {
      file: path.resolve(cwd, handlerFile || PIPELINE.consumer.handlerFile),
      exportName,
    },
    enforceLimits: env[LOCAL.enforceLimits] === '1',
    strictFinal: env[LOCAL.strictFinal] === '1',
    currency: currencyCode(env, SETTINGS.currency, DEFAULTS.currency),
    region: env.AWS_REGION || LOCAL_ACCOUNT.region,
    accountId: LOCAL_ACCOUNT.accountId,
  };
}

/** A whole number from the environment; an unset or empty variable is the default. Throws SettingError. */
function wholeNumber(
  env: Environment,
  variable: string,
  byDefault: number,
  least: number,
  most: number,
): number {
  const text = env[variable];
  if (text === undefined || text === '') return byDefault;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new SettingError(variable, text, `a whole number from ${least} to ${most}`);
  }
  return value;
}

function currencyCode(env: Environment, variable: string, byDefault: string): string {
  const code = env[variable] || byDefault;
  if (!/^[A-Z]{3}$/.test(code)) {
    throw new SettingError(variable, code, 'a currency by its three letters, such as EUR');
  }
  return code;
}
