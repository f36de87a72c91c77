import { parseArgs } from 'node:util';
import { SETTINGS } from '../../../lib/core/setting-names.ts';
import type { Environment } from '../local-settings.ts';
import { LOCAL } from '../local-settings.ts';
import { UsageError } from '../usage-error.ts';

/** What was asked for on the command line. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'template'; readonly place: string; readonly options: RunOptions }
  | { readonly kind: 'lint'; readonly place: string }
  | { readonly kind: 'verify'; readonly options: RunOptions & VerifyOptions };

export interface RunOptions {
  /** In the variables that the local runtime reads its settings from. */
  readonly environment: Environment;
  /** Of the consumer. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface VerifyOptions {
  readonly records: string;
  readonly sum: string | null;
  readonly ignore: readonly string[];
  readonly schedules: number | null;
  /** Null: from 1 on. */
  readonly seed: number | null;
}

/** Fits a screen of 80 columns and 24 lines. */
export const HELP = `Runs Lambda consumers of Kinesis with tumbling windows on this machine, as AWS:

  tumbling-windows my-consumer.ts --window 10s --shards 2
  tumbling-windows --template cdk.out|template.yaml
  tumbling-windows verify my-consumer.ts --records sample.ndjson --sum sales
  tumbling-windows lint cdk.out|template.yaml|mapping.json

A consumer is a .ts or .js file, a .py file, or an executable that speaks the
Runtime API; file#name has another handler than \`handler\`.

  --window 120s      length of a window, 1s to 15m
  --shards 1         of the stream, when it is made
  --idle 1s          how long after its end an idle window closes; in AWS to 2m
  --env NAME=VALUE   a variable of the consumer; BUCKET_NAME is there
  --port 4566        the first port to try; 0: any
  --data .local      the folder that keeps it all; delete it to begin afresh
  --strict-final     a final invocation must return a state, too
  --enforce-limits   1 MB/s and 1,000 records/s a shard, as in AWS
verify: does it count each record once, whatever AWS does?
  --records FILE     a record in each line     --sum FIELD    must stay the same
  --schedules 1000   how many to play          --seed N       plays that one
  --ignore PREFIX    of keys that are no results
`;

const OPTIONS = {
  window: { type: 'string' },
  shards: { type: 'string' },
  idle: { type: 'string' },
  env: { type: 'string', multiple: true },
  port: { type: 'string' },
  data: { type: 'string' },
  'strict-final': { type: 'boolean' },
  'enforce-limits': { type: 'boolean' },
  template: { type: 'string' },
  records: { type: 'string' },
  sum: { type: 'string' },
  ignore: { type: 'string', multiple: true },
  schedules: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** `args`: without node and script. Throws UsageError. */
export function readCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  if (values.version) return { kind: 'version' };
  if (values.help || args.length === 0) return { kind: 'help' };
  if (positionals[0] === 'lint') {
    const [, place, ...others] = positionals;
    if (place !== undefined && others.length === 0) return { kind: 'lint', place };
    const got = positionals.slice(1).join(' ') || 'none';
    throw new UsageError(`Expected one template, mapping or - (from stdin) to lint, got ${got}.`);
  }
  const isVerify = positionals[0] === 'verify';
  const [consumer, ...more] = isVerify ? positionals.slice(1) : positionals;
  const { template } = values;
  if (template === undefined ? consumer === undefined || more.length > 0 : positionals.length > 0) {
    throw new UsageError(`Expected one consumer's file, got ${positionals.join(' ') || 'none'}.`);
  }
  const options: RunOptions = {
    environment: {
      [LOCAL.consumer]: consumer,
      [SETTINGS.windowSeconds]: values.window && seconds('--window', values.window),
      [SETTINGS.idleSeconds]: values.idle && seconds('--idle', values.idle),
      [LOCAL.shardCount]: values.shards,
      [SETTINGS.localPort]: values.port,
      [LOCAL.dataDir]: values.data,
      [LOCAL.strictFinal]: values['strict-final'] ? '1' : undefined,
      [LOCAL.enforceLimits]: values['enforce-limits'] ? '1' : undefined,
    },
    variables: Object.fromEntries((values.env ?? []).map(variable)),
  };
  if (template !== undefined) return { kind: 'template', place: template, options };
  if (!isVerify) return { kind: 'run', options };
  if (values.records === undefined)
    throw new UsageError('Expected --records FILE with a record in each line.');
  return {
    kind: 'verify',
    options: {
      ...options,
      records: values.records,
      sum: values.sum ?? null,
      ignore: values.ignore ?? [],
      schedules: values.schedules === undefined ? null : count('--schedules', values.schedules),
      seed: values.seed === undefined ? null : count('--seed', values.seed),
    },
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `90`, `90s` or `2m`, as seconds. */
function seconds(option: string, text: string): string {
  const [, number, unit] = /^(\d+)(s|m)?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new UsageError(`Expected ${option} to be a time such as 10s or 2m, got "${text}".`);
  }
  return String(Number(number) * (unit === 'm' ? 60 : 1));
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Expected ${option} to be a whole number from 1 on, got "${text}".`);
}

function variable(text: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`Expected --env to be NAME=VALUE, got "${text}".`);
  }
  return [name, value];
}
