import path from 'node:path';
import { type Deployment, PRODUCER_CONCURRENCY } from '../stacks/deployment.ts';
import { runCdk } from './cdk-cli.ts';
import type { CommandLine } from './command-line.ts';
import { DeployError, explainCliFailure } from './deploy-problem.ts';
import { isSamePipeline, linesFromOutputs, pageFromOutputs } from './deployed-lines.ts';
import { readEnvLines, writeEnvLines } from './env-file.ts';
import { whyNotReserved } from './reservation.ts';
import { stackOutputs } from './stored-results.ts';
import { findTarget } from './target.ts';
import type { Workplace } from './workplace.ts';

/** Deploys both stacks and tells the page where they are. Throws DeployError; returns the exit code. */
export async function deploy(line: CommandLine, deployment: Deployment, place: Workplace): Promise<number> {
  const target = await findTarget(line.typed, place.env);
  const before = readEnvLines(place.envFile);
  const { names } = deployment;
  if (isSamePipeline(before, names, target) && before.AWS_REGION !== target.region) {
    throw new DeployError(
      `It is deployed in ${before.AWS_REGION} (so says .env.local), and this would deploy it once more in ${target.region}; destroy it there first if it is to move.`,
      `AWS_REGION=${before.AWS_REGION} ${line.typed}`,
    );
  }
  console.log(`Deploying to ${target.region} of account ${target.accountId} …\n`);
  const why = line.context.has('reservedConcurrency')
    ? null
    : await whyNotReserved(target.region, names.producer, PRODUCER_CONCURRENCY);
  if (why !== null) console.log(`${why}\n`);
  const outputs = path.join(place.outFolder, 'outputs.json');
  const { code, said } = await runCdk(
    [
      'deploy',
      '--all',
      ...place.cdkOptions,
      ...(why === null ? [] : ['--context', 'reservedConcurrency=none']),
      '--outputs-file',
      outputs,
      '--progress',
      'events',
      // Who says `deploy` has decided; what the stacks allow is listed in docs/aws.md and held by a test.
      ...unlessGiven(line.rest, '--require-approval', 'never'),
      // Without a change set that nobody looks at.
      ...unlessGiven(line.rest, '--method', 'direct'),
      ...line.rest,
    ],
    { ...place.env, AWS_REGION: target.region },
    { quiet: false },
  );
  if (code !== 0) {
    const explained = explainCliFailure(said, target);
    if (explained !== null) throw explained;
    return code;
  }
  writeEnvLines(place.envFile, linesFromOutputs(outputs, names, target));
  const options = deployment.stage === null ? '' : ` -- -c stage=${deployment.stage}`;
  const page = pageFromOutputs(outputs, names);
  if (page !== null) {
    console.log(
      `\nThe page is at ${page.url}\nIts password, which was made once:\n\n  ${page.passwordCommand}`,
    );
  }
  if (page === null && (await stackOutputs(target.region, names.pageStack)) !== null) {
    console.log(
      `\nThe hosted page is as it was deployed last; this brings it up to date:\n\n  npm run deploy -- -c page${deployment.stage === null ? '' : ` -c stage=${deployment.stage}`}`,
    );
  }
  console.log(
    `\nDeployed. .env.local names it, so the page finds it:\n\n  npm run dashboard\n\nnpm run destroy${options} removes it.`,
  );
  return 0;
}

function unlessGiven(rest: readonly string[], option: string, value: string): string[] {
  return rest.some((each) => each === option || each.startsWith(`${option}=`)) ? [] : [option, value];
}
