/** Where and as whom a command ran, as far as it is known by then. */
export interface Attempt {
  /** As it was typed, to be typed again: `npm run deploy -- -c stage=dev`. */
  readonly command: string;
  readonly region: string;
  readonly accountId: string | null;
  readonly profile: string | null;
  readonly endpoint: string | null;
}

/** Thrown for what a person can mend: one sentence, and the command that does it. */
export class DeployError extends Error {
  override name = 'DeployError' as const;

  constructor(
    sentence: string,
    readonly fix: string,
  ) {
    super(`${sentence}\n\n  ${fix}\n`);
  }
}

const CLI_ENDING_CHARACTERS = 2000;

type Rule = readonly [pattern: RegExp, explain: (attempt: Attempt, found: RegExpExecArray) => DeployError];

const profileOption = ({ profile }: Attempt) => (profile === null ? '' : ` --profile ${profile}`);

/** The first that matches what the AWS SDK's error or the CDK CLI said. */
const RULES: readonly Rule[] = [
  [
    /SSM parameter \S*cdk-bootstrap\S* not found|Has the environment been bootstrapped|Is (?:this )?account .*bootstrapped|Bootstrap toolkit stack version \d+ or later is needed|requires bootstrap stack version/i,
    (attempt) =>
      new DeployError(
        `CDK's bootstrap is missing or too old in ${attempt.region} of account ${attempt.accountId ?? 'unknown'}: it is made once for each account and region.`,
        `npx cdk bootstrap aws://${attempt.accountId ?? 'ACCOUNT'}/${attempt.region}${profileOption(attempt)} && ${attempt.command}`,
      ),
  ],
  [
    /ExpiredToken|RequestExpired|(?:has|is) expired|TokenRefreshRequired/i,
    (attempt) =>
      new DeployError(
        'The AWS credentials have expired: log in again.',
        `aws sso login${profileOption(attempt)}`,
      ),
  ],
  [
    /Could not load credentials|CredentialsProviderError|Unable to resolve AWS account|no credentials have been configured|Profile .* (?:not found|could not be found)|Could not resolve credentials/i,
    (attempt) =>
      attempt.profile === null
        ? new DeployError(
            'No AWS credentials were found: log in, or name a profile that has some.',
            `aws configure, or AWS_PROFILE=NAME ${attempt.command}`,
          )
        : new DeployError(
            `The profile "${attempt.profile}" has no credentials, or is not there: log in to it, or name another.`,
            `aws sso login --profile ${attempt.profile}, or aws configure list-profiles`,
          ),
  ],
  [
    /InvalidClientTokenId|security token included in the request is invalid|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure|InvalidToken/i,
    ({ region }) =>
      new DeployError(
        `AWS does not accept the credentials in ${region}: they are wrong, or the region is not switched on for the account.`,
        'aws sts get-caller-identity --region us-east-1',
      ),
  ],
  [
    /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/,
    (attempt, [, host]) =>
      attempt.endpoint === null
        ? new DeployError(
            `${host ?? 'AWS'} is not found: there is no region "${attempt.region}", or this machine is offline.`,
            `AWS_REGION=us-east-1 ${attempt.command}`,
          )
        : unreachable(attempt),
  ],
  [/ECONNREFUSED|ECONNRESET|ETIMEDOUT|TimeoutError|socket hang up/, (attempt) => unreachable(attempt)],
];

function unreachable(attempt: Attempt): DeployError {
  return attempt.endpoint === null
    ? new DeployError(`AWS does not answer in ${attempt.region}: is this machine online?`, attempt.command)
    : new DeployError(
        `Nothing answers at ${attempt.endpoint}, where AWS_ENDPOINT_URL points: start it, or unset the variable to mean AWS itself.`,
        `unset AWS_ENDPOINT_URL && ${attempt.command}`,
      );
}

/** Null for what only its own words explain. */
export function explainFailure(said: string, attempt: Attempt): DeployError | null {
  for (const [pattern, explain] of RULES) {
    const found = pattern.exec(said);
    if (found !== null) return explain(attempt, found);
  }
  return null;
}

/** As `explainFailure`, of a run of the CDK CLI: what ended it stands at the end of what it said. */
export function explainCliFailure(said: string, attempt: Attempt): DeployError | null {
  return explainFailure(said.slice(-CLI_ENDING_CHARACTERS), attempt);
}

/** All that an error says: its name, its message, and those of the errors that it hides. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return [...error.errors].map(wordsOf).join('\n');
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const cause = error.cause === undefined ? '' : wordsOf(error.cause);
  return `${error.name} ${code}: ${error.message}\n${cause}`;
}
