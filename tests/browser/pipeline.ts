import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { type BrowserContext, test as base, expect } from '@playwright/test';
import { endProcess, startProcess } from '../runtime-process.ts';

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
  /** Back to how it was when it had just been started for the first time. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface PipelineOptions {
  windowSeconds: number;
  shardCount: number;
}

let nextPort = 20_000 + (process.pid % 400) * 50;

/** Where a page of a test's own may listen. */
export function freePagePort(): number {
  return nextPort++;
}

/**
 * `pipeline` is a test's own, to be killed at will. A start takes seconds, so what does no harm shares: `brisk` has windows
 * of 5 s that close while one looks, `calm` has windows of 120 s in which nothing happens by itself; both have two shards.
 * `violations`: what the page's policy kept from loading or running, in whatever page and state. A test that leaves any in it
 * fails.
 */
export const test = base.extend<
  PipelineOptions & { pipeline: Pipeline; violations: string[] },
  { brisk: Pipeline; calm: Pipeline }
>({
  violations: [
    async ({ browser }, use) => {
      const violations: string[] = [];
      const watch = (context: BrowserContext) =>
        context.on('console', (message) => {
          if (/content security policy/i.test(message.text())) violations.push(message.text());
        });
      browser.on('context', watch);
      await use(violations);
      browser.off('context', watch);
      expect(violations).toEqual([]);
    },
    { auto: true },
  ],
  windowSeconds: [5, { option: true }],
  shardCount: [1, { option: true }],
  pipeline: async ({ windowSeconds, shardCount }, use) => {
    const pipeline = await openPipeline({ windowSeconds, shardCount });
    await use(pipeline);
    await pipeline.close();
  },
  brisk: [sharedPipeline(5), { scope: 'worker' }],
  calm: [sharedPipeline(120), { scope: 'worker' }],
});

function sharedPipeline(windowSeconds: number) {
  // Playwright reads a fixture's needs off its first parameter: there must be braces, and none is in them.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  return async ({}: object, use: (pipeline: Pipeline) => Promise<void>) => {
    const pipeline = await openPipeline({ windowSeconds, shardCount: 2 });
    await use(pipeline);
    await pipeline.close();
  };
}

/** `environment` comes on top of this process's own. */
export async function openPipeline(
  { windowSeconds, shardCount }: PipelineOptions,
  environment: Readonly<Record<string, string>> = {},
): Promise<Pipeline> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tumbling-windows-'));
  const env = {
    ...process.env,
    PORT: String(nextPort++),
    LOCAL_AWS_PORT: String(nextPort++),
    LOCAL_DATA_DIR: dataDir,
    WINDOW_SECONDS: String(windowSeconds),
    SHARD_COUNT: String(shardCount),
    ...environment,
  };
  let running = await startProcess('start', env);
  const { url, endpoint } = running;
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
  return {
    ...clients,
    url,
    endpoint,
    bucket: 'tumbling-window-results',
    dataDir,
    windowSeconds,
    kill: () => endProcess(running.child, 'SIGKILL'),
    restart: async () => {
      await endProcess(running.child, 'SIGKILL');
      await silent(url);
      running = await startProcess('start', env);
    },
    reset: async () => {
      const answer = await fetch(`${url}/api/runtime`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"action":"reset"}',
      });
      if (!answer.ok) throw new Error(`Expected a reset, got ${answer.status}: ${await answer.text()}`);
    },
    close: async () => {
      await endProcess(running.child, 'SIGTERM');
      for (const each of Object.values(clients)) each.destroy();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until the window that is open has at least `leftSeconds` to go: what is done then is seen in it before it closes.
 */
export async function whileWindowHas(leftSeconds: number, { windowSeconds }: Pipeline): Promise<void> {
  const lengthMs = windowSeconds * 1000;
  const leftMs = lengthMs - (Date.now() % lengthMs);
  if (leftMs < leftSeconds * 1000) await sleep(leftMs + 50);
}

/** The page goes down with the runtime, within seconds; while it has its port, the next one would take another. */
async function silent(url: string): Promise<void> {
  const deadlineMs = Date.now() + 15_000;
  while (Date.now() < deadlineMs) {
    const answers = await fetch(`${url}/api/health`).then(
      () => true,
      () => false,
    );
    if (!answers) return;
    await sleep(100);
  }
  throw new Error(`Expected ${url} to end with the runtime, got answers for 15 s after it`);
}

export { expect };
