import { readFileSync } from 'node:fs';
import { SETTINGS } from '../../../lib/core/setting-names.ts';
import { onEnd } from '../ending.ts';
import { LOCAL, readLocalSettings, SettingError } from '../local-settings.ts';
import { openRuntime } from '../runtime.ts';
import { startTable } from '../start-table.ts';
import { UsageError } from '../usage-error.ts';
import { HELP, type RunOptions, readCommandLine } from './command-arguments.ts';
import { lint, pipelineOf, runTemplate } from './template-commands.ts';
import { verify } from './verify-command.ts';

/** `tumbling-windows my-consumer.ts`. */
async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      return console.log(HELP);
    case 'version':
      return console.log(version());
    case 'run':
      return run(command.options, null);
    case 'template':
      return run(command.options, command.place);
    case 'lint': {
      const { lines, ok } = lint(command.place);
      console.log(lines.join('\n'));
      return process.exit(ok ? 0 : 1);
    }
    case 'verify':
      process.exit((await verify(command.options)) ? 0 : 1);
  }
}

/** `place`: of a template. */
async function run({ environment, variables }: RunOptions, place: string | null): Promise<void> {
  const settings = {
    ...readLocalSettings({ ...environment, AWS_REGION: process.env.AWS_REGION }, process.cwd()),
    runs: place === null ? ('consumer' as const) : ('nothing' as const),
    consumerEnvironment: variables,
  };
  const template = place === null ? null : pipelineOf(place, settings.region); // before anything is locked or opened
  const opening = openRuntime(settings);
  let stopping = false;
  onEnd(() => {
    if (stopping) return; // a shell and npx send one Ctrl-C each
    stopping = true;
    void opening
      .then((runtime) => runtime.close())
      .catch(() => {})
      .then(() => process.exit(0));
  });
  const runtime = await opening;
  const made = template === null ? [] : await runTemplate(template, runtime.url);
  if (!stopping) console.log([...made, startTable(settings, runtime, null)].join('\n'));
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { readonly version: string } = JSON.parse(text);
  return version;
}

/** The options by the variables that the settings are read from. */
const OPTION_OF: Readonly<Record<string, string>> = {
  [SETTINGS.windowSeconds]: '--window',
  [SETTINGS.idleSeconds]: '--idle',
  [LOCAL.shardCount]: '--shards',
  [SETTINGS.localPort]: '--port',
  [LOCAL.consumer]: 'the consumer',
  [LOCAL.dataDir]: '--data',
};

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  const words = Object.entries(OPTION_OF).reduce(
    (said, [name, option]) => said.replaceAll(name, option),
    text,
  );
  console.error(error instanceof SettingError ? words.replace(/ Set it .*$/, '') : words);
  const isMisused = error instanceof UsageError || error instanceof SettingError;
  if (isMisused) console.error('tumbling-windows --help says what there is.');
  process.exit(isMisused ? 2 : 1);
});
