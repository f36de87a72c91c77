import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pipeline } from '../../infra/pipeline.ts';
import { type DeployedFunction, deployedFunction, invoke } from './deployed-function.ts';
import { type Synthesized, synthesize, theResource } from './synthesized.ts';

/** moto, a server of AWS's interfaces that is written in Python: its CloudFormation is not ours, nor is its S3. */
const isThere = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const WINDOW_MS = 120_000;
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

describe.skipIf(!isThere)('through CloudFormation, where moto is installed', { timeout: 120_000 }, () => {
  let server: ChildProcess;
  let endpoint = '';
  let synthesized: Synthesized;
  let clients: ReturnType<typeof clientsOf>;

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await untilItAnswers(endpoint);
    synthesized = synthesize({ bundle: true });
    clients = clientsOf(endpoint);
  }, 120_000);
  afterAll(() => {
    server.kill();
  });

  test('the stacks deploy, and the deployed functions make a window result', async () => {
    const { folder, producer: producerTemplate, analytics, pipelineApp } = synthesized;
    const { names } = pipelineApp.deployment;
    const assets = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
    await clients.s3.send(new CreateBucketCommand({ Bucket: assets }));
    const functionOf = async (template: typeof analytics, name: string): Promise<DeployedFunction> => {
      const type = theResource(template, 'AWS::Lambda::Function').properties;
      const { Environment } = await clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: String(type.FunctionName) }),
      );
      // What is deployed runs with what the endpoint says its environment is.
      return { ...deployedFunction(folder, template, REFS), name, environment: Environment?.Variables ?? {} };
    };
    for (const template of [producerTemplate, analytics]) {
      const { codeKey, file } = deployedFunction(folder, template, REFS);
      const zip = path.join(folder, codeKey);
      execFileSync('python3', ['-m', 'zipfile', '-c', zip, file]);
      await clients.s3.send(new PutObjectCommand({ Bucket: assets, Key: codeKey, Body: readFileSync(zip) }));
    }

    await create(clients.cloudFormation, names.producerStack, producerTemplate);
    const outputs = await create(clients.cloudFormation, names.analyticsStack, analytics);
    expect(names).toMatchObject({
      producerStack: 'tumbling-window-stream-analytics-kinesis-producer-stack',
      analyticsStack: 'tumbling-window-stream-analytics-stack',
    });

    const { EventSourceMappings = [] } = await clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: 'stream_record_processor' }),
    );
    expect(EventSourceMappings).toMatchObject([
      {
        EventSourceArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/data_pipe`,
        TumblingWindowInSeconds: 120,
        StartingPosition: 'TRIM_HORIZON',
      },
    ]);

    const environment = environmentOf(endpoint);
    const producer = await functionOf(producerTemplate, 'data_producer_fn');
    const consumer = await functionOf(analytics, 'stream_record_processor');
    expect(consumer.environment).toEqual({ BUCKET_NAME: outputs.get('BucketName') });
    const answer = JSON.stringify(await invoke(producer, environment, { record_count: 300 }));
    expect(answer).toContain('\\"record_count\\":300');

    // moto runs no tumbling windows: here the test does what the mapping would do.
    const { shardId, records } = await readShard(clients.kinesis, producer.environment.STREAM_NAME ?? '');
    const startMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
    const event = {
      shardId,
      eventSourceARN: EventSourceMappings[0]?.EventSourceArn,
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

    const Bucket = outputs.get('BucketName');
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

  test('the stacks go again, the reader before what it reads', async () => {
    const { names } = synthesized.pipelineApp.deployment;
    for (const StackName of [names.analyticsStack, names.producerStack]) {
      await clients.cloudFormation.send(new DeleteStackCommand({ StackName }));
    }
    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
    expect(Stacks).toEqual([]);
  });
});

/** What the resources are called is asked of the endpoint: here it only matters which code is whose. */
const REFS = { 'AWS::Kinesis::Stream': pipeline.stream.name, 'AWS::S3::Bucket': pipeline.bucket.localName };

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

async function create(
  client: CloudFormationClient,
  StackName: string,
  template: Synthesized['analytics'],
): Promise<ReadonlyMap<string, string>> {
  const TemplateBody = JSON.stringify(template.toJSON());
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks?.[0]?.StackStatus).toBe('CREATE_COMPLETE');
  return new Map(
    Stacks?.[0]?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
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
