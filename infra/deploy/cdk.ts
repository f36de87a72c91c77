import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ContextError, deploymentOf } from '../stacks/deployment.ts';
import { runCdk } from './cdk-cli.ts';
import { type CommandLine, parseCommandLine, UsageError } from './command-line.ts';
import { DeployError } from './deploy-problem.ts';
import { bundlePage } from './page-bundle.ts';
import { type Workplace, workplaceOf } from './workplace.ts';

/** `npm run synth`, `npm run deploy` and `npm run destroy`: the CDK CLI, with what a person needs around it. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<number> {
  const line = withPage(parseCommandLine(process.argv.slice(2)));
  const place = workplaceOf(ROOT, line, process.env);
  // A bad value ends it here, before anything is built or asked.
  const deployment = deploymentOf((name) => line.context.get(name), process.env);
  // What an earlier run left there would look like a part of this one.
  rmSync(place.outFolder, { recursive: true, force: true });
  // The SDK's clients of this process go where the CLI's go.
  Object.assign(process.env, place.env);
  if (line.command === 'synth') return synth(line, place);
  // Both load the SDK's clients, which a synthesis can do without.
  if (line.command === 'deploy') return (await import('./deploy.ts')).deploy(line, deployment, place);
  return (await import('./destroy.ts')).destroy(line, deployment, place);
}

/** A page that is hosted is bundled anew each time; one that is removed need not be. */
function withPage(line: CommandLine): CommandLine {
  if (line.context.get('page') !== 'true' || line.context.has('pageBundle')) return line;
  const bundle = line.command === 'destroy' ? 'none' : bundlePage(ROOT);
  return { ...line, context: new Map([...line.context, ['pageBundle', bundle]]) };
}

async function synth(line: CommandLine, place: Workplace): Promise<number> {
  const { code, said } = await runCdk(['synth', '--quiet', ...place.cdkOptions, ...line.rest], place.env, {
    quiet: true,
  });
  if (code !== 0) {
    console.error(said.trim());
    return code;
  }
  console.log('The templates and the functions are in cdk.out/.');
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isForPeople =
      error instanceof DeployError || error instanceof ContextError || error instanceof UsageError;
    console.error(isForPeople ? `\n${error.message}` : error);
    process.exit(1);
  },
);
