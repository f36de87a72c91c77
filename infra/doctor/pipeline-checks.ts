import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DeadlineHandler } from '../../lib/core/deadline-handler.ts';
import { logGroupOf } from '../../lib/core/invocation-log.ts';
import { RESULTS_PREFIX } from '../../lib/core/object-key.ts';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import type { Environment } from '../local/index.ts';
import { PIPELINE } from '../pipeline.ts';
import { type Check, failed, look, ok } from './check.ts';

/** The pipeline that is looked at. */
export interface Target {
  /** What the clients need: endpoint, region, credentials; besides it they read what every AWS client reads. */
  readonly env: Environment;
  readonly world: 'local' | 'aws';
}

/** What mends the pipeline, where it is. */
interface Advice {
  readonly credentials: string;
  /** How the pipeline comes to be. */
  readonly start: string;
  readonly windowSeconds: string;
  /** Goes to the end of an AWS CLI's command. */
  readonly cliOptions: string;
}

function adviceFor({ env, world }: Target): Advice {
  const region = env.AWS_REGION ? ` --region ${env.AWS_REGION}` : '';
  const endpoint = env.AWS_ENDPOINT_URL ? ` --endpoint-url ${env.AWS_ENDPOINT_URL}` : '';
  const cliOptions = `${region}${endpoint}`;
  return world === 'local'
    ? {
        credentials: `Restart \`npm run dev\`: what answers at ${env.AWS_ENDPOINT_URL} takes any credentials.`,
        start: 'npm run dev',
        windowSeconds: 'Set WINDOW_SECONDS to the same for the start and here, or unset it here.',
        cliOptions,
      }
    : {
        credentials: 'Sign in (`aws sso login`), or set AWS_PROFILE and AWS_REGION.',
        start: 'npm run deploy',
        windowSeconds: 'Set WINDOW_SECONDS to the same for the deploy and for the page.',
        cliOptions,
      };
}

export interface PipelineNames {
  readonly bucket: string;
  readonly stream: string;
  readonly producer: string;
  readonly consumer: string;
  readonly windowSeconds: number | null;
}

/** The page's own variables, with its defaults. */
function namesIn(env: Environment): PipelineNames {
  return {
    bucket: env[SETTINGS.bucket] ?? '',
    stream: env[SETTINGS.stream] || PIPELINE.stream.name,
    producer: env[SETTINGS.producer] || PIPELINE.producer.functionName,
    consumer: env[SETTINGS.consumer] || PIPELINE.consumer.functionName,
    windowSeconds: env[SETTINGS.windowSeconds] ? Number(env[SETTINGS.windowSeconds]) : null,
  };
}

/** Asks AWS, or what speaks like it, for every part of the pipeline. Changes nothing. */
export async function pipelineChecks(target: Target): Promise<Check[]> {
  const { env } = target;
  const names = namesIn(env);
  const advice = adviceFor(target);
  const client = {
    ...(env.AWS_ENDPOINT_URL ? { endpoint: env.AWS_ENDPOINT_URL } : {}),
    ...(env.AWS_REGION ? { region: env.AWS_REGION } : {}),
    ...(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY
      ? {
          credentials: {
            accessKeyId: env.AWS_ACCESS_KEY_ID,
            secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
            ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
          },
        }
      : {}),
    maxAttempts: 1,
    requestHandler: new DeadlineHandler({ totalMs: 10_000, sockets: 8 }),
  };
  const sts = new STSClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: env.AWS_ENDPOINT_URL !== undefined });
  const kinesis = new KinesisClient(client);
  const lambda = new LambdaClient(client);
  const deploy = `Run \`${advice.start}\`, or correct the name.`;

  const checks = [
    await look('Credentials', advice.credentials, async () => {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      return `account ${Account}, as ${Arn}`;
    }),
    await look('Bucket', `${deploy} BUCKET_NAME is "${names.bucket}".`, async () => {
      const { KeyCount } = await s3.send(
        new ListObjectsV2Command({ Bucket: names.bucket, Prefix: RESULTS_PREFIX, MaxKeys: 1 }),
      );
      return `${names.bucket}, ${KeyCount === 0 ? 'without a result yet' : 'with results'}`;
    }),
    await look('Stream', `${deploy} STREAM_NAME is "${names.stream}".`, async () => {
      const { StreamDescriptionSummary: summary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: names.stream }),
      );
      const found = `${names.stream} is ${summary?.StreamStatus}, open shards: ${summary?.OpenShardCount}`;
      return summary?.StreamStatus === 'ACTIVE' || summary?.StreamStatus === 'UPDATING'
        ? found
        : failed('Stream', found, 'Wait until it is ACTIVE.');
    }),
    await functionCheck(lambda, 'Producer', names.producer, deploy),
    await functionCheck(lambda, 'Consumer', names.consumer, deploy),
    await look('Event source mapping', deploy, () => mappingCheck(lambda, names, advice)),
  ];
  for (const each of [sts, s3, kinesis, lambda]) each.destroy();
  return checks;
}

function functionCheck(lambda: LambdaClient, title: string, name: string, fix: string): Promise<Check> {
  return look(title, fix, async () => {
    const { State, StateReason } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    return State === 'Active'
      ? `${name} is ${State}`
      : failed(
          title,
          `${name} is ${State}: ${StateReason}`,
          'Mend its source, then deploy or save it again.',
        );
  });
}

async function mappingCheck(
  lambda: LambdaClient,
  { consumer, stream, windowSeconds }: PipelineNames,
  { start, windowSeconds: sameWindow, cliOptions }: Advice,
): Promise<Check> {
  const title = 'Event source mapping';
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: consumer }),
  );
  const mapping = EventSourceMappings.find((each) => each.EventSourceArn?.endsWith(`:stream/${stream}`));
  if (mapping === undefined) {
    return failed(title, `none from ${stream} to ${consumer}`, `Run \`${start}\`.`);
  }
  const { State, LastProcessingResult = '', TumblingWindowInSeconds: seconds = 0, UUID } = mapping;
  const found = `${State}, windows of ${seconds} s, last result "${LastProcessingResult}"`;
  if (State === 'Disabled') {
    return failed(
      title,
      found,
      `Enable it: aws lambda update-event-source-mapping --uuid ${UUID} --enabled${cliOptions}`,
    );
  }
  if (seconds === 0) return failed(title, found, `Set a tumbling window: run \`${start}\`.`);
  if (windowSeconds !== null && seconds !== windowSeconds) {
    return failed(title, `${found}, but WINDOW_SECONDS is ${windowSeconds}`, sameWindow);
  }
  return LastProcessingResult.startsWith('PROBLEM')
    ? failed(title, found, `Read the consumer's log: ${logGroupOf(consumer)}.`)
    : ok(title, found);
}
