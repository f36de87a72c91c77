import { SETTINGS } from '../../lib/core/setting-names.ts';
import { MAX_WINDOW_SECONDS } from '../../lib/core/window.ts';
import { PIPELINE } from '../pipeline.ts';

/** What a person chooses when deploying: `-c name=value` on the command line, and WINDOW_SECONDS. */
export interface Deployment {
  /** Null for the plain names; else the suffix with which a second pipeline lives in the same account and region. */
  readonly stage: string | null;
  /** Null in on-demand mode, where AWS decides. */
  readonly shardCount: number | null;
  readonly windowSeconds: number;
  /** The bucket is deleted with its stack, results and all. */
  readonly ephemeral: boolean;
  /** The bucket keeps what is overwritten or deleted, for 30 days. */
  readonly versioned: boolean;
  readonly reservedConcurrency: ReservedConcurrency;
  /** The sales of one window from which on an alarm goes off; null when none does. */
  readonly alarmAbove: number | null;
  /** Who is told of alarms: the ARN of an SNS topic; null when nobody is. */
  readonly alarmTopicArn: string | null;
  /** Null when the page is not hosted. */
  readonly page: HostedPage | null;
  readonly names: DeploymentNames;
}

/** The most that run at once, kept apart from the account's others; null leaves a function among these. */
export interface ReservedConcurrency {
  readonly producer: number | null;
  readonly consumer: number | null;
}

/**
 * As many clicks at once as one page lets through. It bounds what whoever may invoke the producer can spend: Lambda takes ten
 * requests a second for each.
 */
export const PRODUCER_CONCURRENCY = 10;

export interface HostedPage {
  /** The folder that `npm run bundle` makes; null to remove the stack, which takes none. */
  readonly bundle: string | null;
  /** The page may look at functions, mapping, stream and log, too. */
  readonly diagnostics: boolean;
}

export interface DeploymentNames {
  readonly producerStack: string;
  readonly analyticsStack: string;
  readonly pageStack: string;
  readonly stream: string;
  readonly producer: string;
  readonly consumer: string;
  readonly page: string;
  readonly dashboard: string;
  /** Of the Glue catalog, which takes no hyphens where Athena's SQL is to go without quotes. */
  readonly database: string;
}

/** Thrown for a value that cannot be deployed; the message names it and what it takes. */
export class ContextError extends Error {
  override name = 'ContextError' as const;

  constructor(
    readonly setting: string,
    readonly got: unknown,
    expected: string,
  ) {
    super(`Expected ${setting} to be ${expected}, got ${JSON.stringify(got)}.`);
  }
}

type Lookup = (name: string) => unknown;

export const CONTEXT_NAMES = [
  'stage',
  'shards',
  'mode',
  'windowSeconds',
  'ephemeral',
  'versioned',
  'reservedConcurrency',
  'alarmAbove',
  'alarmTopic',
  'page',
  'pageDiagnostics',
  'pageBundle',
] as const;

/** `context` looks up a CDK context value, undefined when it is not set. Throws ContextError. */
export function deploymentOf(
  context: Lookup,
  env: Readonly<Record<string, string | undefined>> = {},
): Deployment {
  const stage = textOf(context, 'stage', /^[a-z][a-z0-9-]{0,15}$/, 'up to 16 of a-z, 0-9 and -, such as dev');
  const mode =
    textOf(context, 'mode', /^(provisioned|on-demand)$/, 'provisioned or on-demand') ?? 'provisioned';
  const shards = numberOf(context('shards'), '-c shards', 1, 200);
  if (mode === 'on-demand' && shards !== null) {
    throw new ContextError('-c shards', shards, 'left out with -c mode=on-demand, where AWS decides');
  }
  const windowSeconds =
    numberOf(context('windowSeconds'), '-c windowSeconds', 1, MAX_WINDOW_SECONDS) ??
    numberOf(env[SETTINGS.windowSeconds] || undefined, SETTINGS.windowSeconds, 1, MAX_WINDOW_SECONDS) ??
    PIPELINE.eventSourceMapping.tumblingWindowSeconds;
  const alarmAbove = numberOf(context('alarmAbove'), '-c alarmAbove', 1, 1_000_000_000_000);
  // CloudWatch counts in whole minutes: of other windows it would add up parts of two.
  if (alarmAbove !== null && windowSeconds % 60 !== 0) {
    throw new ContextError(
      '-c alarmAbove',
      alarmAbove,
      `left out with windows of ${windowSeconds} s: it needs windows of whole minutes`,
    );
  }
  return {
    stage,
    shardCount: mode === 'on-demand' ? null : (shards ?? PIPELINE.stream.shardCount),
    windowSeconds,
    ephemeral: isSet(context, 'ephemeral'),
    versioned: isSet(context, 'versioned'),
    reservedConcurrency: reservedConcurrencyOf(context('reservedConcurrency')),
    alarmAbove,
    alarmTopicArn: textOf(
      context,
      'alarmTopic',
      /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
      'the ARN of an SNS topic',
    ),
    page: hostedPageOf(context),
    names: namesOf(stage),
  };
}

function reservedConcurrencyOf(value: unknown): ReservedConcurrency {
  if (value === 'none') return { producer: null, consumer: null };
  const each = numberOf(value, '-c reservedConcurrency', 1, 1000);
  return { producer: each ?? PRODUCER_CONCURRENCY, consumer: each };
}

function hostedPageOf(context: Lookup): HostedPage | null {
  if (!isSet(context, 'page')) return null;
  const bundle = textOf(context, 'pageBundle', /./, 'a folder');
  if (bundle === null) {
    throw new ContextError(
      '-c pageBundle',
      null,
      'the folder that npm run bundle makes, or none to remove the page',
    );
  }
  return { bundle: bundle === 'none' ? null : bundle, diagnostics: isSet(context, 'pageDiagnostics') };
}

function isSet(context: Lookup, name: string): boolean {
  return textOf(context, name, /^(true|false)$/, 'true or false') === 'true';
}

function namesOf(stage: string | null): DeploymentNames {
  const named = (name: string) => (stage === null ? name : `${name}-${stage}`);
  return {
    producerStack: named('tumbling-window-stream-analytics-kinesis-producer-stack'),
    analyticsStack: named('tumbling-window-stream-analytics-stack'),
    pageStack: named('tumbling-window-stream-analytics-page-stack'),
    stream: named(PIPELINE.stream.name),
    producer: named(PIPELINE.producer.functionName),
    consumer: named(PIPELINE.consumer.functionName),
    page: named('tumbling-window-page'),
    dashboard: named('tumbling-window-stream-analytics'),
    database: named('tumbling-window-stream-analytics').replaceAll('-', '_'),
  };
}

/** The command line gives text, cdk.json may give booleans and numbers. */
function textOf(context: Lookup, name: string, pattern: RegExp, expected: string): string | null {
  const value = context(name);
  if (value === undefined || value === null) return null;
  if (!pattern.test(String(value))) throw new ContextError(`-c ${name}`, value, expected);
  return String(value);
}

function numberOf(value: unknown, setting: string, least: number, most: number): number | null {
  if (value === undefined || value === null) return null;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < least || number > most) {
    throw new ContextError(setting, value, `a whole number from ${least} to ${most}`);
  }
  return number;
}
