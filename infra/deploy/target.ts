import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Attempt, DeployError, explainFailure, wordsOf } from './deploy-problem.ts';

/** The account and region that a command acts on. */
export interface Target extends Attempt {
  readonly accountId: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Finds out where a command is about to act before anything is built: the CDK CLI would say "Unable to resolve AWS
 * account" to whatever is wrong. Throws DeployError.
 */
export async function findTarget(command: string, env: Env): Promise<Target> {
  const attempt: Attempt = {
    command,
    region: await regionOf(command, env),
    accountId: null,
    profile: env.AWS_PROFILE || null,
    endpoint: env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL || null,
  };
  const sts = new STSClient({ region: attempt.region, maxAttempts: 2 });
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return { ...attempt, accountId: Account ?? 'unknown' };
  } catch (error) {
    throw explainFailure(wordsOf(error), attempt) ?? error;
  } finally {
    sts.destroy();
  }
}

/** As the SDK and the CDK CLI find it, but never by a silent default: a stack in the wrong region costs unseen. */
async function regionOf(command: string, env: Env): Promise<string> {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (region) return region;
  const ofProfile = await new STSClient({}).config.region().catch(() => null);
  if (ofProfile !== null) return ofProfile;
  throw new DeployError(
    'No region is set, neither in AWS_REGION nor in the profile: say where.',
    `AWS_REGION=us-east-1 ${command}`,
  );
}
