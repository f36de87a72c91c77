import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { GetFunctionCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootstrap, checkout, run } from '../checkout.ts';
import { type DeployedFunction, invoke } from '../stacks/deployed-function.ts';

/** moto, a server of AWS's interfaces that is written in Python: its CloudFormation is not ours, nor is its S3. */
const isThere = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const WINDOW_MS = 120_000;
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const STREAM_ARN = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/data_pipe`;

describe.skipIf(!isThere)('deployed where moto is installed', { timeout: 180_000 }, () => {
  let server: ChildProcess;
  let endpoint = '';
  let clients: ReturnType<typeof clientsOf>;
  let folder = '';
  const envFile = () => path.join(folder, '.env.local');

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    clients = clientsOf(endpoint);
    folder = checkout();
    await untilItAnswers(endpoint);
  }, 120_000);
  afterAll(() => {
    server.kill();
  });

  test('a missing bootstrap is told with the command that mends it', () => {
    const { status, said } = run(folder, ['deploy'], environmentOf(endpoint));
    expect(status).toBe(1);
    expect(said).toContain(`\n  npx cdk bootstrap aws://${ACCOUNT}/${REGION} && npm run deploy\n`);
    expect(existsSync(envFile())).toBe(false);
    expect(bootstrap(folder, `aws://${ACCOUNT}/${REGION}`, environmentOf(endpoint)).status).toBe(0);
  });

  test('npm run deploy makes both stacks, and tells the page where they are', async () => {
    writeFileSync(envFile(), 'NEXT_PUBLIC_CURRENCY=EUR\n');
    const { status, said } = run(folder, ['deploy'], environmentOf(endpoint));
    expect(said).toContain('npm run dashboard');
    expect(status).toBe(0);

    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)).toEqual(
      expect.arrayContaining([
        'tumbling-window-stream-analytics-kinesis-producer-stack CREATE_COMPLETE',
        'tumbling-window-stream-analytics-stack CREATE_COMPLETE',
      ]),
    );
    expect(parseEnv(readFileSync(envFile(), 'utf8'))).toEqual({
      NEXT_PUBLIC_CURRENCY: 'EUR',
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: endpoint,
      BUCKET_NAME: expect.stringMatching(/^tumbling-window-stream-analytics-/),
      STREAM_NAME: 'data_pipe',
      PRODUCER_FUNCTION_NAME: 'data_producer_fn',
      CONSUMER_FUNCTION_NAME: 'stream_record_processor',
      WINDOW_SECONDS: '120',
    });
    const { EventSourceMappings = [] } = await clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: 'stream_record_processor' }),
    );
    expect(EventSourceMappings).toMatchObject([
      { EventSourceArn: STREAM_ARN, TumblingWindowInSeconds: 120, StartingPosition: 'TRIM_HORIZON' },
    ]);
  });

  test('the deployed functions, with their deployed environment, make a window result', async () => {
    const environment = environmentOf(endpoint);
    const functionOf = async (name: string): Promise<DeployedFunction> => {
      const { Configuration, Code } = await clients.lambda.send(
        new GetFunctionCommand({ FunctionName: name }),
      );
      const hash = /([0-9a-f]{64})\.zip/.exec(Code?.Location ?? '')?.[1];
      return {
        name,
        file: path.join(folder, `cdk.out/asset.${hash}/index.mjs`),
        environment: Configuration?.Environment?.Variables ?? {},
      };
    };
    const producer = await functionOf('data_producer_fn');
    const consumer = await functionOf('stream_record_processor');
    const answer = JSON.stringify(await invoke(producer, environment, { record_count: 300 }));
    expect(answer).toContain('\\"record_count\\":300');

    // moto runs no tumbling windows: here the test does what the mapping would do.
    const { shardId, records } = await readShard(clients.kinesis, producer.environment.STREAM_NAME ?? '');
    const startMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
    const event = {
      shardId,
      eventSourceARN: STREAM_ARN,
      window: { start: windowTime(startMs), end: windowTime(startMs + WINDOW_MS) },
      isWindowTerminatedEarly: false,
    };
    const folded = await invoke(consumer, environment, {
      ...event,
      Records: records,
      state: {},
      isFinalInvokeForWindow: false,
    });
    const state = typeof folded === 'object' && folded !== null && 'state' in folded ? folded.state : null;
    await invoke(consumer, environment, { ...event, Records: [], state, isFinalInvokeForWindow: true });

    const Bucket = parseEnv(readFileSync(envFile(), 'utf8')).BUCKET_NAME;
    const { Contents = [] } = await clients.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'revenue_sum/' }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual([
      expect.stringMatching(
        new RegExp(`^revenue_sum/dt=\\d{4}_\\d\\d_\\d\\d/${startMs}_${shardId}_\\d+\\.json$`),
      ),
    ]);
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key: Contents[0]?.Key }));
    const result = JSON.parse((await Body?.transformToString()) ?? '');
    expect(result).toMatchObject({ tot_record_count: 300, rejected: 0 });
    expect(answer).toContain(`\\"tot_sales\\":${result.sales},`);
  });

  test('a wrong region is told with the right one', () => {
    const env = { ...environmentOf(endpoint), AWS_REGION: 'eu-west-1' };
    for (const command of ['deploy', 'destroy']) {
      const { status, said } = run(folder, [command], env);
      expect(status).toBe(1);
      expect(said).toContain(`\n  AWS_REGION=${REGION} npm run ${command}\n`);
    }
  });

  test('npm run destroy removes all of it, the results too when told so', async () => {
    const { status, said } = run(folder, ['destroy', '--delete-results'], environmentOf(endpoint));
    expect(said).toContain('with 3 objects. Nothing is left.');
    expect(status).toBe(0);
    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
    const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toEqual([expect.stringMatching(/^cdk-/)]);
    expect(readFileSync(envFile(), 'utf8')).toBe('NEXT_PUBLIC_CURRENCY=EUR\n');
  });
});

function environmentOf(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

function clientsOf(url: string) {
  const config = {
    endpoint: url,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    cloudFormation: new CloudFormationClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    lambda: new LambdaClient(config),
    kinesis: new KinesisClient({ ...config, requestHandler: new NodeHttpHandler() }),
  };
}

async function readShard(kinesis: KinesisClient, StreamName: string) {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const shardId = Shards[0]?.ShardId ?? '';
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  const records = Records.map(({ SequenceNumber, PartitionKey, Data }) => ({
    eventID: `${shardId}:${SequenceNumber}`,
    kinesis: {
      sequenceNumber: SequenceNumber,
      partitionKey: PartitionKey,
      data: Buffer.from(Data ?? []).toString('base64'),
      approximateArrivalTimestamp: 1,
    },
  }));
  return { shardId, records };
}

function windowTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await fetch(url).catch(() => null)) return;
    await sleep(200);
  }
  throw new Error(`Expected moto to answer at ${url}.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
