import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Attempt, DeployError, explainFailure, wordsOf } from './deploy-problem.ts';
import { limitedCalls } from './limited-calls.ts';

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
  const sts = new STSClient(limitedCalls(attempt.region));
  try {
    const { Account = 'unknown' } = await sts.send(new GetCallerIdentityCommand({}));
    if (attempt.endpoint !== null && (await isLocalRuntime(attempt.endpoint))) {
      throw new DeployError(
        `${attempt.endpoint}, where AWS_ENDPOINT_URL points, is the local runtime: the pipeline runs there as it is, and is not deployed.`,
        `unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY && ${command}`,
      );
    }
    return { ...attempt, accountId: Account };
  } catch (error) {
    throw error instanceof DeployError ? error : (explainFailure(wordsOf(error), attempt) ?? error);
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

/** Whoever pasted the line that the local runtime prints, and then says `npm run deploy`, means AWS. */
async function isLocalRuntime(endpoint: string): Promise<boolean> {
  const response = await fetch(new URL('/_local/health', endpoint), {
    signal: AbortSignal.timeout(3000),
  }).catch(() => null);
  const health: unknown = response?.ok ? await response.json().catch(() => null) : null;
  return typeof health === 'object' && health !== null && 'dataDir' in health;
}
