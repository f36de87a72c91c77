import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCheck } from '../../../infra/doctor/machine-checks.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../../runtime-process.ts';

// Whole processes start and end in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx');

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'doctor-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** What this machine's variables say of another pipeline must not reach the doctor under test. */
const bare: NodeJS.ProcessEnv = { ...process.env };
for (const name of Object.keys(bare)) {
  if (/^(AWS_|BUCKET_NAME|WINDOW_SECONDS|SHARD_COUNT)/.test(name)) delete bare[name];
}

function doctor(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', tsx, 'infra/doctor/doctor.ts', ...args], {
    cwd: root,
    env: { ...bare, LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir, ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

describe('against a local runtime that runs', () => {
  let running: RuntimeProcess;
  let lambda: LambdaClient;
  beforeAll(async () => {
    running = await startProcess('local', {
      ...bare,
      LOCAL_AWS_PORT: '0',
      LOCAL_DATA_DIR: dataDir,
      WINDOW_SECONDS: '7',
    });
    lambda = new LambdaClient({
      endpoint: running.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    lambda.destroy();
    await endProcess(running.child, 'SIGTERM');
  });

  test('every part of it is found without being told where, and all is well', async () => {
    const { code, said } = await doctor({});
    expect(said).toMatch(new RegExp(`ok +Endpoint +${running.endpoint}, the local runtime`));
    expect(said).toMatch(/ok +Credentials +account 000000000000/);
    expect(said).toMatch(/ok +Bucket +tumbling-window-results, without a result yet/);
    expect(said).toMatch(/ok +Stream +data_pipe is ACTIVE, open shards: 1/);
    expect(said).toMatch(/ok +Producer +data_producer_fn is Active/);
    expect(said).toMatch(/ok +Consumer +stream_record_processor is Active/);
    expect(said).toMatch(/ok +Event source mapping +Enabled, windows of 7 s/);
    expect(said).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  test('a mapping with other windows than the page, and one that is disabled, say what mends them', async () => {
    const { code, said } = await doctor({ WINDOW_SECONDS: '120' });
    expect(said).toMatch(
      /FAILED +Event source mapping +Enabled, windows of 7 s.*, but WINDOW_SECONDS is 120\n +→ Set WINDOW_SECONDS/,
    );
    expect(code).toBe(1);

    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
    const UUID = EventSourceMappings?.[0]?.UUID;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await expect
      .poll(async () => (await doctor({})).said, { timeout: 15_000 })
      .toContain(`→ Enable it: aws lambda update-event-source-mapping --uuid ${UUID} --enabled`);
  });

  test('a bucket, stream and function that are not there are named', async () => {
    const { code, said } = await doctor(
      {
        AWS_ENDPOINT_URL: running.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        BUCKET_NAME: 'no-such-bucket',
        STREAM_NAME: 'no_such_stream',
        PRODUCER_FUNCTION_NAME: 'no_such_function',
      },
      'aws',
    );
    expect(said).toMatch(/FAILED +Bucket +NoSuchBucket: .*\n +→ Run `npm run deploy`.*"no-such-bucket"/);
    expect(said).toMatch(/FAILED +Stream +ResourceNotFoundException: .*no_such_stream/);
    expect(said).toMatch(/FAILED +Producer +ResourceNotFoundException: .*no_such_function/);
    expect(said).toMatch(/ok +Consumer/);
    expect(said).toMatch(/FAILED +Event source mapping +none from no_such_stream to stream_record_processor/);
    expect(code).toBe(1);
  });
});

test('where nothing runs and nothing is deployed it says how to get either', async () => {
  const elsewhere = path.join(dataDir, 'elsewhere');
  const { code, said } = await doctor({ LOCAL_DATA_DIR: elsewhere });
  expect(said).toMatch(/FAILED +Endpoint +no local runtime runs/);
  expect(said).toContain('→ Run `npm run dev` for AWS on this machine, or `npm run deploy` for AWS.');
  expect(said).toMatch(/ok +Data folder +.*elsewhere, made by the first start/);
  expect(code).toBe(1);
});

test('an endpoint at which nothing answers is said once', async () => {
  const { code, said } = await doctor(
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', BUCKET_NAME: 'results' },
    'aws',
  );
  expect(said).toMatch(/FAILED +Endpoint +nothing answers at http:\/\/127\.0\.0\.1:1/);
  expect(said.match(/FAILED/g)).toHaveLength(1);
  expect(code).toBe(1);
});

test('a setting that a start would refuse is named', async () => {
  const { code, said } = await doctor({ WINDOW_SECONDS: '901' });
  expect(said).toMatch(
    /FAILED +Settings +Expected WINDOW_SECONDS to be a whole number from 1 to 900, got "901"/,
  );
  expect(code).toBe(1);
});

test.each([
  ['20.19.0', true],
  ['20.18.3', false],
  ['18.20.8', false],
  ['22.1.0', true],
])('Node.js %s is enough: %s', (version, enough) => {
  expect(nodeCheck(version).ok).toBe(enough);
});
