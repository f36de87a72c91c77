import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { test as base } from '@playwright/test';

/** The whole thing as `npm start` runs it, in a data folder of its own, on free ports, with short windows. */
export interface Pipeline {
  readonly url: string;
  readonly endpoint: string;
  readonly bucket: string;
  readonly dataDir: string;
  readonly windowSeconds: number;
  readonly s3: S3Client;
  readonly kinesis: KinesisClient;
  readonly lambda: LambdaClient;
  /** `kill -9` of the runtime, without a word to the page; it goes down with it within seconds. */
  kill(): Promise<void>;
  /** Ends whatever still runs and starts again on the same ports and data. */
  restart(): Promise<void>;
}

export interface PipelineOptions {
  windowSeconds: number;
  shardCount: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
let nextPort = 20_000 + (process.pid % 400) * 50;

export const test = base.extend<PipelineOptions & { pipeline: Pipeline }>({
  windowSeconds: [5, { option: true }],
  shardCount: [1, { option: true }],
  pipeline: async ({ windowSeconds, shardCount }, use) => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'tumbling-windows-'));
    const pagePort = nextPort++;
    const awsPort = nextPort++;
    const env = {
      ...process.env,
      PORT: String(pagePort),
      LOCAL_AWS_PORT: String(awsPort),
      LOCAL_DATA_DIR: dataDir,
      WINDOW_SECONDS: String(windowSeconds),
      SHARD_COUNT: String(shardCount),
    };
    let running = await start(env);
    const endpoint = running.endpoint;
    const client = {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    const clients = {
      s3: new S3Client({ ...client, forcePathStyle: true }),
      kinesis: new KinesisClient(client),
      lambda: new LambdaClient(client),
    };
    await use({
      ...clients,
      url: running.url,
      endpoint,
      bucket: 'tumbling-window-results',
      dataDir,
      windowSeconds,
      kill: () => end(running.child, 'SIGKILL'),
      restart: async () => {
        await end(running.child, 'SIGKILL');
        running = await start(env);
      },
    });
    await end(running.child, 'SIGTERM');
    for (const each of Object.values(clients)) each.destroy();
    await rm(dataDir, { recursive: true, force: true });
  },
});

export { expect } from '@playwright/test';

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly endpoint: string;
}

function start(env: NodeJS.ProcessEnv): Promise<Running> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const child = spawn(process.execPath, ['--import', tsx, 'infra/local/start.ts', 'start'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const onOutput = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^ {2}Page +(\S+)$/m.exec(output)?.[1];
      const endpoint = /^ {2}AWS endpoint +(\S+)$/m.exec(output)?.[1];
      if (url !== undefined && endpoint !== undefined && output.includes('Ctrl-C')) {
        resolve({ child, url, endpoint });
      }
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.on('exit', (code) => reject(new Error(`The pipeline did not start (exit ${code}):\n${output}`)));
  });
}

function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
