import { BUCKET_NAME } from '../core/object-key.ts';
import { DEFAULTS, SETTINGS } from '../core/setting-names.ts';
import 'server-only';
import { z } from 'zod';
import { MAX_IDLE_SECONDS, MAX_WINDOW_SECONDS } from '../core/window.ts';

/** The dashboard's settings: the same names on one machine and in AWS. */
export interface Settings {
  readonly bucket: string;
  readonly producerFunction: string;
  readonly consumerFunction: string;
  readonly stream: string;
  /** Null leaves it to the AWS SDK: the profile's. */
  readonly region: string | null;
  /** The endpoint that the AWS SDK will use for S3, when one is configured in the environment. */
  readonly endpoint: string | null;
  /** True when that endpoint is on this machine. */
  readonly isLocal: boolean;
  readonly windowSeconds: number;
  readonly idleSeconds: number;
  /** Host names, besides this machine's, by which the page may be asked for. */
  readonly hosts: readonly string[];
  /** Origins whose pages may show this one in a frame. */
  readonly embedOrigins: readonly string[];
  /** The most records an hour that the page sells, for everyone together. */
  readonly salesPerHour: number;
}

/** Thrown for a setting that is missing or cannot be used; the message names the variable and what it takes. */
export class SettingError extends Error {
  override name = 'SettingError' as const;

  constructor(
    readonly variable: string,
    readonly expected: string,
    readonly got: string | undefined,
  ) {
    super(
      `Expected the environment variable ${variable} to be ${expected}, got ${got === undefined || got === '' ? 'nothing' : `"${got}"`}.`,
    );
  }
}

const URL_WORDS = 'a URL such as http://127.0.0.1:4566';
const url = z.url({ protocol: /^https?$/ }).optional();
const bucketName = z.string().regex(BUCKET_NAME);
const resourceName = z
  .string()
  .regex(/^[\w\-:./$]{1,170}$/)
  .optional();
const regionName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
  .optional();
const hostNames = z
  .string()
  .regex(/^[\w.\-:]+(\s*,\s*[\w.\-:]+)*$/)
  .optional();
const origins = z
  .string()
  .regex(/^https?:\/\/[\w.\-:]+(\s*,\s*https?:\/\/[\w.\-:]+)*$/)
  .optional();
const digits = z.string().regex(/^\d+$/).transform(Number);

/** An unset variable and an empty one are the same. Throws SettingError. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const read = <T>(variable: string, expected: string, schema: z.ZodType<T, unknown>): T => {
    const got = env[variable]?.trim() || undefined;
    const parsed = schema.safeParse(got);
    if (!parsed.success) throw new SettingError(variable, expected, got);
    return parsed.data;
  };
  const seconds = (variable: string, least: number, most: number) =>
    read(
      variable,
      `a whole number of seconds from ${least} to ${most}`,
      digits.pipe(z.number().min(least).max(most)).optional(),
    );
  const endpoint =
    read('AWS_ENDPOINT_URL_S3', URL_WORDS, url) ?? read('AWS_ENDPOINT_URL', URL_WORDS, url) ?? null;
  return {
    bucket: read(SETTINGS.bucket, "the bucket's name", bucketName),
    producerFunction:
      read(SETTINGS.producer, "the producer function's name", resourceName) ?? DEFAULTS.producer,
    consumerFunction:
      read(SETTINGS.consumer, "the consumer function's name", resourceName) ?? DEFAULTS.consumer,
    stream: read(SETTINGS.stream, "the stream's name", resourceName) ?? DEFAULTS.stream,
    region: read('AWS_REGION', 'a region such as us-east-1', regionName) ?? null,
    endpoint,
    isLocal: endpoint !== null && isLoopbackName(new URL(endpoint).hostname),
    windowSeconds: seconds(SETTINGS.windowSeconds, 1, MAX_WINDOW_SECONDS) ?? DEFAULTS.windowSeconds,
    idleSeconds: seconds(SETTINGS.idleSeconds, 0, MAX_IDLE_SECONDS) ?? MAX_IDLE_SECONDS,
    hosts: listOf(read('DASHBOARD_HOSTS', 'host names separated by commas', hostNames)),
    embedOrigins: listOf(
      read(
        'DASHBOARD_EMBED_ORIGINS',
        'origins such as https://wiki.example.com separated by commas',
        origins,
      ),
    ),
    salesPerHour:
      read(
        'SALES_PER_HOUR',
        'a whole number of records from 300 to 1000000000',
        digits.pipe(z.number().min(300).max(1_000_000_000)).optional(),
      ) ?? 1_000_000,
  };
}

/** A setting of the run, not of the build: read when asked for, by a name that the build does not fill in. */
export function shownCurrency(): string {
  return process.env[SETTINGS.currency] || DEFAULTS.currency;
}

/** Search engines may list the page where its owner asks for it: `DASHBOARD_INDEX=1`. */
export function isForSearchEngines(): boolean {
  return process.env.DASHBOARD_INDEX === '1';
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((each) => each.trim().toLowerCase() || []);
}

/** True for the names by which a machine reaches itself, whatever its resolver says. */
export function isLoopbackName(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
  );
}
