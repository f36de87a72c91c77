import { createInterface } from 'node:readline/promises';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import type { Deployment } from '../stacks/deployment.ts';
import { runCdk } from './cdk-cli.ts';
import type { CommandLine } from './command-line.ts';
import { DeployError, explainCliFailure } from './deploy-problem.ts';
import { isSamePipeline } from './deployed-lines.ts';
import { readEnvLines, writeEnvLines } from './env-file.ts';
import { bucketExists, deleteBucket, stackOutputs } from './stored-results.ts';
import { findTarget } from './target.ts';
import type { Workplace } from './workplace.ts';

/** Removes what `deploy` made; the results only when told to. Throws DeployError; returns the exit code. */
export async function destroy(line: CommandLine, deployment: Deployment, place: Workplace): Promise<number> {
  const target = await findTarget(line.typed, place.env);
  const { region, accountId } = target;
  const { names } = deployment;
  const own = readEnvLines(place.envFile);
  const isOwn = isSamePipeline(own, names, target);

  // Whether it was asked for or not: the page's stack reads the others', which could not go before it.
  const hasPage = (await stackOutputs(region, names.pageStack)) !== null;
  const outputs = await stackOutputs(region, names.analyticsStack);
  if (outputs === null && (await stackOutputs(region, names.producerStack)) === null) {
    if (isOwn && own.AWS_REGION !== region) {
      throw new DeployError(
        `Nothing of it is in ${region} of account ${accountId}; .env.local says that it was deployed in ${own.AWS_REGION}.`,
        `AWS_REGION=${own.AWS_REGION} ${line.typed}`,
      );
    }
    console.log(
      `There is no ${names.producerStack} in ${region} of account ${accountId}: nothing to remove.`,
    );
    if (isOwn) writeEnvLines(place.envFile, null);
    return 0;
  }

  const bucket =
    outputs?.get('BucketName') ??
    (isOwn && own.AWS_REGION === region ? own[SETTINGS.bucket] : undefined) ??
    null;
  console.log(
    `Removing ${hasPage ? `${names.pageStack}, ` : ''}${names.analyticsStack} and ${names.producerStack} from ${region} of account ${accountId}.`,
  );
  const isEphemeral = outputs?.get('Ephemeral') === 'true';
  if (isEphemeral) console.log(`Its bucket ${bucket} was deployed as ephemeral, and goes with its results.`);
  const results = isEphemeral || bucket === null ? 'keep' : (line.results ?? (await askForResults(bucket)));

  const { code, said } = await runCdk(
    [
      'destroy',
      '--all',
      '--force',
      ...place.cdkOptions,
      ...(hasPage ? ['--context', 'page=true', '--context', 'pageBundle=none'] : []),
      ...line.rest,
    ],
    { ...place.env, AWS_REGION: region },
    { quiet: false },
  );
  if (code !== 0) {
    const explained = explainCliFailure(said, target);
    if (explained !== null) throw explained;
    return code;
  }
  if (bucket !== null) console.log(await farewell(region, bucket, results));
  if (isOwn && own.AWS_REGION === region) writeEnvLines(place.envFile, null);
  return 0;
}

async function farewell(region: string, bucket: string, results: 'delete' | 'keep'): Promise<string> {
  if (!(await bucketExists(region, bucket))) return `\nThe bucket ${bucket} is gone too. Nothing is left.`;
  if (results === 'keep') {
    return `\nThe results are kept in s3://${bucket}. To remove them too:\n\n  aws s3 rb --force s3://${bucket} --region ${region}\n`;
  }
  return `\nDeleted the bucket ${bucket} with ${await deleteBucket(region, bucket)} objects. Nothing is left.`;
}

/** Where nobody can be asked, the results stay: they cannot be had again. */
async function askForResults(bucket: string): Promise<'delete' | 'keep'> {
  if (!process.stdin.isTTY) return 'keep';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on('SIGINT', () => process.exit(130));
  try {
    const answer = await terminal.question(`Delete the results in s3://${bucket} too? [y/N, Ctrl-C ends] `);
    return /^y(es)?$/i.test(answer.trim()) ? 'delete' : 'keep';
  } finally {
    terminal.close();
  }
}
