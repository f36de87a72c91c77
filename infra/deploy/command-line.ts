import { CONTEXT_NAMES } from '../stacks/deployment.ts';

const COMMANDS = ['synth', 'deploy', 'destroy'] as const;

/** What was typed behind `npm run deploy --`: what is ours to act on, and the rest for the CDK CLI. */
export interface CommandLine {
  readonly command: (typeof COMMANDS)[number];
  /** The whole of it, to be typed again, but for the region. */
  readonly typed: string;
  readonly context: ReadonlyMap<string, string>;
  readonly profile: string | null;
  readonly region: string | null;
  /** What becomes of the bucket with the results on `destroy`; null asks, and keeps it where nobody can be asked. */
  readonly results: 'delete' | 'keep' | null;
  /** Handed to the CDK CLI as they came. */
  readonly rest: readonly string[];
}

/** Thrown for a command line that says nothing that can be done; the message is for the one who typed it. */
export class UsageError extends Error {
  override name = 'UsageError' as const;
}

const WITH_VALUE = /^(?:-c|--context|--profile|--region)$/;

/** Throws UsageError. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [given, ...options] = args;
  const command = COMMANDS.find((name) => name === given);
  if (command === undefined) {
    throw new UsageError(`Expected one of ${COMMANDS.join(', ')}, got ${JSON.stringify(given ?? '')}.`);
  }
  const context = new Map<string, string>();
  let profile: string | null = null;
  let region: string | null = null;
  let results: CommandLine['results'] = null;
  const rest: string[] = [];

  const queue = [...options];
  for (let option = queue.shift(); option !== undefined; option = queue.shift()) {
    const joined = /^(--context|--profile|--region)=(.*)$/s.exec(option);
    const name = joined?.[1] ?? option;
    const value = joined?.[2] ?? (WITH_VALUE.test(name) ? queue.shift() : undefined);
    if (WITH_VALUE.test(name) && (value === undefined || value === '')) {
      throw new UsageError(`Expected a value after ${name}, got nothing.`);
    }
    if (name === '-c' || name === '--context') addContext(context, value ?? '');
    else if (name === '--profile') profile = value ?? null;
    else if (name === '--region') region = value ?? null;
    else if (name === '--delete-results') results = 'delete';
    else if (name === '--keep-results') results = 'keep';
    else rest.push(option);
  }
  if (results !== null && command !== 'destroy') {
    throw new UsageError(`--${results}-results is for npm run destroy, not for ${command}.`);
  }
  return { command, typed: typedOf(command, options), context, profile, region, results, rest };
}

function typedOf(command: string, options: readonly string[]): string {
  const kept = options.filter((each, at) => !each.startsWith('--region') && options[at - 1] !== '--region');
  return [`npm run ${command}`, ...(kept.length === 0 ? [] : ['--', ...kept])].join(' ');
}

/** `name=value`, or a name alone for `true`. A name that nothing reads is most likely a slip. */
function addContext(context: Map<string, string>, assignment: string): void {
  const [, name = '', value = 'true'] = /^([^=]*)(?:=(.*))?$/s.exec(assignment) ?? [];
  const isCdks = /[:@/]/.test(name);
  if (!isCdks && !CONTEXT_NAMES.some((known) => known === name)) {
    throw new UsageError(
      `Expected -c to be followed by one of ${CONTEXT_NAMES.map((known) => `${known}=…`).join(', ')}, got ${JSON.stringify(assignment)}.`,
    );
  }
  context.set(name, value);
}
